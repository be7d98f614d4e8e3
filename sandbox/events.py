"""The event log: one JSON object per line, appended, never edited.

The log of a trial is the only source of truth about it. Everything reported is
a function of these events and of the blobs that they name by SHA-256.

    {"v": 1, "seq": 7, "t": 1.284031, "at": "2026-01-01T00:00:00.000Z",
     "kind": "tool.started", "cause": 6, "data": {...}}

`seq` counts from 0 without gaps, `t` is seconds on a monotonic clock since the
trial opened, `at` is wall-clock UTC for people, `cause` is the `seq` of the event
that led to this one. What `data` holds for each kind is in
`schemas/event.v1.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import BadInput

VERSION = 1

KINDS = frozenset(
    {
        "trial.opened",
        "env.ready",
        "step.opened",
        "model.asked",
        "model.replied",
        "model.failed",
        "call.rejected",
        "tool.started",
        "tool.returned",
        "tree.saved",
        "state.exported",
        "checkpoint",
        "limit.hit",
        "step.closed",
        "check.ran",
        "fault",
        "trial.closed",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the log."""

    seq: int
    t: float
    at: str
    kind: str
    cause: int | None
    data: Mapping[str, Any]

    def to_line(self) -> str:
        """The event as one line of ASCII JSON, newline included."""
        record = {
            "v": VERSION,
            "seq": self.seq,
            "t": round(self.t, 6),
            "at": self.at,
            "kind": self.kind,
            "cause": self.cause,
            "data": self.data,
        }
        return json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n"


def read_log(text: str, *, name: str = "events.jsonl") -> list[Event]:
    """Read a log back; a torn last line (a write cut short) is left out.

    Raises:
        BadInput: a line other than a torn last one is no event, or `seq` has a gap.
    """
    return list(_events(text, name))


def _events(text: str, name: str) -> Iterator[Event]:
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = _from_record(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            if number == len(lines):
                return
            raise BadInput(f"{name}: line {number} is not an event: {exc!r}") from exc
        if event.seq != number - 1:
            raise BadInput(f"{name}: line {number}: seq is {event.seq}, expected {number - 1}")
        yield event


def _from_record(record: Mapping[str, Any]) -> Event:
    if record["v"] != VERSION:
        raise ValueError(f"version {record['v']}, this reader knows {VERSION}")
    if not isinstance(record["data"], dict):
        raise TypeError("data is no object")
    return Event(
        seq=record["seq"],
        t=record["t"],
        at=record["at"],
        kind=record["kind"],
        cause=record["cause"],
        data=record["data"],
    )


def of_kind(events: Iterable[Event], *kinds: str) -> list[Event]:
    """The events of the given kinds, in order."""
    return [event for event in events if event.kind in kinds]


def last(events: Iterable[Event], kind: str) -> Event | None:
    """The last event of a kind, or None."""
    found = of_kind(events, kind)
    return found[-1] if found else None


def final_check(events: Iterable[Event]) -> Event | None:
    """The check that a trial's verdict rests on, or None; those that only look into its states are passed over."""
    found = [event for event in of_kind(events, "check.ran") if event.data.get("purpose", "score") == "score"]
    return found[-1] if found else None
