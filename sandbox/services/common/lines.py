"""Logs of services: one JSON object a line, numbered, each in one write. Standard library only."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from typing import Any


class LogFailed(Exception):
    """The log cannot be written: without it there is nothing to judge by."""


class Lines:
    """A log that is appended to.

    Args:
        path: the file. most: bytes after which it counts as full.

    Raises:
        LogFailed: it cannot be opened.
    """

    def __init__(self, path: str, most: int) -> None:
        self._most = most
        self._next = 0
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            self._size = os.fstat(self._file).st_size
        except OSError as exc:
            raise LogFailed(f"{path}: {exc}") from exc

    @property
    def full(self) -> bool:
        """Whether it holds as much as it may."""
        return self._size >= self._most

    def write(self, kind: str, **data: Any) -> int:
        """Append a line; returns its number.

        Raises:
            LogFailed: it is not written, or in part only.
        """
        number = self._next
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"v": 1, "seq": number, "t": round(time.monotonic(), 6), "at": now, "kind": kind, **data}
        data_of_line = json.dumps(line).encode() + b"\n"
        try:
            written = os.write(self._file, data_of_line)
        except OSError as exc:
            raise LogFailed(str(exc)) from exc
        if written < len(data_of_line):
            raise LogFailed("a line was written in part only")
        self._size += written
        self._next += 1
        return number
