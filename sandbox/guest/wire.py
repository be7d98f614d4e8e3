"""Frames on a byte stream: four bytes of length (big endian), then the payload."""

from __future__ import annotations

import json
import os
import struct
from typing import Any

LIMIT = 256 * 1024 * 1024


class Torn(Exception):
    """The stream ended inside a frame, or a frame is larger than `LIMIT`."""


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
    header = read_exactly(fd, 4)
    if not header:
        return None
    (length,) = struct.unpack(">I", header)
    if length > LIMIT:
        raise Torn("a frame of %d bytes" % length)
    if not length:
        return b""
    payload = read_exactly(fd, length)
    if not payload:
        raise Torn("the stream ended inside a frame")
    return payload


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def write_frame(fd: int, payload: bytes) -> None:
    write_all(fd, struct.pack(">I", len(payload)) + payload)


def read_json(fd: int) -> Any:
    payload = read_frame(fd)
    return None if payload is None else json.loads(payload)


def write_json(fd: int, value: Any) -> None:
    write_frame(fd, json.dumps(value).encode("ascii"))
