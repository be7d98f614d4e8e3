"""What a run that is gone on with becomes larger by. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sandbox.plan import Plan

MOST_NAMED = 5


def added(before: Mapping[str, Any], plan: Plan) -> str | None:
    """What a plan has that a run did not have, in words on one line; None if nothing.

    Args:
        before: `inputs` of the run's lock.
    """
    # Locks of before trials were noted do not tell how many there were.
    known = set(before.get("trials", ()))
    new = [trial for trial in plan.trials if trial.key not in known]
    parts = list(_names(before, plan))
    if not known:
        return f"this run now also has {_and(parts)}" if parts else None
    if not new:
        return None
    parts += _conditions(known, [trial.condition for trial in new])
    parts += _repeats(known, [trial.key for trial in new])
    of = "1 trial" if len(new) == 1 else f"{len(new):,} trials"
    return f"{of} more than this run had before: {_and(parts) or 'other pairs of its tasks and candidates'}"


def _names(before: Mapping[str, Any], plan: Plan) -> Iterator[str]:
    names = {
        "candidate": dict.fromkeys(trial.candidate.name for trial in plan.trials),
        "task": dict.fromkeys(trial.task.name for trial in plan.trials),
    }
    for kind, found in names.items():
        if new := [name for name in found if name not in before[f"{kind}s"]]:
            yield _named(kind, new)


def _conditions(known: Iterable[str], found: Iterable[str]) -> list[str]:
    had = {_kind(key).rpartition("/")[2] for key in known}
    new = [name for name in dict.fromkeys(found) if name not in had]
    return [_named("condition", new)] if new else []


def _repeats(known: Iterable[str], new: Iterable[str]) -> list[str]:
    """Where there were trials of the same task, candidate and condition: how many there are now, and were."""
    had: dict[str, int] = {}
    for key in known:
        had[_kind(key)] = max(had.get(_kind(key), 0), _repeat(key))
    now = {_kind(key): _repeat(key) for key in sorted(new, key=_repeat) if _kind(key) in had}
    if not now:
        return []
    before = sorted({had[kind] for kind in now})
    return [f"{max(now.values())} repeats in place of {_span(before)}"]


def _kind(key: str) -> str:
    return key.rpartition("/")[0]


def _repeat(key: str) -> int:
    """As people count, from 1."""
    number = key.rpartition("/")[2]
    return int(number) + 1 if number.isascii() and number.isdigit() else 0


def _span(numbers: Sequence[int]) -> str:
    return f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"


def _named(kind: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"the {kind}{'s' if len(names) > 1 else ''} {', '.join(names[:MOST_NAMED])}{more}"


def _and(parts: Sequence[str]) -> str:
    return " and ".join(parts)
