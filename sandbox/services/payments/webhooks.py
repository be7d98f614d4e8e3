"""Events that are sent to whoever asked for them, signed; what waits to be sent, for the one who sends it.

The service has no network. What stands in the namespace of the agent fetches what is waiting and sends it:
`GET /_roadtest/deliveries`, then `POST /_roadtest/deliveries/ID` with the status that it was answered (0: none).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from sandbox.services.common.database import Database, Row
from sandbox.services.payments.tables import add

SIGNATURE = "payments-signature"
# A delivery that was refused so often is given up.
MOST_ATTEMPTS = 5


def signed(secret: str, body: bytes, at: int) -> str:
    """The header that proves a delivery: `t=SECONDS,v1=HMAC-SHA256 of "SECONDS.BODY" in hexadecimal`."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def note_event(database: Database, kind: str, data: dict[str, Any]) -> None:
    """Note that something happened, and for whom it waits."""
    event = add(database, "events", type=kind, data=data)
    for endpoint in database.rows("SELECT * FROM webhook_endpoints ORDER BY number"):
        if kind in json.loads(endpoint["events"]):
            row = {"id": database.new_id("del"), "number": database.next("deliveries.number")}
            rest = {"event": event["id"], "endpoint": endpoint["id"], "attempts": 0, "status": None}
            database.insert("deliveries", row | rest)


class Outcome(BaseModel):
    """What a delivery was answered: an HTTP status, 0 for no answer."""

    status: int


def deliveries() -> APIRouter:
    """The administrative routes of whoever sends."""
    router = APIRouter(prefix="/_roadtest/deliveries", include_in_schema=False)

    @router.get("")
    async def waiting(request: Request) -> list[dict[str, Any]]:
        async with request.app.state.lock:
            return [_prepared(row) for row in _waiting(request.app.state.database)]

    @router.post("/{delivery_id}", status_code=204)
    async def note(delivery_id: str, outcome: Outcome, request: Request) -> None:
        async with request.app.state.lock:
            request.app.state.database.run(
                "UPDATE deliveries SET attempts = attempts + 1, status = ? WHERE id = ?", (outcome.status, delivery_id)
            )

    return router


def _waiting(database: Database) -> list[Row]:
    return database.rows(
        "SELECT d.id, d.attempts, e.id AS event, e.type, e.data, w.url, w.secret FROM deliveries d "
        "JOIN events e ON e.id = d.event JOIN webhook_endpoints w ON w.id = d.endpoint "
        "WHERE d.attempts < ? AND (d.status IS NULL OR d.status < 200 OR d.status > 299) ORDER BY d.number",
        (MOST_ATTEMPTS,),
    )


def _prepared(row: Row) -> dict[str, Any]:
    body = json.dumps({"id": row["event"], "type": row["type"], "data": json.loads(row["data"])})
    signature = signed(row["secret"], body.encode(), int(time.time()))
    headers = {"content-type": "application/json", SIGNATURE: signature}
    return {"id": row["id"], "attempts": row["attempts"], "url": row["url"], "headers": headers, "body": body}
