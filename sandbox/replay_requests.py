"""The requests of a recorded trial: what was sent to the model, one request a line. Pure.

A conversation only grows, so a line holds what came since the request before it:

    {"v": 1, "asked": 4, "attempt": 1, "kept": 2, "messages": [...], "tools": "SHA256",
     "settings": {...}, "digest": "SHA256"}

`asked` is the seq of its `model.asked`, `kept` how many messages of the request before stay, `tools` names
the blob with the tools that were offered, `digest` is the hash of the whole request. No key is in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import schema
from sandbox.errors import BadInput
from sandbox.replay_tape import Divergence, contrast


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, whole. tools: SHA-256 of the tools that were offered."""

    asked: int
    attempt: int
    messages: Sequence[Mapping[str, Any]]
    tools: str
    settings: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 over messages, tools and settings."""
        return encoded_digest([list(self.messages), self.tools, self.settings])


def encoded(value: Any) -> bytes:
    """JSON that is the same for the same data."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode("ascii")


def encoded_digest(value: Any) -> str:
    """SHA-256 over `encoded`."""
    return hashlib.sha256(encoded(value)).hexdigest()


def to_line(request: Request, before: Request | None) -> str:
    """A request as a line after the one before it."""
    kept = 0 if before is None else _alike(before.messages, request.messages)
    record = {
        "v": 1,
        "asked": request.asked,
        "attempt": request.attempt,
        "kept": kept,
        "messages": list(request.messages[kept:]),
        "tools": request.tools,
        "settings": request.settings,
        "digest": request.digest,
    }
    return encoded(record).decode("ascii") + "\n"


def _alike(one: Sequence[Any], other: Sequence[Any]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))


def parse_requests(text: str, *, name: str) -> dict[tuple[int, int], Request]:
    """The requests of a trial, by (asked, attempt).

    Raises:
        BadInput: naming the line.
    """
    found: dict[tuple[int, int], Request] = {}
    messages: list[Mapping[str, Any]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        where = f"{name}: line {number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as exc:
            raise BadInput(f"{where}: is not a request: {exc!r}") from exc
        schema.check("request.v1", record, file=where)
        if record["kept"] > len(messages):
            raise BadInput(f"{where}: keeps {record['kept']} messages of {len(messages)}")
        messages = [*messages[: record["kept"]], *record["messages"]]
        fields = {field: record[field] for field in ("asked", "attempt", "tools", "settings")}
        request = Request(messages=messages, **fields)
        if request.digest != record["digest"]:
            raise BadInput(f"{where}: the request has another digest than it says")
        found[request.asked, request.attempt] = request
    return found


def requests_differ(recorded: Request, now: Request) -> Divergence | None:
    """Where a request is another than the recorded one in its place."""
    if recorded.digest == now.digest:
        return None
    index = _alike(recorded.messages, now.messages)
    if index < max(len(recorded.messages), len(now.messages)):
        sides: tuple[Any, Any] = (_at(recorded.messages, index), _at(now.messages, index))
        label = f"message {index}"
    elif recorded.tools != now.tools:
        label, sides = "tools", (recorded.tools, now.tools)
    else:
        label, sides = "settings", (recorded.settings, now.settings)
    was, comes = contrast(*sides)
    return Divergence(
        event=recorded.asked, call=None, what="request", recorded=f"{label} {was}", now=f"{label} {comes}"
    )


def _at(messages: Sequence[Mapping[str, Any]], index: int) -> Mapping[str, Any] | None:
    return messages[index] if index < len(messages) else None
