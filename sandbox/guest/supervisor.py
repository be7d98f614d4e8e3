"""The judge's side of an in-process check.

Runs as root in a fresh container, without any file capability. It lays the tree
with the hidden tests over it down, owned by root, and starts pytest as the agent's user
in a process of its own. This process alone holds the list of ids, the clocks and
the channel to the host; what pytest's process says arrives on a pipe and is
bounded, and is believed only as far as `sandbox.judge` allows.

Frames in:  {"base": path of the image's workspace, "workspace": path}
Frames out: {"ready": true} once that is laid down; this much goes on while the agent still works
Frames in:  the request (JSON); what differs in the tree with the hidden tests over it (tar)
Frames out: {"started": true} once all is laid down, then
            {"outcomes": {id: outcome}, "strangers": [...], "sessions": [...], ...}

A test that hangs or takes the process down costs itself only: the rest is run
again in a new process without it.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Iterator
from typing import Any

import lay
import privileges
import processes
import wire

# A test that hangs or crashes costs a session; one in a hundred files may, not all of them.
MOST_SESSIONS = 200
MOST_STRANGERS = 100
LONGEST_LINE = 1 << 20
EXIT_GRACE = 5.0
MOST_REPORT = 64 * 1024 * 1024


def main() -> None:
    wire.until_torn(serve)


def serve() -> None:
    privileges.hide()
    privileges.adopt_orphans()
    answer_to = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    place = wire.read_json(0)
    lay.copy(place["base"], place["workspace"])
    wire.write_json(answer_to, {"ready": True})
    request = wire.read_json(0)
    if request is None:  # nobody needed this judge
        return
    lay.take_away(request["drop"], place["workspace"])
    lay.lay(wire.read_frame(0) or b"", place["workspace"])
    os.dup2(null, 0)
    # From here on the code under test runs; what becomes of this process is its doing.
    wire.write_json(answer_to, {"started": True})
    wire.write_json(answer_to, judge(request))


def judge(request: dict[str, Any]) -> dict[str, Any]:
    """Run all ids, in as many sessions as hanging and crashing tests make necessary."""
    started = time.monotonic()
    deadline = started + request["suite_timeout"]
    outcomes: dict[str, str] = {}
    messages: dict[str, str] = {}
    strangers: set[str] = set()
    sessions: list[dict[str, Any]] = []
    left = list(request["ids"])
    while left and len(sessions) < MOST_SESSIONS and time.monotonic() < deadline:
        session = Session(request, left, deadline).run()
        sessions.append(session.facts())
        outcomes.update(session.outcomes)
        messages.update(session.messages)
        strangers.update(list(session.strangers)[: MOST_STRANGERS - len(strangers)])
        left = [test for test in left if test not in outcomes]
        if session.ended_by_itself and session.running is None:
            left = []  # what was not reported does not exist, or could not be collected
        elif session.running is None and not session.outcomes:
            break
    return {
        "outcomes": outcomes,
        "messages": messages,
        "strangers": sorted(strangers),
        "sessions": sessions,
        "out_of_time": bool(left) and (time.monotonic() >= deadline or len(sessions) >= MOST_SESSIONS),
        "seconds": time.monotonic() - started,
        "python": sys.version.split()[0],
    }


class Session:
    """One pytest process over some of the ids."""

    def __init__(self, request: dict[str, Any], ids: list[str], deadline: float) -> None:
        self.request = request
        self.ids = ids
        self.known = frozenset(ids)
        self.deadline = deadline
        self.outcomes: dict[str, str] = {}
        self.messages: dict[str, str] = {}
        self.strangers: set[str] = set()
        self.out_of_turn = 0
        self.running: str | None = None
        self.ended_by_itself = False
        self.timed_out = False
        self.exit_status: int | None = None
        self.output = processes.Tape(request["limit"])

    def run(self) -> Session:
        report_in, report_out = os.pipe()
        print_in, print_out = os.pipe()
        plan_in, plan_out = os.pipe()
        child = os.fork()
        if child == 0:
            for fd in (report_in, print_in, plan_out):
                os.close(fd)
            start_pytest(self.request, plan_in, report_out, print_out)
        for fd in (report_out, print_out, plan_in):
            os.close(fd)
        try:
            wire.write_json(plan_out, dict(self.request["plan"], ids=self.ids, files=files_of(self.ids)))
        except BrokenPipeError:
            pass
        os.close(plan_out)
        self._listen(child, report_in, print_in)
        if self.ended_by_itself:
            self._await_exit(child, time.monotonic() + EXIT_GRACE)
        processes.kill_agent()
        os.close(report_in)
        os.close(print_in)
        if self.running is not None:
            self.outcomes[self.running] = "timeout" if self.timed_out else "crash"
        return self

    def facts(self) -> dict[str, Any]:
        return {
            "exit": self.exit_status,
            "ended_by_itself": self.ended_by_itself,
            "timed_out": self.timed_out,
            "crashed": self.running is not None and not self.timed_out,
            "reported": len(self.outcomes),
            "unreported": len(self.ids) - len(self.outcomes),
            "out_of_turn": self.out_of_turn,
            "failed": sorted(test for test, outcome in self.outcomes.items() if outcome not in FINE),
            "output": self.output.result(),
        }

    def _await_exit(self, child: int, until: float) -> bool:
        """Whether the child has exited by then; keeps its status (negative for a signal)."""
        while self.exit_status is None:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                self.exit_status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() >= until:
                return False
            else:
                time.sleep(0.005)
        return True

    def _listen(self, child: int, report: int, printed: int) -> None:
        """Take what the child says until it ends or a clock runs out."""
        clock = time.monotonic() + self.request["start_timeout"]
        buffer = b""
        seen = 0
        watched = [report, printed]
        while report in watched:
            left = min(clock, self.deadline) - time.monotonic()
            if left <= 0:
                self.timed_out = True
                return
            readable = select.select(watched, [], [], min(left, 0.2))[0]
            if not readable and self._await_exit(child, 0.0):
                # A daemon it left behind may hold the pipes open for ever.
                break
            for fd in readable:
                data = os.read(fd, 1 << 16)
                if not data:
                    watched.remove(fd)
                elif fd == printed:
                    self.output.feed(data)
                else:
                    seen += len(data)
                    if seen > MOST_REPORT:
                        return
                    buffer += data
                    *lines, buffer = buffer.split(b"\n")
                    if len(buffer) > LONGEST_LINE:
                        return
                    for message in parsed(lines):
                        self._take(message)
                        clock = time.monotonic() + self.request["test_timeout"]
        self.ended_by_itself = True

    def _take(self, message: dict[str, Any]) -> None:
        test, outcome = message.get("id"), message.get("outcome")
        if not isinstance(test, str):
            return
        if test not in self.known:
            if len(self.strangers) < MOST_STRANGERS:
                self.strangers.add(test[:300])
        elif message.get("event") == "start":
            self.out_of_turn += self.running is not None or test in self.outcomes
            self.running = test
        elif message.get("event") == "finish" and isinstance(outcome, str) and outcome in OUTCOMES:
            # pytest starts a test, finishes it, and starts the next; nothing honest comes in between.
            self.out_of_turn += self.running != test
            self.outcomes[test] = outcome
            if message.get("message"):
                self.messages[test] = str(message["message"])[:2000]
            self.running = None


OUTCOMES = frozenset({"passed", "failed", "error", "skipped", "xfailed", "xpassed"})
FINE = frozenset({"passed", "skipped", "xfailed", "xpassed"})


def files_of(ids: list[str]) -> list[str]:
    return list(dict.fromkeys(test.partition("::")[0] for test in ids))


def parsed(lines: list[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict):
            yield message


def start_pytest(request: dict[str, Any], plan: int, report: int, printed: int) -> None:
    """In the child: become the agent's user and turn into pytest. Never returns."""
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        privileges.drop()
        os.umask(0o022)
        os.chdir(request["plan"]["workspace"])
        for fd in (plan, report):
            os.set_inheritable(fd, True)
        loader = "import sys; exec(compile(sys.argv.pop(1), 'pytest_run', 'exec'))"
        # Not -I where -P is known: -I would ignore the fixed hash seed. The environment is ours
        # alone, and -P -s keep the working directory and the user's site out all the same.
        isolated = ["-P", "-s"] if sys.version_info >= (3, 11) else ["-I"]
        # No cache of the candidate's is in the tree; those of the read-only image save a third of a second.
        switches = [*isolated, "-B"]
        argv = [sys.executable, *switches, "-c", loader, request["pytest_run"], str(plan), str(report)]
        os.execve(sys.executable, argv, request["env"])
    except BaseException as exc:
        os.write(2, ("the judged process could not start: %r\n" % exc).encode("utf-8", "replace"))
    finally:
        os._exit(127)
