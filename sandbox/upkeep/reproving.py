"""Proving tasks again on a schedule: which are due, what came of it, whose truth has drifted. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# How a proof ended, beside the one before it.
HOLDS, DRIFTED, FAILS, MENDED = "holds", "has drifted", "does not hold", "holds again"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastProof:
    """The last proof of a task as it is now. at: ISO 8601."""

    at: str
    holds: bool


def due(
    last: Mapping[str, LastProof], tasks: Sequence[str], now: datetime.datetime, days: float, most: int | None = None
) -> list[str]:
    """The tasks whose last proof is older than so many days or that have none, those longest without first.

    Args:
        last: by task, only proofs of the task as it is now. most: at most so many.
    """
    until = now - datetime.timedelta(days=days)
    old = [name for name in tasks if name not in last or _when(last[name].at) <= until]
    ordered = sorted(old, key=lambda name: (name in last, last[name].at if name in last else "", name))
    return ordered if most is None else ordered[:most]


def _when(text: str) -> datetime.datetime:
    found = datetime.datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)


def outcome(before: LastProof | None, faults: Sequence[str]) -> str:
    """What to call it: a task that held as it is, and does not any more, has drifted: something around it changed."""
    if faults:
        return DRIFTED if before is not None and before.holds else FAILS
    return MENDED if before is not None and not before.holds else HOLDS
