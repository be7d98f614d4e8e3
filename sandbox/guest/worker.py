"""The process that runs tools: of the agent's user, without any privilege, one for many calls.

It is not dumpable: programs of the agent can kill or stop it, but neither read it
nor speak in its place, and it writes to no file of /proc, through which it could
change itself. Orphans of what it starts become its children, so that a timeout
finds them; servers that a call left behind are spared. The tool host starts
another worker when one is dead.
"""

from __future__ import annotations

import json
import os
import select
import signal
import struct
import time
from typing import Any

import privileges
import processes
import toolrun
import wire

MOST_ANSWER = 16 * 1024 * 1024


class Gone(Exception):
    """The worker was killed before it had answered."""


class Late(Exception):
    """The worker did not answer in time (it hangs, or was stopped)."""


class Worker:
    """The tool host's hold on one worker."""

    def __init__(self, setting: dict[str, Any], *close: int) -> None:
        """Fork one.

        Args:
            setting: workspace, env and limit of all calls.
            close: descriptors that the worker must not have.

        Raises:
            OSError: the container has no process left to give.
        """
        their_in, self.requests = os.pipe()
        self.answers, their_out = os.pipe()
        try:
            self.pid = os.fork()
        except OSError:
            for fd in (their_in, self.requests, self.answers, their_out):
                os.close(fd)
            raise
        if self.pid == 0:
            for fd in (self.requests, self.answers, *close):
                os.close(fd)
            _serve(setting, their_in, their_out)
        os.close(their_in)
        os.close(their_out)
        os.set_blocking(self.requests, False)
        os.set_blocking(self.answers, False)

    def ask(self, request: bytes, deadline: float) -> dict[str, Any]:
        """The worker's answer to a request in JSON.

        Raises:
            Gone: it is dead.
            Late: no answer by `deadline` (monotonic seconds).
        """
        try:
            self._send(wire.framed(request), deadline)
            length, _ = struct.unpack(">II", self._receive(wire.HEADER, deadline))
            if length > MOST_ANSWER:
                raise Gone
            answer: dict[str, Any] = json.loads(self._receive(length, deadline))
        except (BrokenPipeError, ValueError) as exc:
            raise Gone from exc
        return answer

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.requests, view) :]
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([], [self.requests], [], left)[1]:
                    raise Late from None

    def _receive(self, count: int, deadline: float) -> bytes:
        parts = []
        while count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.answers], [], [], left)[0]:
                raise Late
            part = os.read(self.answers, count)
            if not part:
                raise Gone
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def end(self, *, with_descendants: bool) -> None:
        """Kill it; with all that it started, or leaving servers in the background alive."""
        os.close(self.requests)
        os.close(self.answers)
        if with_descendants:
            processes.kill_below(self.pid)
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (OSError, ChildProcessError):
            pass


def _serve(setting: dict[str, Any], requests: int, answers: int) -> None:
    """In the worker: answer requests until there are no more. Never returns."""
    code = 1
    try:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        privileges.drop()
        privileges.adopt_orphans()
        os.environ.clear()
        os.environ.update(setting["env"])
        os.umask(0o022)
        while (request := _next(requests)) is not None:
            # What it starts inherits an ignored signal, and wants to know of its own children.
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            answer = toolrun.answer(dict(setting, **request))
            # Orphans that end while it waits must not stay as zombies: they count as processes.
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            processes.reap()
            wire.write_json(answers, answer)
        code = 0
    finally:
        os._exit(code)


def _next(requests: int) -> Any:
    """The next request; until it comes, servers that calls left behind are listened to."""
    processes.listen_until(requests)
    return wire.read_json(requests)
