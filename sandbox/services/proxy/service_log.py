"""The service log: one JSON object a line, `request` when a request has come, `answer` when it is over.

`gone` stands between the two where the service itself could not be asked; `delivery` is a webhook that was sent.
Bodies are kept as they were written, so that no number is rounded on the way to the judge.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sandbox.services.common.lines import Lines
from sandbox.services.common.lines import LogFailed as LogFailed
from sandbox.services.proxy.message import Answer, Request, for_log

# Bytes of a body that are kept; of a longer one only size and digest.
LONGEST_BODY = 64 * 1024


class ServiceLog(Lines):
    """The log of what is asked and answered."""

    def request(self, service: str, request: Request) -> int:
        """Note that a request has come; returns its number."""
        return self.write(
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
        self.write("gone", service=service, cause=cause, why=why)

    def answer(self, service: str, cause: int, request: Request, told: Answer | None, **rest: Any) -> None:
        """Note what became of a request. `status` is what the client was told, null where it was told nothing."""
        self.write(
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
        self.write("delivery", service=service, **told, **_body(body.encode()))


def _body(body: bytes) -> dict[str, Any]:
    text = None
    if len(body) <= LONGEST_BODY:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            text = None
    return {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "body": text}
