"""Running a command with bounded output, and killing what it started."""

from __future__ import annotations

import hashlib
import os
import select
import signal
import subprocess
import time
from typing import Any

import privileges


class Tape:
    """Keeps the head and the tail of a stream; counts and hashes all of it."""

    def __init__(self, limit: int) -> None:
        self.half = limit // 2
        self.head = bytearray()
        self.tail = bytearray()
        self.size = 0
        self.hash = hashlib.sha256()

    def feed(self, data: bytes) -> None:
        self.size += len(data)
        self.hash.update(data)
        room = self.half - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        if data:
            self.tail += data
            if len(self.tail) > 2 * self.half:
                del self.tail[: -self.half]

    def result(self) -> dict[str, Any]:
        """What was kept as text, with the facts of what was seen."""
        tail = self.tail[-self.half :]
        left_out = self.size - len(self.head) - len(tail)
        if left_out:
            note = b"\n[... %d bytes left out ...]\n" % left_out
            raw = bytes(self.head) + note + bytes(tail)
        else:
            raw = bytes(self.head + tail)
        text = raw.decode("utf-8", "replace")
        return {
            "output": text,
            "bytes": self.size,
            "sha256": self.hash.hexdigest(),
            "truncated": left_out > 0,
            # A cut through a character is no sign of binary output.
            "replaced": "\ufffd" in text and not left_out,
        }


def descendants(root: int) -> list[int]:
    """Process ids below `root`, parents first."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name, "rb") as stat:
                # The command name may hold anything, so count from its last ")".
                parent = int(stat.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        children.setdefault(parent, []).append(int(name))
    found: list[int] = []
    queue = [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def kill_descendants(rounds: int = 50) -> None:
    """Kill all below this process, again until none is left (a fork bomb forks on)."""
    for _ in range(rounds):
        alive = descendants(os.getpid())
        if not alive:
            return
        for pid in alive:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        reap()
        time.sleep(0.01)


def kill_agent(rounds: int = 200) -> int:
    """As root: SIGKILL every process of the agent's user until none is left; how many were seen.

    Raises:
        RuntimeError: some survive.
    """
    seen: set[int] = set()
    for _ in range(rounds):
        alive = agent_processes()
        seen.update(alive)
        _kill_all_of_agent()
        reap()
        if not alive and not agent_processes():
            return len(seen)
        time.sleep(0.005)
    raise RuntimeError("processes of the agent survive SIGKILL")


def _kill_all_of_agent() -> None:
    """One kill(-1) with the agent's own rights: the kernel signals all at once, so none forks away.

    The saved user id stays root and is the way back. It takes no fork, which might fail in a full container.
    """
    if os.geteuid() != 0:
        return
    os.setresuid(privileges.AGENT, privileges.AGENT, 0)
    try:
        os.kill(-1, signal.SIGKILL)
    except OSError:
        pass
    finally:
        os.setresuid(0, 0, 0)
        privileges.hide()


def agent_processes() -> list[int]:
    """Living processes (zombies are dead) with the agent's user id."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/status" % name) as status:
                fields = dict(line.split(":", 1) for line in status if ":" in line)
        except OSError:
            continue
        if int(fields["Uid"].split()[0]) == privileges.AGENT and "Z" not in fields["State"].split()[0]:
            found.append(int(name))
    return found


def reap() -> None:
    """Collect children that have ended (orphans adopted by this process too)."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


def run(argv: list[str | bytes], *, cwd: str, env: dict[str, str], timeout: float, limit: int) -> dict[str, Any]:
    """Run `argv` until its own process ends or `timeout` seconds are over.

    Servers that it leaves in the background live on, and do not keep the call
    waiting even if they hold its pipe. At a timeout everything that it started
    is killed, sessions of their own too.

    Returns:
        a dict with status ("ok" or "timeout"), exit_code (None at a timeout; 128 + n
        for signal n, as shells say it) and what `Tape.result` gives.
    """
    tape = Tape(limit)
    ours, theirs = os.pipe()
    with open(os.devnull, "rb") as nothing:
        process = subprocess.Popen(
            argv, cwd=cwd, env=env, stdin=nothing, stdout=theirs, stderr=theirs, start_new_session=True
        )
    os.close(theirs)
    os.set_blocking(ours, False)
    timed_out = not _collect(process, ours, tape, time.monotonic() + timeout)
    if timed_out:
        kill_descendants()
    _drain(ours, tape)
    os.close(ours)
    return dict(
        tape.result(),
        status="timeout" if timed_out else "ok",
        exit_code=None if timed_out else _as_shells_say(process.returncode),
    )


def _as_shells_say(code: int) -> int:
    return code if code >= 0 else 128 - code


def _collect(process: subprocess.Popen[bytes], fd: int, tape: Tape, deadline: float) -> bool:
    """Feed `tape` until `process` ends (True) or the deadline passes (False)."""
    watched = [fd]
    while process.poll() is None:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        readable = select.select(watched, [], [], min(left, 0.02 if watched else 0.005))[0]
        if readable and not _read_some(fd, tape):
            watched = []
    return True


def _read_some(fd: int, tape: Tape) -> bool:
    """False once the stream has ended."""
    try:
        data = os.read(fd, 1 << 16)
    except BlockingIOError:
        return True
    tape.feed(data)
    return bool(data)


def _drain(fd: int, tape: Tape, most: int = 1 << 22) -> None:
    """What the ended process left in the pipe; bounded, as a background child may go on writing."""
    start = tape.size
    while tape.size - start < most:
        try:
            data = os.read(fd, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            return
        tape.feed(data)
