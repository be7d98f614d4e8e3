"""Bounded output. Imported by the harness, too: it leans on no other guest module."""

from __future__ import annotations

import codecs
from typing import Any


class Tape:
    """Keeps the head and the tail of a stream; counts and hashes all of it."""

    def __init__(self, limit: int) -> None:
        self.half = limit // 2
        self.head = bytearray()
        self.tail = bytearray()
        self.size = 0
        # Of all that was seen, from when some of it is not kept any more.
        self.hash: Any = None

    def feed(self, data: bytes) -> None:
        self.size += len(data)
        if self.hash is not None:
            self.hash.update(data)
        room = self.half - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        if data:
            self.tail += data
            if len(self.tail) > 2 * self.half:
                self.begin_hash()
                del self.tail[: -self.half]

    def begin_hash(self) -> None:
        """Hash as it comes what will not be kept, with a library that is fast once it is loaded."""
        if self.hash is None:
            import hashlib

            self.hash = hashlib.sha256(bytes(self.head + self.tail))

    def result(self) -> dict[str, Any]:
        """What was kept as text, with the facts of what was seen."""
        tail = self.tail[-self.half :]
        left_out = self.size - len(self.head) - len(tail)
        if left_out:
            note = b"\n[... %d bytes left out ...]\n" % left_out
            raw = bytes(self.head) + note + bytes(tail)
            # A cut through a character is no sign of binary output.
            replaced = not (_is_text(self.head, cut=True) and _is_text(_from_character(tail)))
        else:
            raw = bytes(self.head + tail)
            replaced = not _is_text(raw)
        return {
            "output": raw.decode("utf-8", "replace"),
            "bytes": self.size,
            "sha256": self.hash.hexdigest() if self.hash is not None else _sha256(bytes(self.head + self.tail)),
            "truncated": left_out > 0,
            "replaced": replaced,
        }


def _sha256(data: bytes) -> str:
    """Of little data: the interpreter's own needs no library to be loaded, which takes longer than a call."""
    try:
        from _sha256 import sha256  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha256
    return str(sha256(data).hexdigest())


def _is_text(data: bytes | bytearray, *, cut: bool = False) -> bool:
    """Whether it is UTF-8; cut: whether it may end inside a character."""
    try:
        codecs.utf_8_decode(data, "strict", not cut)
    except UnicodeDecodeError:
        return False
    return True


def _from_character(data: bytearray) -> bytearray:
    """Without the rest of a character that begins before."""
    start = 0
    while start < min(3, len(data)) and data[start] & 0xC0 == 0x80:
        start += 1
    return data[start:]
