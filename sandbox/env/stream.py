"""The engine's connection to a program in a container: its streams apart, frames out of bytes."""

from __future__ import annotations

import contextlib
import struct
import time
from collections.abc import Iterator
from typing import Any

from sandbox.env.guest import LARGEST_FRAME
from sandbox.errors import SandboxError


class NoAnswer(SandboxError):
    """A program inside gave no whole answer: killed, starved, cut short, or never started.

    `status` is its exit code, None where that is not known. Whose doing it is depends on
    who else was in the container, so callers decide.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


STDERR_KEPT = 16 * 1024


def framed(payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + payload


def take_frame(buffer: bytearray) -> bytes | None:
    if len(buffer) < 4:
        return None
    length: int = struct.unpack_from(">I", buffer)[0]
    if length > LARGEST_FRAME:
        raise NoAnswer(f"a program in a container sent a frame of {length} bytes")
    if len(buffer) < 4 + length:
        return None
    payload = bytes(buffer[4 : 4 + length])
    del buffer[: 4 + length]
    return payload


def stdout(sock: Any, deadline: float, errors: bytearray) -> Iterator[bytes]:
    """Standard output out of the engine's multiplexed stream; standard error goes to `errors`.

    Each part has a header of eight bytes: the stream (1 or 2), three zeros, the
    length (big endian); Docker Engine API, "Attach to a container".
    """
    while header := receive(sock, 8, deadline):
        kind, length = struct.unpack(">BxxxL", header)
        if kind not in (0, 1, 2):
            raise NoAnswer("the engine's stream is corrupt")
        data = receive(sock, length, deadline)
        if len(data) != length:
            raise NoAnswer("the engine's stream was cut")
        if kind == 2:
            errors += data[: STDERR_KEPT - len(errors)] if len(errors) < STDERR_KEPT else b""
        else:
            yield data


def receive(sock: Any, count: int, deadline: float) -> bytes:
    """`count` bytes; nothing at the end of the stream.

    Raises:
        NoAnswer: the end came in the middle, or the deadline, or the connection broke.
    """
    parts: list[bytes] = []
    missing = count
    while missing:
        left = deadline - time.monotonic()
        if left <= 0:
            raise NoAnswer("a program in a container did not answer in time")
        sock.settimeout(left)
        try:
            part = sock.recv(min(missing, 1 << 20))
        except TimeoutError as exc:
            raise NoAnswer("a program in a container did not answer in time") from exc
        except OSError as exc:
            raise NoAnswer(f"the connection to a program in a container broke: {exc}") from exc
        if not part:
            if missing != count:
                raise NoAnswer("the engine's stream was cut")
            return b""
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def hang_up(stream: Any, sock: Any) -> None:
    """Close an upgraded connection: docker-py's wrapper and response each hold it open, too."""
    for holder in (getattr(stream, "_response", None), stream, sock):
        with contextlib.suppress(OSError, ValueError):
            if holder is not None:
                holder.close()
