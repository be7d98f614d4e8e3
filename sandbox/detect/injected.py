"""Calls that the harness itself made go wrong, and whether the candidate got what they were for all the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sandbox.detect.made import Made, calls_made
from sandbox.detect.targets import reaches, target
from sandbox.events import Event


def injected(events: Sequence[Event]) -> dict[str, Any] | None:
    """How many calls were made to fail, by kind; after how many a later reply had one for the same that went well.

    None where there was no such call.
    """
    if not any(event.data.get("injected") for event in events if event.kind == "tool.returned"):
        return None
    ran = [made for made in calls_made(events) if made.ran and made.returned is not None]
    hit = [(place, made) for place, made in enumerate(ran) if _kind(made)]
    well = [(place, made) for place, made in enumerate(ran) if made.status == "ok" and not _kind(made)]
    recovered = sum(
        any(later > place and other.reply > made.reply and _same(other, made) for later, other in well)
        for place, made in hit
    )
    return {
        "calls": len(hit),
        "recovered": recovered,
        "kinds": dict(sorted(Counter(_kind(made) for _, made in hit).items())),
    }


def _kind(made: Made) -> str:
    return "" if made.returned is None else str(made.returned.data.get("injected") or "")


def _same(later: Made, wanted: Made) -> bool:
    if (later.name, later.canonical) == (wanted.name, wanted.canonical):
        return True
    return reaches(target(later.name, later.arguments), target(wanted.name, wanted.arguments))
