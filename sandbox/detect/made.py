"""The calls of a trial as its log tells them: what was asked, what came of it, in which state of the workspace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sandbox.events import Event

# Kinds of `injected` of calls that were not run.
NOT_RUN = frozenset({"timeout", "fail-once"})


@dataclass(slots=True, kw_only=True)
class Made:
    """One call.

    replied: the reply that held it, and its number. returned: what came back; None if it was not run or never did.
    epoch: counts changes of the workspace and of services: two calls with the same one began with both unchanged in
    between.
    arguments, canonical: of a call that was run: as data, and as text that is equal for equal ones.
    """

    event: Event
    replied: int
    reply: int
    name: str | None
    raw: str
    labels: tuple[str, ...]
    ran: bool
    epoch: int
    arguments: Mapping[str, Any]
    canonical: str
    returned: Event | None = None

    @property
    def status(self) -> str | None:
        """As in `CallFacts`."""
        if self.ran:
            return None if self.returned is None else str(self.returned.data["status"])
        return "rejected" if self.labels else "not-run"

    @property
    def effect(self) -> str:
        """read, write or exec."""
        return str(self.event.data.get("effect", "read"))

    @property
    def answer(self) -> str:
        """What the candidate was told."""
        if self.ran:
            return "" if self.returned is None else str(self.returned.data.get("output", ""))
        return str(self.event.data["content"])


def calls_made(events: Sequence[Event]) -> list[Made]:
    """Every call of a log, in order.

    Raises:
        LookupError, TypeError, AssertionError: an event does not hold what its schema demands.
    """
    found: list[Made] = []
    running: dict[int, Made] = {}
    state = _State()
    for event in events:
        kind = event.kind
        if kind == "tool.started":
            state.begin_call()
            made = running[event.seq] = _made(event, events, state.epoch)
            found.append(made)
        elif kind == "call.rejected":
            found.append(_made(event, events, state.epoch))
        elif kind == "tool.returned" and event.cause in running:
            made = running.pop(event.cause)
            made.returned = event
            state.end_call(made)
        elif kind == "tree.saved":
            state.save(event.data)
    return found


def _made(event: Event, events: Sequence[Event], epoch: int) -> Made:
    assert event.cause is not None
    data = event.data
    raw = data["arguments"] or ""
    ran = event.kind == "tool.started"
    arguments, text = parsed(raw) if ran else ({}, raw)
    return Made(
        event=event,
        replied=event.cause,
        reply=events[event.cause].data["reply"],
        name=data["name"],
        raw=raw,
        labels=tuple(data.get("labels", ())),
        ran=ran,
        epoch=epoch,
        arguments=arguments,
        canonical=text,
    )


class _State:
    """Counts changes of the raw tree; a state that is not known counts as one before and one after.

    And writes to services, as far as `tool.returned` tells of them.
    """

    def __init__(self) -> None:
        self.epoch = 0
        self._writes = 0
        self._raw: str | None = None
        self._base = True
        self._unsaved = False

    def begin_call(self) -> None:
        if self._unsaved:
            self._to(None)

    def end_call(self, made: Made) -> None:
        # A tool that refuses has changed nothing, nor has a call that the harness did not run.
        idle = made.status == "refused" or (made.returned is not None and made.returned.data.get("injected") in NOT_RUN)
        self._unsaved = made.effect != "read" and not idle
        writes = self._writes if made.returned is None else made.returned.data.get("writes", self._writes)
        if writes != self._writes:
            self._writes = writes
            self.epoch += 1

    def save(self, data: Mapping[str, Any]) -> None:
        raw = data.get("raw")
        same = not (data.get("changed", 1) or data.get("gone", 1)) if self._base else raw == self._raw
        unchanged = raw is not None and same
        if unchanged:
            self._raw, self._base, self._unsaved = raw, False, False
        else:
            self._to(raw)

    def _to(self, raw: str | None) -> None:
        self.epoch += 1
        self._raw, self._base, self._unsaved = raw, False, False


def parsed(raw: str) -> tuple[Mapping[str, Any], str]:
    """Arguments as data, and as text that is equal for equal ones: keys sorted, numbers as numbers.

    What is no JSON object has no data and stays as it stands.
    """
    try:
        value = _DECODER.decode(raw)
        text = _ENCODER.encode(value)
    except (ValueError, RecursionError):
        return {}, raw
    return (value, text) if isinstance(value, dict) else ({}, raw)


@lru_cache(maxsize=4096)
def _number(text: str) -> int | str:
    """Equal for equal numbers: 1, 1.0 and 1e0; never equal to a string that a candidate would write.

    By its digits alone, so that no size of a number or of its exponent matters.
    """
    if len(text) <= 15 and text.lstrip("-").isdigit():
        return int(text)
    parts = _NUMBER.fullmatch(text)
    if parts is None:
        raise ValueError("no number of JSON")
    sign, whole, fraction, exponent = (part or "" for part in parts.groups())
    digits = (whole + fraction).lstrip("0")
    kept = digits.rstrip("0")
    if not kept:
        return 0
    power = int(exponent or 0) - len(fraction) + len(digits) - len(kept)
    if power >= 0 and len(kept) + power <= 15:
        return int(f"{sign}{kept}{'0' * power}")
    return f"\0{sign}{kept}e{power}"


_NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?", re.ASCII)
_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_number)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def in_order(found: Sequence[Made]) -> Iterator[tuple[int, Made]]:
    """Calls that did something, with their places."""
    return ((place, made) for place, made in enumerate(found) if made.ran)
