"""One tool call: run as the agent's user, answered for by a root process.

The request comes as one frame, the answer goes as one frame:

    {"op": "call", "tool": "bash", "arguments": {...}, "workspace": "/workspace",
     "env": {...}, "timeout": 60.0, "limit": 32768}
    {"status": "ok", "output": "...", "bytes": 12, "sha256": "...", ...}

`status` is ok, refused (the tool said no), timeout, or killed (the process that
ran the tool was ended from outside: the agent's doing, not the harness's).
The answer is made by a child of uid and gid 1000 and carried by this process,
which stays root: a process of the agent can kill the child, but neither read
its memory nor speak in its place.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from typing import Any

import privileges
import processes
import wire

GRACE = 5.0


class Refused(Exception):
    """A tool says no; the message goes to the agent as it is."""


def main() -> None:
    privileges.hide()
    answer_to = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    request = wire.read_json(0)
    os.dup2(null, 0)
    started = time.monotonic()
    answer = perform(request)
    answer["seconds"] = time.monotonic() - started
    wire.write_json(answer_to, answer)


def perform(request: dict[str, Any]) -> dict[str, Any]:
    """Run the request's tool in a child without privileges; its answer, or what became of it."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _in_child(request, theirs)
    os.close(theirs)
    payload = _read_until(ours, time.monotonic() + request["timeout"] + GRACE)
    os.close(ours)
    if payload is None:
        _kill(child)
        return text_answer("the call ran out of time and was stopped", status="timeout")
    _kill(child)
    try:
        answer: dict[str, Any] = json.loads(payload)
    except ValueError:
        return text_answer("the process that ran this tool was killed", status="killed")
    return answer


def _in_child(request: dict[str, Any], answer_to: int) -> None:
    """Never returns."""
    code = 1
    try:
        os.setsid()
        privileges.drop()
        privileges.adopt_orphans()
        answer = _answer(request)
        wire.write_all(answer_to, json.dumps(answer).encode("ascii"))
        code = 0
    finally:
        os._exit(code)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    tool = sys.modules["tool_" + request["tool"]]
    os.environ.clear()
    os.environ.update(request["env"])
    os.umask(0o022)
    try:
        os.chdir(request["workspace"])
        result = tool.run(request["arguments"], request)
    except Refused as no:
        return text_answer(str(no), status="refused")
    except RecursionError:
        return text_answer("nested too deeply", status="refused")
    except ValueError as exc:  # text that no path and no file can hold, lone surrogates above all
        return text_answer("not acceptable: %s" % exc, status="refused")
    except OSError as exc:
        return text_answer(_os_error(exc), status="refused")
    if isinstance(result, dict):
        return dict(result)
    tape = processes.Tape(request["limit"])
    tape.feed(result if isinstance(result, bytes) else result.encode("utf-8", "surrogateescape"))
    return dict(tape.result(), status="ok", exit_code=None)


def _os_error(exc: OSError) -> str:
    where = "" if exc.filename is None else "%s: " % os.fsdecode(exc.filename)
    return (where + (exc.strerror or str(exc))).encode("utf-8", "replace").decode()


def text_answer(text: str, *, status: str) -> dict[str, Any]:
    tape = processes.Tape(1 << 16)
    tape.feed(text.encode("utf-8", "replace"))
    return dict(tape.result(), status=status, exit_code=None)


def _read_until(fd: int, deadline: float) -> bytes | None:
    """All that the child writes, or None if it is not done by the deadline."""
    parts = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            return None
        part = os.read(fd, 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def _kill(child: int) -> None:
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (OSError, ChildProcessError):
        pass
