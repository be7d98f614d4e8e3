"""Routes whose requests are done wholly or not at all: who may, once for an idempotency key, and a dry run.

Requests are carried out one after the other: the answer to each follows from those before it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from sandbox.services.common.database import Database
from sandbox.services.common.problems import Problem

KEYS = """
CREATE TABLE IF NOT EXISTS idempotency_keys (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, etag TEXT NOT NULL
)
"""
LONGEST_KEY = 255
# What the proxy alone may say, and takes off what clients send.
DRY_RUN = "roadtest-dry-run"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class TransactingRoute(APIRoute):
    """A route of an application whose state has `database`, `lock` and `authorize`."""

    def get_route_handler(self) -> Handler:
        """The handler in a transaction."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            await request.body()
            lock: asyncio.Lock = request.app.state.lock
            async with lock:
                return await _transacted(request, inner)

        return handle


async def _transacted(request: Request, inner: Handler) -> Response:
    database: Database = request.app.state.database
    keep = False
    database.begin()
    try:
        request.app.state.authorize(request)
        response = await _once(database, request, inner)
        keep = response.status_code < 400 and DRY_RUN not in request.headers
        return response
    finally:
        database.end(keep=keep)


async def _once(database: Database, request: Request, inner: Handler) -> Response:
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST":
        return await inner(request)
    if not 0 < len(key) <= LONGEST_KEY:
        raise Problem(400, "invalid_idempotency_key", f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    asked = hashlib.sha256(f"{request.url.path}?{request.url.query}\n".encode() + await request.body()).hexdigest()
    known = database.row("SELECT * FROM idempotency_keys WHERE key = ?", (key,))
    if known is not None:
        return _replayed(known, asked)
    response = await inner(request)
    if response.status_code < 400:
        row = {"key": key, "request": asked, "status": response.status_code}
        body = bytes(response.body).decode()
        database.insert("idempotency_keys", {**row, "body": body, "etag": response.headers.get("etag", "")})
    return response


def _replayed(known: dict[str, Any], asked: str) -> Response:
    if known["request"] != asked:
        raise Problem(422, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
    headers = {"idempotent-replayed": "true"} | ({"etag": known["etag"]} if known["etag"] else {})
    return Response(known["body"], known["status"], headers, media_type="application/json")


def etag(version: int) -> str:
    """The entity tag of a row's version."""
    return f'"v{version}"'


def check_match(if_match: str | None, version: int) -> None:
    """Refuse a change of a row that has changed since the client read it.

    Raises:
        Problem: 412.
    """
    if if_match is None or if_match.strip() == "*":
        return
    if etag(version) not in [tag.strip() for tag in if_match.split(",")]:
        raise Problem(412, "precondition_failed", f"The current version is {etag(version)}.", "If-Match")
