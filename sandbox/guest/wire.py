"""Frames on a byte stream: length and CRC-32 of the payload (big endian, four bytes each), then the payload."""

from __future__ import annotations

import json
import os
import struct
import sys
import zlib
from collections.abc import Callable
from typing import Any

LIMIT = 256 * 1024 * 1024
HEADER = 8
# How a guest program ends whose input is torn; nobody inside is to blame for that.
TORN = 3


class Torn(Exception):
    """The stream ended inside a frame, or a frame is not as it was sent, or larger than `LIMIT`."""


def read_exactly(fd: int, count: int) -> bytes:
    """`count` bytes, or fewer only if the stream ended before the first."""
    parts = []
    missing = count
    while missing:
        part = os.read(fd, min(missing, 1 << 20))
        if not part:
            if missing != count:
                raise Torn("the stream ended inside a frame")
            return b""
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def read_frame(fd: int) -> bytes | None:
    """The next payload, or None at the end of the stream."""
    header = read_exactly(fd, HEADER)
    if not header:
        return None
    length, checksum = struct.unpack(">II", header)
    if length > LIMIT:
        raise Torn("a frame of %d bytes" % length)
    payload = read_exactly(fd, length)
    if len(payload) != length:
        raise Torn("the stream ended inside a frame")
    if zlib.crc32(payload) != checksum:
        raise Torn("a frame is not as it was sent")
    return payload


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def framed(payload: bytes) -> bytes:
    return struct.pack(">II", len(payload), zlib.crc32(payload)) + payload


def write_frame(fd: int, payload: bytes) -> None:
    write_all(fd, framed(payload))


def read_json(fd: int) -> Any:
    payload = read_frame(fd)
    return None if payload is None else json.loads(payload)


def write_json(fd: int, value: Any) -> None:
    write_frame(fd, json.dumps(value).encode("ascii"))


def until_torn(serve: Callable[[], None]) -> None:
    """Serve; a channel that is cut, in one direction or the other, ends the program as nobody's doing inside."""
    try:
        serve()
    except (Torn, BrokenPipeError):
        sys.exit(TORN)
