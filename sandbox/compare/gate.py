"""The gate: is one metric, named beforehand, worse than before by more than a margin?

What it tries to refute is that the drop is within the margin.

A gate that could not have failed whatever came out is no gate: it does not pass either, and says why.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.compare.differences import clusters_of, difference, effects_of, finite
from sandbox.compare.measures import AMOUNT, Measure
from sandbox.compare.pairing import PairedTask
from sandbox.gap.paired import GREATER, Paired, paired
from sandbox.gap.power import ALPHA

WORSE, HELD, UNTOLD = "worse", "held", "cannot be told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """margin: what may be lost: of a share in rates (0.05: five points), of an amount in parts (0.1: a tenth more).

    change: B minus A, as in `Difference`. beyond: how far B is worse than the margin allows, tested one-sided.
    outcome: `WORSE`, `HELD` or `UNTOLD`.
    by_task: see `Difference`.
    """

    metric: str
    margin: float
    change: Paired
    beyond: Paired
    by_task: bool
    outcome: str
    why: str

    @property
    def passed(self) -> bool:
        """Whether it could have been shown that B is worse, and was not."""
        return self.outcome == HELD


def gate(measure: Measure, tasks: Sequence[PairedTask], margin: float = 0.0) -> Gate:
    """Hold B against A in one measure."""
    effects = effects_of(measure, tasks)
    names, by_task = clusters_of(effects.tasks, GREATER)
    allowed = math.log1p(margin) if measure.kind == AMOUNT else margin
    worse = -effects.values if measure.more_is_better else effects.values
    beyond = finite(paired(worse - allowed, names, alternative=GREATER, bound=measure.bound + allowed))
    outcome, why = _outcome(beyond)
    change = difference(measure, tasks).change
    return Gate(
        metric=measure.name, margin=margin, change=change, beyond=beyond, by_task=by_task, outcome=outcome, why=why
    )


def _outcome(beyond: Paired) -> tuple[str, str]:
    if not beyond.items:
        return UNTOLD, "nothing that tells of it is in both runs"
    if beyond.p is None or beyond.smallest_p > ALPHA:
        few = f"with {beyond.clusters} repos or tasks to go by no p can be {ALPHA} or less, whatever comes out"
        return UNTOLD, f"{few}; it takes five"
    if beyond.p <= ALPHA:
        return WORSE, f"worse by more than the margin (one-sided p = {max(beyond.p, 0.0001):.4f})"
    return HELD, f"not shown to be worse by more than the margin (one-sided p = {beyond.p:.3f})"
