"""The standings taken apart: by package, category, the date of the public fix, and so on. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.report.figures import percent, span
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.standings import Standing, interval_heading, share_as_data, standings
from sandbox.report.transcript_lines import count as in_words
from sandbox.veil import HELD_OUT, is_veiled

FIXED_AT = "fixed_at"
# Those of tasks, which records tell under `about`, then those that every record has.
OF_TASKS = ("package", "category", "difficulty", "kind", FIXED_AT)
DIMENSIONS = (*OF_TASKS, "suite", "task", "condition", "rung")
# In these, held-out tasks are a slice of their own.
OF_A_TASK = (*OF_TASKS, "suite", "task")
_DIFFICULTIES = ("tiny", "small", "medium", "large")
UNKNOWN, NOT_GIVEN, OWN_CODE = "unknown", "(not given)", "(own code)"
NEVER, NO_DATE = "own (never published)", "date not given"
_LAST = (NOT_GIVEN, OWN_CODE, NEVER, NO_DATE, HELD_OUT, UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """Standings by one dimension: for each of its values those of the trials that have it.

    cutoff: of `fixed_at`, the day that divides it; None: it goes by year. unknown: trials whose records do not tell.
    """

    dimension: str
    cutoff: datetime.date | None
    rows: tuple[tuple[str, Standing], ...]
    trials: int
    unknown: int


def slices(records: Sequence[Mapping[str, Any]], dimension: str, cutoff: datetime.date | None = None) -> Slices:
    """The records taken apart by one of `DIMENSIONS`; within a slice the best stands first.

    Args:
        cutoff: for `fixed_at`: a task is before it if the last of its fixes was published before that day.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        groups.setdefault(_value(record, dimension, cutoff), []).append(record)
    return Slices(
        dimension=dimension,
        cutoff=cutoff if dimension == FIXED_AT else None,
        rows=tuple((value, row) for value in sorted(groups, key=_order) for row in standings(groups[value])),
        trials=len(records),
        unknown=len(groups.get(UNKNOWN, ())),
    )


def _order(value: str) -> tuple[int, int, str]:
    """By name, difficulties from small to large, and last what is none of the values proper."""
    size = _DIFFICULTIES.index(value) if value in _DIFFICULTIES else 0
    return (_LAST.index(value) + 1 if value in _LAST else 0), size, value


def _value(record: Mapping[str, Any], dimension: str, cutoff: datetime.date | None) -> str:
    if dimension in OF_A_TASK and is_veiled(record):
        return HELD_OUT
    if dimension == "task":
        return f"{record['suite']}/{record['task']}"  # tasks of the same name may be in several suites
    if dimension not in OF_TASKS:
        return str(record.get(dimension, UNKNOWN))
    about = record.get("about")
    if not isinstance(about, Mapping):
        return UNKNOWN
    if dimension == FIXED_AT:
        return _published(about, cutoff)
    value = about.get(dimension)
    if value is None:
        return OWN_CODE if dimension == "package" else NOT_GIVEN
    return str(value)


def _published(about: Mapping[str, Any], cutoff: datetime.date | None) -> str:
    fixed_at = about.get(FIXED_AT)
    if fixed_at is None:
        # Between two releases the fix was published, whether or not somebody wrote down when.
        made_up = about.get("package") is None or about.get("kind") == "mutation"
        return NEVER if made_up else NO_DATE
    if cutoff is None:
        return str(fixed_at)[:4]
    return f"before {cutoff}" if str(fixed_at) < cutoff.isoformat() else f"from {cutoff} on"


def table(found: Slices) -> Sheet:
    """One row for each value and candidate; slices of few trials too, with how many they are."""
    held = [row for _, row in found.rows]
    names = [found.dimension, "candidate"]
    if found.dimension != "condition" and len({row.condition for row in held}) > 1:
        names.append("condition")
    return Sheet(
        title=f"By {found.dimension}",
        names=names,
        figures=("accepted", "rate", interval_heading(held), "tasks", "no verdict"),
        dispensable=("tasks",),
        rows=[
            [
                *[value, row.candidate, row.condition][: len(names)],
                *[f"{row.accepted}/{row.judged}", percent(row.rate), span(row.interval), str(row.share.clusters)],
                str(row.no_verdict) if row.no_verdict else NOTHING,
            ]
            for value, row in found.rows
        ],
    )


def remarks(every: Sequence[Slices]) -> list[str]:
    """What may not be read out of slices, and of which trials nothing is known."""
    return [*_many(every), *_of_one_task(every), *_unknown(every)]


def _many(every: Sequence[Slices]) -> Iterator[str]:
    intervals = sum(row.interval is not None for found in every for _, row in found.rows)
    if intervals > 1:
        missed = "about one in twenty misses the true rate"
        yield f"{intervals:,} slices are shown, and no interval is corrected for that: by chance alone {missed}."


def _of_one_task(every: Sequence[Slices]) -> Iterator[str]:
    rows = [row for found in every if found.dimension != "task" for _, row in found.rows]
    if alone := sum(row.repeated and row.share.clusters == 1 for row in rows):
        words = ("holds", "its interval speaks") if alone == 1 else ("hold", "their intervals speak")
        yield f"{in_words(alone, 'slice', 'slices')} {words[0]} one task alone: {words[1]} of no other task."


def _unknown(every: Sequence[Slices]) -> Iterator[str]:
    for found in every:
        if found.unknown:
            of = in_words(found.trials, "record does", "records do")
            yield f"{found.dimension}: {found.unknown:,} of {of} not tell: an older version ran these trials."


def as_data(found: Slices) -> dict[str, Any]:
    """The slices for --json."""
    rows = [
        {
            "value": value,
            "candidate": row.candidate,
            "condition": row.condition,
            **share_as_data(row),
            "no_verdict": row.no_verdict,
        }
        for value, row in found.rows
    ]
    return {"by": found.dimension, "cutoff": None if found.cutoff is None else str(found.cutoff), "rows": rows}
