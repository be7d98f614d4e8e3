"""G2: a pair of candidates of which one is better at competitive problems and the other on the road.

Each side is a paired test over the items that both met; a reversal needs both to reject one-sidedly, so its p is the
larger of the two (intersection-union). Holm goes over pairs. Which of the two is better in the lab is read off the
data; as both sides have to reject, that choice costs nothing unless the two sides go against each other by chance
(simulated: `docs/design/gap.md`).

Source: R. L. Berger, Multiparameter hypothesis testing and acceptance sampling, Technometrics 24 (1982).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from sandbox.gap.adjust import holm
from sandbox.gap.outcomes import Outcomes
from sandbox.gap.paired import GREATER, Paired, paired
from sandbox.gap.power import ALPHA
from sandbox.gap.steps import Ends
from sandbox.rungs import KERNEL, ROAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """One pair. better: who solved more in the lab; other: the other one.

    lab: better minus other there, road: other minus better there, both tested for being above zero. p: the larger of
    their p-values, holm: adjusted over pairs, smallest_holm: the smallest that these clusters and so many pairs allow.
    found: whether it is a reversal at 5%.
    """

    better: str
    other: str
    lab: Paired
    road: Paired
    p: float | None
    holm: float | None
    smallest_holm: float
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversals:
    """pairs: by name. reason: why there are none, else None."""

    pairs: tuple[Reversal, ...]
    reason: str | None


def reversals_of(outcomes: Outcomes, ends: Ends | None) -> Reversals:
    """Every pair of candidates, each side over all items that both met there, on the other rung or not."""
    reason = _reason(outcomes, ends)
    if reason or ends is None:
        return Reversals(pairs=(), reason=reason)
    sides = [_sides(outcomes, ends, *pair) for pair in combinations(outcomes.candidates, 2)]
    values = [_larger(lab.p, road.p) for _, _, lab, road in sides]
    tested = sum(value is not None for value in values)
    pairs = tuple(
        Reversal(
            better=better,
            other=other,
            lab=lab,
            road=road,
            p=value,
            holm=adjusted,
            smallest_holm=min(1.0, max(lab.smallest_p, road.smallest_p) * max(tested, 1)),
            found=adjusted is not None and adjusted <= ALPHA,
        )
        for (better, other, lab, road), value, adjusted in zip(sides, values, holm(values), strict=True)
    )
    return Reversals(pairs=pairs, reason=None)


def _reason(outcomes: Outcomes, ends: Ends | None) -> str | None:
    if len(outcomes.candidates) < 2:
        return "a reversal takes two candidates"
    if ends is None or ends.lab != KERNEL:
        return f"a reversal starts from competitive problems, and the lab end is not the rung {KERNEL}"
    if ends.road not in ROAD:
        return f"a reversal ends on the road, and the rung {ends.road} is not one of {', '.join(ROAD)}"
    return None


def _sides(outcomes: Outcomes, ends: Ends, one: str, two: str) -> tuple[str, str, Paired, Paired]:
    lab = _lead(outcomes, ends.lab, one, two)
    # Where they are level in the lab there is no better one, and p is far from any limit either way.
    better, other = (one, two) if (lab.value or 0.0) >= 0 else (two, one)
    if better != one:
        lab = _lead(outcomes, ends.lab, better, other)
    return better, other, lab, _lead(outcomes, ends.road, other, better)


def _lead(outcomes: Outcomes, rung: str, leader: str, other: str) -> Paired:
    items = outcomes.common((leader, rung), (other, rung))
    rates = zip(outcomes.rates(leader, rung, items), outcomes.rates(other, rung, items), strict=True)
    return paired([one - two for one, two in rates], outcomes.clusters(items), alternative=GREATER)


def _larger(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else max(first, second)
