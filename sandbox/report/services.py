"""Tasks that are judged by what services ended in: how often all held, how far it got, what was missed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from sandbox.report.sheet import NOTHING, Sheet
from sandbox.score import NO_VERDICT

Record = Mapping[str, Any]
MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """One candidate under one condition.

    trials: with a verdict. strict: those in which all held. partial: the mean over trials whose task has milestones,
    None without such. unmet: trials by what was required in them and does not hold. collateral, mined: trials with
    changes that nothing allows, and with a minefield entered.
    """

    candidate: str
    condition: str
    trials: int
    strict: int
    partial: float | None
    unmet: Mapping[str, int]
    collateral: int
    mined: int


def service_rows(records: Iterable[Record]) -> list[ServiceRow]:
    """A row for each candidate and condition that met such a task, the most that held first."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        if "outcome" in record and record["verdict"] not in NO_VERDICT:
            groups.setdefault((record["candidate"], record["condition"]), []).append(record)
    rows = [_row(*who, [record["outcome"] for record in held], held) for who, held in groups.items()]
    return sorted(rows, key=lambda row: (row.condition, -row.strict / row.trials, row.candidate))


def _row(candidate: str, condition: str, found: Sequence[Record], held: Sequence[Record]) -> ServiceRow:
    partial = [one["partial"] for one in found if one["partial"] is not None]
    unmet = Counter(f"{record['task']}: {name}" for record in held for name in record["outcome"]["unmet"])
    return ServiceRow(
        candidate=candidate,
        condition=condition,
        trials=len(found),
        strict=sum(one["strict"] for one in found),
        partial=fmean(partial) if partial else None,
        unmet=dict(unmet.most_common()),
        collateral=sum(one["collateral"] > 0 for one in found),
        mined=sum(bool(one["minefields"]) for one in found),
    )


def table(rows: Sequence[ServiceRow]) -> Sheet:
    """The rows as a table."""
    names = ["candidate"] + (["condition"] if len({row.condition for row in rows}) > 1 else [])
    figures = ["as wanted", "partial", "collateral", "minefields", "most often missed"]
    cells = [
        {
            "candidate": row.candidate,
            "condition": row.condition,
            "as wanted": f"{row.strict}/{row.trials}",
            "partial": NOTHING if row.partial is None else f"{row.partial:.2f}",
            "collateral": str(row.collateral),
            "minefields": str(row.mined),
            "most often missed": ", ".join(list(row.unmet)[:MOST_NAMED]) or NOTHING,
        }
        for row in rows
    ]
    return Sheet(
        title="Services",
        names=names,
        figures=figures,
        words=frozenset({"most often missed"}),
        dispensable=("most often missed", "minefields"),
        rows=[[cell[heading] for heading in (*names, *figures)] for cell in cells],
    )


def as_data(rows: Iterable[ServiceRow]) -> list[dict[str, Any]]:
    """The rows for --json."""
    return [
        {
            "candidate": row.candidate,
            "condition": row.condition,
            "trials": row.trials,
            "strict": row.strict,
            "partial": row.partial,
            "unmet": dict(row.unmet),
            "collateral": row.collateral,
            "minefields": row.mined,
        }
        for row in rows
    ]
