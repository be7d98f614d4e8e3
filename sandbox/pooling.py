"""Reading runs for `roadtest gap`: the records of several as those of one, and scores at competitive problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.errors import BadInput
from sandbox.gap.gap import Gap, Score, gap_of
from sandbox.gap.outcomes import Record
from sandbox.held_out import held_out_of
from sandbox.journal import RunDirectory, read_results
from sandbox.limits import NAMES
from sandbox.lockfile import read_lock, unfinished_rejudging
from sandbox.report.problems import ProblemRow, problem_rows
from sandbox.rungs import KERNEL
from sandbox.veil import veiled

# What must not differ under one name between runs that are pooled, as it is called.
COMPARED = {"candidates": "the candidate", "tasks": "the task", "conditions": "the condition"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """records: of all runs. notes: what has to be said of them."""

    records: Sequence[Record]
    notes: tuple[str, ...]


def read_gap(
    runs: Sequence[Path],
    *,
    lab: str | None = None,
    road: str | None = None,
    by: Sequence[str] = (),
    conditions: Mapping[str, str] | None = None,
) -> tuple[Gap, tuple[str, ...]]:
    """The gap over runs, and what has to be said beside it.

    Args:
        lab, road, conditions: as for `gap_of`. by: the slices to be taken.

    Raises:
        BadInput: no run there, a broken file, runs that are not of the same things, a condition that is not there.
    """
    found = pool(runs)
    for rung, name in (conditions or {}).items():
        known = sorted({record["condition"] for record in found.records if record["rung"] == rung})
        if name not in known:
            raise BadInput(
                f"--condition {rung}={name}: no trial on {rung} is of it (known: {', '.join(known) or 'none'})"
            )
    scores, note = scores_of(problem_rows(found.records), (conditions or {}).get(KERNEL))
    gap = gap_of(found.records, scores=scores, lab=lab, road=road, conditions=conditions, dimensions=tuple(by))
    return gap, (*found.notes, *note)


def pool(runs: Sequence[Path]) -> Pooled:
    """The records of runs, each run once.

    Raises:
        BadInput: no run there, a broken file, or under one name two runs have what is not the same.
    """
    once = list({run.resolve(): run for run in runs}.values())
    notes = [note for run in once for note in unfinished_rejudging(RunDirectory(run).lock_file)]
    if len(once) > 1:
        notes += _compare([(run, read_lock(RunDirectory(run).lock_file)["inputs"]) for run in once])
    # What one of them holds out is not told of the others either.
    hidden = frozenset().union(*(held_out_of(run) for run in once))
    records = [record for run in once for record in veiled(read_results(run), hidden)]
    return Pooled(records=records, notes=tuple(notes))


def _compare(locks: Iterable[tuple[Path, Mapping[str, Any]]]) -> Iterator[str]:
    """Refuse what is called the same and is not; what has to be said of the rest."""
    first: dict[tuple[str, str], tuple[Path, str]] = {}
    budgets: dict[str, Path] = {}
    for run, inputs in locks:
        for kind, what in COMPARED.items():
            for name, value in inputs.get(kind, {}).items():
                digest = value["digest"] if isinstance(value, Mapping) else value
                other, before = first.setdefault((kind, name), (run, digest))
                if before != digest:
                    raise BadInput(f"{run}: {what} {name} is not what it is in {other}; they cannot be pooled")
        budgets.setdefault(_budget(inputs), run)
    if len(budgets) > 1:
        said = "; ".join(f"{run}: {budget or 'none typed'}" for budget, run in budgets.items())
        yield f"the runs had other limits, so that budgets are in the differences too ({said})"


def _budget(inputs: Mapping[str, Any]) -> str:
    limits = inputs.get("limits") or {}
    words = {name: "none" if limits[name] is None else f"{limits[name]:g}" for name in NAMES if name in limits}
    return ", ".join(f"{name}={word}" for name, word in words.items())


def scores_of(rows: Sequence[ProblemRow], condition: str | None = None) -> tuple[dict[str, Score], tuple[str, ...]]:
    """The rating of each candidate at competitive problems, and why there is none, if scales differ.

    Args:
        rows: from `problem_rows`.
        condition: under which problems were met; without it the one with the most candidates, of two the first by name.
    """
    held: dict[str, list[ProblemRow]] = {}
    for row in rows:
        held.setdefault(row.condition, []).append(row)
    if not held:
        return {}, ()
    chosen = condition or min(held, key=lambda name: (-len(held[name]), name))
    ratings = {row.candidate: row.rating for row in held.get(chosen, ()) if row.rating is not None}
    scales = sorted({rating.scale for rating in ratings.values()})
    if len(scales) > 1:
        return {}, (f"CP scores: none: candidates met problems of several scales ({', '.join(scales)})",)
    return {
        name: Score(value=one.rating, low=one.interval[0], high=one.interval[1], scale=one.scale)
        for name, one in ratings.items()
    }, ()
