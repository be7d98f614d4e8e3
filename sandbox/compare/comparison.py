"""Two runs held against each other: all that may be said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sandbox.compare.differences import Difference, difference
from sandbox.compare.gate import Gate, gate
from sandbox.compare.measures import MEASURES, PRIMARY, Measure, on_rung
from sandbox.compare.pairing import PairedTask, Pairing
from sandbox.gap.adjust import benjamini_hochberg
from sandbox.gap.outcomes import LeftOut
from sandbox.gap.power import ALPHA
from sandbox.rungs import RUNGS
from sandbox.veil import HELD_OUT, is_veiled

PACKAGE, FIXED_AT, NOT_TOLD = "package", "fixed_at", "not told"
DIMENSIONS = (PACKAGE, "category", "difficulty", "kind", FIXED_AT, "suite", "condition", "rung")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The primary metric over the tasks of one kind.

    tested: whether enough is in it for a p of 5%; `q` goes over these (Benjamini and Hochberg), None for the others.
    """

    dimension: str
    value: str
    difference: Difference
    tested: bool
    q: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A task that was accepted more or less often. accepted: in A and in B, of `repeats`.

    trials: in A and in B, the first repeat that went the way of the whole; what to look at.
    """

    task: str
    condition: str
    accepted: tuple[int, int]
    repeats: int
    trials: tuple[str, str]

    @property
    def change(self) -> float:
        """Share of repeats, B minus A."""
        return (self.accepted[1] - self.accepted[0]) / self.repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """candidates: of A and of B. primary: the metric named beforehand, first in `differences`. gate: if one was asked.

    flips: what got worse first. left_out: what could not be compared, and why. held_out: tasks that no list
    names: how many there are, were less often and more often accepted.
    """

    candidates: tuple[str, str]
    tasks: int
    repos: int
    pairs: int
    repeats: tuple[int, int] | None
    primary: str
    differences: tuple[Difference, ...]
    gate: Gate | None
    slices: tuple[Slice, ...]
    flips: tuple[Flip, ...]
    left_out: tuple[LeftOut, ...]
    held_out: tuple[int, int, int] = (0, 0, 0)


def compare(
    pairing: Pairing,
    *,
    metric: str = PRIMARY,
    margin: float | None = None,
    dimensions: Sequence[str] = (),
) -> Comparison:
    """All figures of two paired runs.

    Args:
        metric: the primary one, of `MEASURES`; to be named before one looks.
        margin: of the gate, see `Gate`; None: there is no gate.
        dimensions: of slices, of `DIMENSIONS`.
    """
    tasks, primary = pairing.tasks, MEASURES[metric]
    others = [one for one in MEASURES.values() if one is not primary]
    counts = [len(task.pairs) for task in tasks]
    return Comparison(
        candidates=pairing.candidates,
        tasks=len(tasks),
        repos=len({task.cluster for task in tasks}),
        pairs=sum(counts),
        repeats=(min(counts), max(counts)) if counts else None,
        primary=metric,
        differences=tuple(difference(one, tasks) for one in (primary, *_rungs(tasks), *others)),
        gate=None if margin is None else gate(primary, tasks, margin),
        slices=_slices(primary, tasks, dimensions),
        flips=_flips(tasks),
        left_out=pairing.left_out,
        held_out=_held_out(tasks),
    )


def _held_out(tasks: Sequence[PairedTask]) -> tuple[int, int, int]:
    hidden = [task for task in tasks if is_veiled(task.about)]
    flipped = [flip.change for task in hidden if (flip := _flip(task)) is not None]
    return len(hidden), sum(change < 0 for change in flipped), sum(change > 0 for change in flipped)


def _rungs(tasks: Sequence[PairedTask]) -> list[Measure]:
    """Of each rung the share accepted, where there are several."""
    there = {task.rung for task in tasks}
    return [on_rung(rung) for rung in RUNGS if rung in there] if len(there) > 1 else []


def _slices(measure: Measure, tasks: Sequence[PairedTask], dimensions: Sequence[str]) -> tuple[Slice, ...]:
    found = [one for dimension in dimensions for one in _sliced(measure, tasks, dimension)]
    adjusted = benjamini_hochberg([one.difference.change.p if one.tested else None for one in found])
    return tuple(replace(one, q=q) for one, q in zip(found, adjusted, strict=True))


def _sliced(measure: Measure, tasks: Sequence[PairedTask], dimension: str) -> Iterator[Slice]:
    groups: dict[str, list[PairedTask]] = {}
    for task in tasks:
        groups.setdefault(value_of(task, dimension), []).append(task)
    if len(groups) < 2:
        return
    for value, held in sorted(groups.items()):
        found = difference(measure, held)
        tested = found.change.smallest_p <= ALPHA
        yield Slice(dimension=dimension, value=value, difference=found, tested=tested, q=None)


def value_of(task: PairedTask, dimension: str) -> str:
    """What a task is in a dimension; of a date the year."""
    if dimension not in ("condition", "rung") and is_veiled(task.about):
        return HELD_OUT
    if dimension in ("suite", "condition", "rung"):
        return {"suite": task.task.partition("/")[0], "condition": task.condition, "rung": task.rung}[dimension]
    value = task.about.get(dimension)
    if value is None:
        return NOT_TOLD
    return str(value)[:4] if dimension == FIXED_AT else str(value)


def _flips(tasks: Sequence[PairedTask]) -> tuple[Flip, ...]:
    found = [flip for task in tasks if not is_veiled(task.about) and (flip := _flip(task)) is not None]
    return tuple(sorted(found, key=lambda flip: (flip.change, flip.task, flip.condition)))


def _flip(task: PairedTask) -> Flip | None:
    ways = [tuple(record["verdict"] == "accepted" for record in pair) for pair in task.pairs]
    before, after = (sum(way[side] for way in ways) for side in (0, 1))
    if before == after:
        return None
    # More often accepted in A than in B, so some repeat has it that way round, too.
    place = ways.index((before > after, before < after))
    one, two = task.pairs[place]
    return Flip(
        task=task.task,
        condition=task.condition,
        accepted=(before, after),
        repeats=len(ways),
        trials=(one["trial"], two["trial"]),
    )


def as_data(found: Comparison) -> dict[str, Any]:
    """The comparison for --json: every figure."""
    return {
        "candidates": list(found.candidates),
        "tasks": found.tasks,
        "repos": found.repos,
        "pairs": found.pairs,
        "repeats": None if found.repeats is None else list(found.repeats),
        "primary": found.primary,
        "differences": [_difference(one) for one in found.differences],
        "gate": None if found.gate is None else {**asdict(found.gate), "passed": found.gate.passed},
        "slices": [
            {
                "by": one.dimension,
                "value": one.value,
                "tested": one.tested,
                "q": one.q,
                **_difference(one.difference),
            }
            for one in found.slices
        ],
        "flips": [
            {
                "task": one.task,
                "condition": one.condition,
                "accepted": list(one.accepted),
                "repeats": one.repeats,
                "trials": list(one.trials),
            }
            for one in found.flips
        ],
        "left_out": [asdict(one) for one in found.left_out],
        "held_out": dict(zip(("tasks", "worse", "better"), found.held_out, strict=True)),
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "measure": one.measure.name,
        "kind": one.measure.kind,
        "before": one.before,
        "after": one.after,
        "change": asdict(one.change),
        "worse": one.worse,
        "by_task": one.by_task,
        "pairs": one.trials,
        "tasks_left_out": one.left_out,
    }
