"""The difference between two runs in one measure, with an interval over repos.

A rate that is pooled over tasks (faulty calls of all calls) is a ratio of two sums; its difference is linearised: each
task counts with what it adds to either ratio, and the mean of that is the difference itself. Amounts (seconds, tokens)
are compared as logarithms, so that a long task weighs no more than a short one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sandbox.compare.measures import AMOUNT, POOLED, Measure
from sandbox.compare.pairing import PairedTask
from sandbox.gap.paired import TWO_SIDED, UNSEEN, Paired, paired
from sandbox.gap.power import ALPHA, smallest_p

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What each task adds to a difference.

    tasks: those that can be compared in this measure. values: B minus A, of amounts ln(B/A), shape (tasks,).
    before, after: the figure in A and in B; None without tasks. left_out: tasks that do not tell on both sides.
    """

    tasks: tuple[PairedTask, ...]
    values: Floats
    before: float | None
    after: float | None
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two runs in one measure.

    change: B minus A, of amounts ln(B/A). by_task: tasks are the clusters, as repos are too few for any p of 5%; it
    speaks of these tasks alone. worse: whether B is worse (p at most 5%), None where nothing could be shown at all.
    trials: pairs behind it. left_out: tasks that do not tell.
    """

    measure: Measure
    before: float | None
    after: float | None
    change: Paired
    by_task: bool
    trials: int
    left_out: int

    @property
    def worse(self) -> bool | None:
        """Whether B is shown to be worse than A."""
        return self._shown(worse=True)

    @property
    def better(self) -> bool | None:
        """Whether B is shown to be better than A."""
        return self._shown(worse=False)

    def _shown(self, *, worse: bool) -> bool | None:
        value, p = self.change.value, self.change.p
        if value is None or p is None or self.change.smallest_p > ALPHA:
            return None
        return p <= ALPHA and (value < 0) == (self.measure.more_is_better == worse)


def difference(measure: Measure, tasks: Sequence[PairedTask]) -> Difference:
    """The difference over tasks; without any that tell, one that says nothing."""
    effects = effects_of(measure, tasks)
    names, by_task = clusters_of(effects.tasks)
    found = paired(effects.values, names, bound=measure.bound)
    return Difference(
        measure=measure,
        before=effects.before,
        after=effects.after,
        change=finite(found),
        by_task=by_task,
        trials=sum(len(task.pairs) for task in effects.tasks),
        left_out=effects.left_out,
    )


def finite(found: Paired) -> Paired:
    """Where no amount varied there is no bound on what was not seen, and no interval."""
    if found.interval_by != UNSEEN or (found.low is not None and math.isfinite(found.low)):
        return found
    return replace(found, low=None, high=None, interval_by=None)


def clusters_of(tasks: Sequence[PairedTask], alternative: str = TWO_SIDED) -> tuple[list[str], bool]:
    """The cluster of each task; and whether that is the task itself, as repos are too few to show anything."""
    repos = [task.cluster for task in tasks]
    if smallest_p(len(set(repos)), one_sided=alternative != TWO_SIDED) <= ALPHA or len(set(repos)) == len(tasks):
        return repos, False
    return [task.task for task in tasks], True


def effects_of(measure: Measure, tasks: Sequence[PairedTask]) -> Effects:
    """What each task adds to the difference in a measure."""
    told = [(task, sums) for task in tasks if (sums := _sums(measure, task)) is not None]
    kept = tuple(task for task, _ in told)
    table: Floats = np.array([row for _, row in told], dtype=np.float64).reshape(-1, 2, 2)
    if measure.kind == POOLED:
        values, before, after = _pooled(table)
    else:
        values, before, after = _by_task(table, logs=measure.kind == AMOUNT)
    if before is None:
        kept, values = (), np.zeros(0)
    return Effects(tasks=kept, values=values, before=before, after=after, left_out=len(tasks) - len(kept))


def _sums(measure: Measure, task: PairedTask) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Part and whole of A and of B, added up over the pairs that tell on both sides; None: it cannot be compared."""
    told = []
    for one, two in task.pairs:
        first, second = measure.of(one), measure.of(two)
        if first is not None and second is not None:
            told.append((*first, *second))
    a, b, c, d = (math.fsum(column) for column in zip(*told, strict=True)) if told else (0.0, 0.0, 0.0, 0.0)
    if measure.kind == POOLED:
        return ((a, b), (c, d)) if b or d else None
    usable = b and d and (measure.kind != AMOUNT or (a > 0 and c > 0))
    return ((a, b), (c, d)) if usable else None


def _by_task(sums: Floats, *, logs: bool) -> tuple[Floats, float | None, float | None]:
    if not len(sums):
        return np.zeros(0), None, None
    rates = sums[:, :, 0] / sums[:, :, 1]
    if logs:
        rates = np.log(rates)
    before, after = (float(mean) for mean in rates.mean(axis=0))
    return rates[:, 1] - rates[:, 0], math.exp(before) if logs else before, math.exp(after) if logs else after


def _pooled(sums: Floats) -> tuple[Floats, float | None, float | None]:
    """Each task's share of the difference of two ratios; their mean is that difference."""
    parts, wholes = sums[:, :, 0].sum(axis=0), sums[:, :, 1].sum(axis=0)
    if not wholes.all():
        return np.zeros(0), None, None
    rates = parts / wholes
    residuals = (sums[:, :, 0] - rates * sums[:, :, 1]) / (wholes / len(sums))
    values = rates[1] - rates[0] + residuals[:, 1] - residuals[:, 0]
    return values, float(rates[0]), float(rates[1])
