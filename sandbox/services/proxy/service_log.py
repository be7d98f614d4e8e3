"""The service log: one JSON object a line, `request` when a request has come, `answer` when it is over.

`gone` stands between the two where the service itself could not be asked; `delivery` is a webhook that was sent.
Bodies are kept as they were written, so that no number is rounded on the way to the judge.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from datetime import UTC, datetime
from typing import Any

from sandbox.services.proxy.message import Answer, Request, for_log

# Bytes of a body that are kept; of a longer one only size and digest.
LONGEST_BODY = 64 * 1024


class LogFailed(Exception):
    """The log cannot be written: without it there is nothing to judge by."""


class ServiceLog:
    """A log that is appended to, line by line, each in one write."""

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

    def request(self, service: str, request: Request) -> int:
        """Note that a request has come; returns its number."""
        return self._write(
            "request",
            service=service,
            method=request.method,
            path=request.path,
            query=request.query,
            headers=for_log(request.headers),
            **_body(request.body),
        )

    def gone(self, service: str, cause: int, why: str) -> None:
        """Note that the service could not be asked, or gave no answer that is one."""
        self._write("gone", service=service, cause=cause, why=why)

    def answer(self, service: str, cause: int, request: Request, told: Answer | None, **rest: Any) -> None:
        """Note what became of a request. `status` is what the client was told, null where it was told nothing."""
        self._write(
            "answer",
            service=service,
            cause=cause,
            method=request.method,
            path=request.path,
            status=None if told is None else told.status,
            **rest,
            **_body(b"" if told is None else told.body),
        )

    def delivery(self, service: str, number: str, url: str, body: str, status: int, fault: str | None) -> None:
        """Note that a webhook was sent; `status` 0 where nobody answered."""
        told = {"delivery": number, "url": url, "status": status, "fault": fault}
        self._write("delivery", service=service, **told, **_body(body.encode()))

    def _write(self, kind: str, **data: Any) -> int:
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


def _body(body: bytes) -> dict[str, Any]:
    text = None
    if len(body) <= LONGEST_BODY:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            text = None
    return {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "body": text}
