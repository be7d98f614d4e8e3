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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import schema
from sandbox.errors import BadInput
from sandbox.events import Event, of_kind
from sandbox.replay_contrast import NOTHING, contrast
from sandbox.replay_tape import Divergence


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
        if (request.asked, request.attempt) in found:
            raise BadInput(f"{where}: asked, attempt: this request stands in an earlier line already")
        found[request.asked, request.attempt] = request
    return found


def requests_problems(events: Sequence[Event], requests: Iterable[tuple[int, int]]) -> Iterator[str]:
    """What of the requests of a closed log is missing, and what is there though it was never sent.

    A request is written down before it is sent. So each question has one, each answer and each failure too, and one
    more may have been on its way when the trial ended.

    Args:
        requests: (asked, attempt) of each.
    """
    attempts = {event.seq: 0 for event in of_kind(events, "model.asked")}
    answered = set()
    for event in of_kind(events, "model.failed", "model.replied"):
        if event.cause in attempts:
            attempts[event.cause] += 1
            if event.kind == "model.replied":
                answered.add(event.cause)
    there = set(requests)
    due = [(asked, attempt) for asked, count in attempts.items() for attempt in range(1, max(count, 1) + 1)]
    if missing := [place for place in due if place not in there]:
        others = f" ({len(missing)} are missing in all)" if len(missing) > 1 else ""
        yield f"attempt {missing[0][1]} at the question of event {missing[0][0]} is missing{others}"
    for asked, attempt in sorted(there):
        if attempt > attempts.get(asked, -1) + (asked not in answered):
            yield f"attempt {attempt} at the question of event {asked} was never made"


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


def _at(messages: Sequence[Mapping[str, Any]], index: int) -> Any:
    return messages[index] if index < len(messages) else NOTHING
