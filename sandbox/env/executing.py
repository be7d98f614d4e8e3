"""One program in a container by a `docker exec`: its input, its output, how it ended."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from typing import Any

from sandbox.env.container import Container
from sandbox.env.conversation import begin
from sandbox.env.engine import talking
from sandbox.env.stream import Demultiplexer, NoAnswer, TooLate, hang_up
from sandbox.errors import SandboxError
from sandbox.guest.tape import Tape

OUTPUT_LIMIT = 32 * 1024
# How often it is looked whether a program has ended whose output goes on.
LOOK_SECONDS = 0.25
# What the engine says in place of a program that it could not start.
NOT_STARTED = (b"OCI runtime exec failed", b"cannot exec in a", b"process_linux.go")


class Late(Exception):
    """A program did not end, or take its input, in time."""


def execute(
    container: Container,
    argv: list[str],
    *,
    user: str,
    workdir: str,
    environment: Mapping[str, str],
    seconds: float,
    stdin: bytes | None = None,
    limit: int = OUTPUT_LIMIT,
) -> tuple[int | None, Tape]:
    """Run a program in a container; its exit code (None: out of time) and output, standard error among it.

    Raises:
        NoAnswer: it could not be started.
        Late: it does not take its input.
        SandboxError: the container or the engine failed.
    """
    api = container.client.api
    merged = ["sh", "-c", 'exec "$@" 2>&1', "sh", *argv]
    exec_id, stream = begin(
        container.client,
        container.id,
        merged,
        stdin=stdin is not None,
        user=user,
        workdir=workdir,
        environment=dict(environment),
    )
    sock: Any = getattr(stream, "_sock", stream)
    tape = Tape(limit)
    try:
        if stdin is not None:
            _feed(sock, stdin, seconds)
        with talking("look at a program in a container"):
            finished = _listen(sock, tape, exec_id, api, time.monotonic() + seconds)
    finally:
        hang_up(stream, sock)
    if not finished:
        return None, tape
    with talking("look at a program in a container"):
        code = _exit_code(api, exec_id)
    if code in (126, 127) and tape.head.startswith(NOT_STARTED):
        words = tape.result()["output"].split()
        raise NoAnswer(f"no program can be started in a container: {' '.join(words)[:300]}", status=code)
    return code, tape


def _feed(sock: Any, data: bytes, seconds: float) -> None:
    """All of a program's input. One that ends without having read it says why on its output."""
    try:
        sock.settimeout(seconds)
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
    except TimeoutError as exc:
        raise Late from exc
    except (BrokenPipeError, ConnectionResetError):
        return


def _listen(sock: Any, tape: Tape, exec_id: str, api: Any, deadline: float) -> bool:
    """Take the output until the program has ended (True), even if a child of it holds the pipe; or the time is over."""
    parts = Demultiplexer(sock)
    look = time.monotonic() + LOOK_SECONDS
    while (now := time.monotonic()) < deadline:
        try:
            more = parts.read(min(deadline, look))
        except TooLate:
            more = True
        tape.feed(bytes(parts.output))
        parts.output.clear()
        if not more:
            return True
        if now >= look:
            if not api.exec_inspect(exec_id)["Running"]:
                return True
            look = time.monotonic() + LOOK_SECONDS
    return False


def _exit_code(api: Any, exec_id: str) -> int:
    """The exit code of a program whose output has ended; the engine may take a moment to know it."""
    for _ in range(50):
        facts = api.exec_inspect(exec_id)
        if not facts["Running"] and facts["ExitCode"] is not None:
            return int(facts["ExitCode"])
        time.sleep(0.02)
    raise SandboxError("the engine does not say how a program in a container ended")
