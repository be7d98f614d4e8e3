"""The tool host: one root process that stays up in the agent's container and runs every tool.

    prepare  fill the workspace (or, taking over from a host that died, find it filled)
    call     run one tool in a worker of the agent's user; what it changed in the workspace
    look     what changed in the workspace since the last look
    seal     kill every process of the agent; what changed since the last look
    end      end, and the container with it; without an answer

A request is one frame of JSON; its answer is one frame of JSON with the same `id`,
followed, where files changed, by their contents in the order of `changes`, in
frames of any size. Where more changed than one look reads, it says `unread`
instead; where the workspace is over a bound, `over`. The host is not dumpable and reads and writes the workspace
with the agent's rights only.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

import memory
import prepare
import privileges
import processes
import toolrun
import watch
import wire
from worker import Gone, Late, Worker

# A worker sees to its own clock first, and so keeps the output that there was.
GRACE = 5.0
# What the shell around a container's own program takes for leave to end.
DONE = 64
CHUNK = 1 << 20


def main() -> None:
    privileges.hide()
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setgroups([])
    wire.until_torn(Host(requests, answers).serve)


class Host:
    """Answers one request after the other."""

    def __init__(self, requests: int, answers: int) -> None:
        self.requests = requests
        self.answers = answers
        self.worker: Worker | None = None
        self.watch: watch.Watch | None = None
        self.memory = memory.Memory()
        self.setting: dict[str, Any] = {}

    def serve(self) -> None:
        """Until the harness hangs up."""
        operations = {
            "prepare": self.prepare,
            "call": self.call,
            "look": self.look_again,
            "seal": self.seal,
            "end": self.end,
        }
        while (frame := wire.read_frame(self.requests)) is not None:
            request = json.loads(frame)
            # A worker gets a call as it came.
            operations[request["op"]](dict(request, frame=frame))

    def prepare(self, request: dict[str, Any]) -> None:
        solution = wire.read_frame(self.requests) if request["solution"] else None
        facts = {"python": sys.version.split()[0], "uid": privileges.AGENT, "capabilities": 0}
        if request["fill"]:
            facts = prepare.in_child(request, solution)
        self.setting = {name: request[name] for name in ("workspace", "env", "limit")}
        self.watch = watch.Watch(request["workspace"], request["bounds"])
        try:
            facts["files"] = self.watch.learn().files
        except watch.TooMuch as exc:
            facts["over"] = str(exc)
        self.worker_at_hand()
        self.answer(request, facts)

    def call(self, request: dict[str, Any]) -> None:
        executes = request["effect"] == "exec"
        kills = self.memory.kills() if executes else 0
        answer, whole = self.run(request)
        touched = answer.pop("touched", [])
        changes, over = None, None
        if request["effect"] != "read":
            changes, over = self.look(touched if request["effect"] == "write" and not whole else None)
        if executes:
            answer["oom_kills"] = self.memory.kills() - kills
        self.answer(request, answer, changes, over)

    def run(self, request: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """The worker's answer, or what became of it; and whether more may have changed than it says."""
        worker = self.worker_at_hand()
        if worker is None:
            return toolrun.text_answer(toolrun.NO_PROCESS, status="killed"), True
        try:
            return worker.ask(request["frame"], time.monotonic() + request["timeout"] + GRACE), False
        except Gone:
            self.dismiss(with_descendants=False)
            return toolrun.text_answer("the process that ran this tool was killed", status="killed"), True
        except Late:
            self.dismiss(with_descendants=True)
            return toolrun.text_answer("the call ran out of time and was stopped", status="timeout"), True

    def look(self, touched: list[str] | None) -> tuple[watch.Changes | None, str | None]:
        """What changed in the workspace (at some paths only); or why that cannot be said."""
        assert self.watch is not None
        try:
            return (self.watch.look() if touched is None else self.watch.look_at(touched)), None
        except watch.TooMuch as exc:
            return None, str(exc)

    def look_again(self, request: dict[str, Any]) -> None:
        changes, over = self.look(None)
        self.answer(request, {}, changes, over)

    def seal(self, request: dict[str, Any]) -> None:
        self.dismiss(with_descendants=False)
        killed = processes.kill_agent()
        changes, over = self.look(None)
        facts: dict[str, Any] = {"killed": killed}
        if changes is not None:
            facts.update(files=changes.files, bytes=changes.bytes, skipped=changes.skipped)
        self.answer(request, facts, changes, over)

    def end(self, request: dict[str, Any]) -> None:
        os._exit(DONE)

    def worker_at_hand(self) -> Worker | None:
        """A living worker; None if the container has no process left for one."""
        if self.worker is not None and not alive(self.worker.pid):
            self.dismiss(with_descendants=False)
        if self.worker is None:
            try:
                self.worker = Worker(self.setting, self.requests, self.answers)
            except OSError:
                return None
        return self.worker

    def dismiss(self, *, with_descendants: bool) -> None:
        if self.worker is not None:
            self.worker.end(with_descendants=with_descendants)
            self.worker = None

    def answer(
        self,
        request: dict[str, Any],
        facts: dict[str, Any],
        changes: watch.Changes | None = None,
        over: str | None = None,
    ) -> None:
        answer = dict(facts, id=request["id"])
        if over is not None:
            answer["over"] = over
        elif changes is not None and changes.unread:
            answer["unread"] = True
        elif changes is not None:
            answer["changes"] = [[path, mode, len(data)] for path, mode, data in changes.changed]
            answer["gone"] = changes.gone
        wire.write_json(self.answers, answer)
        waiting = bytearray()
        for _, _, data in changes.changed if changes is not None else ():
            waiting += data
            while len(waiting) >= CHUNK:
                wire.write_frame(self.answers, bytes(waiting[:CHUNK]))
                del waiting[:CHUNK]
        if waiting:
            wire.write_frame(self.answers, bytes(waiting))


def alive(pid: int) -> bool:
    """Whether a child has not ended yet."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False
