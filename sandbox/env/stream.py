"""The engine's connection to a program in a container: its streams apart, frames out of bytes."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import time
import zlib
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


class TooLate(NoAnswer):
    """The time was over."""


class Broken(NoAnswer):
    """The channel is at fault and nobody inside: cut, corrupt, or with a frame that cannot be meant."""


HEADER = 8
STDERR_KEPT = 16 * 1024
_PART = 1 << 18
# What the shell says last, under which a container's first program runs: on both of its streams, as the engine may
# bring one of them before what was said earlier on the other. No frame begins like the first of these.
LONGEST_WORD = 64
END = 8
END_OF_OUTPUT = re.compile(rb"\xff{4}(\d{4})\Z")
END_OF_ERRORS = re.compile(rb"\nroadtest: ended with (\d{1,3})\n\Z")


def framed(payload: bytes) -> bytes:
    """A payload as a frame: its length and CRC-32 (big endian, four bytes each), then the payload."""
    return struct.pack(">II", len(payload), zlib.crc32(payload)) + payload


def take_frame(buffer: bytearray) -> bytes | None:
    """The first whole frame out of a buffer; None if there is none, also where only the program's end is left.

    Raises:
        Broken: it says to be larger than any frame may be, or is not as it was sent.
    """
    if len(buffer) < HEADER:
        return None
    if END_OF_OUTPUT.match(buffer):
        return None
    length, checksum = struct.unpack_from(">II", buffer)
    if length > LARGEST_FRAME:
        raise Broken(f"a program in a container sent a frame of {length} bytes")
    if len(buffer) < HEADER + length:
        return None
    payload = bytes(buffer[HEADER : HEADER + length])
    if zlib.crc32(payload) != checksum:
        raise Broken("a frame from a program in a container is not as it was sent")
    del buffer[: HEADER + length]
    return payload


class Demultiplexer:
    """Standard output out of the engine's multiplexed stream; standard error is kept aside, bounded.

    Each part has a header of eight bytes: the stream (1 or 2), three zeros, the
    length (big endian); Docker Engine API, "Attach to a container".
    """

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._raw = bytearray()
        self.output = bytearray()
        self.errors = bytearray()
        self._last_errors = b""
        # Whether nothing but frames comes on `output`.
        self.in_frames = False

    @property
    def ended_with(self) -> int | None:
        """The exit code of a program whose shell has said that it is over, once all its frames are taken; else None."""
        last = END_OF_OUTPUT.search(self.output[-END:])
        # Behind a frame that is not whole it may as well be part of that.
        if last is None or (len(self.output) > END and (self.in_frames or not self.has_all_errors())):
            return None
        return int(last.group(1))

    def has_all_errors(self) -> bool:
        """Whether nothing more comes on standard error, as the shell has had its last word there."""
        return END_OF_ERRORS.search(self._last_errors) is not None

    def read(self, deadline: float) -> bool:
        """Wait for more and add it to `output`; False at the end of the stream.

        Raises:
            NoAnswer: the deadline (monotonic seconds) passed, or the connection broke, or is no such stream.
        """
        while self.ended_with is None:
            data = _receive(self._sock, deadline)
            if not data:
                if self._raw:
                    raise Broken("the engine's stream was cut")
                return False
            self._raw += data
            before = len(self.output)
            self._take_parts()
            if len(self.output) > before:
                return True
        return False

    def await_errors(self, deadline: float) -> None:
        """Wait for the rest of standard error; what comes meanwhile on the other stream is kept."""
        with contextlib.suppress(NoAnswer):
            while not self.has_all_errors() and (data := _receive(self._sock, deadline)):
                self._raw += data
                self._take_parts()

    def _take_parts(self) -> None:
        raw, position = self._raw, 0
        while len(raw) - position >= 8:
            kind, length = struct.unpack_from(">BxxxL", raw, position)
            if kind not in (0, 1, 2) or raw[position + 1 : position + 4] != b"\0\0\0":
                raise Broken("the engine's stream is corrupt")
            end = position + 8 + length
            if len(raw) < end:
                break
            part = memoryview(raw)[position + 8 : end]
            if kind == 2:
                self.errors += part[: max(0, STDERR_KEPT - len(self.errors))]
                self._last_errors = (self._last_errors + bytes(part[-LONGEST_WORD:]))[-LONGEST_WORD:]
            else:
                self.output += part
            part.release()
            position = end
        del raw[:position]

    def is_cut(self) -> bool:
        """Whether the last that came was the beginning of something."""
        return bool(self._raw)

    def has_news(self) -> bool:
        """Whether output or the end has come since the last read. Does not wait.

        Raises:
            Broken: what came is no such stream.
        """
        try:
            self._sock.settimeout(0.0)
            data = self._sock.recv(_PART)
        except (BlockingIOError, TimeoutError):
            return False
        except OSError:
            return True
        self._raw += data
        before = len(self.output)
        self._take_parts()
        return not data or len(self.output) > before or self.ended_with is not None


def _receive(sock: Any, deadline: float) -> bytes:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TooLate("a program in a container did not answer in time")
    try:
        sock.settimeout(left)
        data: bytes = sock.recv(_PART)
    except TimeoutError as exc:
        raise TooLate("a program in a container did not answer in time") from exc
    except OSError as exc:
        raise Broken(f"the connection to a program in a container broke: {exc}") from exc
    return data


def wake(sock: Any) -> None:
    """End a connection, so that nobody waits for it any more. Its number stays taken until it is closed."""
    with contextlib.suppress(OSError, AttributeError):
        sock.shutdown(socket.SHUT_RDWR)


def hang_up(stream: Any, sock: Any) -> None:
    """Close an upgraded connection: docker-py's wrapper and response each hold it open, too."""
    wake(sock)
    for holder in (getattr(stream, "_response", None), stream, sock):
        with contextlib.suppress(OSError, ValueError):
            if holder is not None:
                holder.close()
