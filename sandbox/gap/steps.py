"""G1: what one candidate loses from rung to rung, on the same items; and whether one loses more than another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from sandbox.gap.adjust import holm
from sandbox.gap.outcomes import Outcomes
from sandbox.gap.paired import Paired, paired
from sandbox.gap.retention import Retention, retention
from sandbox.rungs import RUNGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The lab end and the road end of the ladder: two of its rungs."""

    lab: str
    road: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One candidate between two rungs, over the items that it met on both.

    whole: from lab end to road end, the primary figure; else between neighbours. gap: mean of rate there minus rate
    here. repeats: fewest and most trials of an item on a rung. one_sided_items: those that stand on one of the two
    rungs only, and are in no figure here. skipped: rungs of the ladder between the two, of which there are no outcomes.
    """

    candidate: str
    lab: str
    road: str
    whole: bool
    lab_rate: float | None
    road_rate: float | None
    gap: Paired
    retention: Retention | None
    repeats: tuple[int, int] | None
    one_sided_items: int
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """G1 of the first candidate minus G1 of the second, over the items that both met on both ends.

    holm: p adjusted over all pairs of candidates.
    """

    first: str
    second: str
    difference: Paired
    holm: float | None


def ends_of(outcomes: Outcomes, lab: str | None = None, road: str | None = None) -> Ends | None:
    """The rungs named, else the first and the last with outcomes; None where these are not two."""
    rungs = outcomes.rungs
    if not rungs:
        return None
    ends = Ends(lab=lab or rungs[0], road=road or rungs[-1])
    return None if ends.lab == ends.road else ends


def steps_of(outcomes: Outcomes, ends: Ends | None) -> tuple[Step, ...]:
    """By candidate: from end to end, then between neighbouring rungs unless that is the same."""
    if ends is None:
        return ()
    places = [(ends.lab, ends.road, True)]
    places += [(*pair, False) for pair in pairwise(outcomes.rungs) if pair != (ends.lab, ends.road)]
    return tuple(_step(outcomes, name, *place) for name in outcomes.candidates for place in places)


def _step(outcomes: Outcomes, candidate: str, lab: str, road: str, whole: bool) -> Step:
    items = outcomes.common((candidate, lab), (candidate, road))
    before, after = (outcomes.rates(candidate, rung, items) for rung in (lab, road))
    clusters = outcomes.clusters(items)
    every = {*outcomes.of(candidate, lab), *outcomes.of(candidate, road)}
    trials = [outcomes.of(candidate, rung)[item].trials for rung in (lab, road) for item in items]
    low, high = sorted((RUNGS.index(lab), RUNGS.index(road)))
    between = RUNGS[low + 1 : high]
    return Step(
        candidate=candidate,
        lab=lab,
        road=road,
        whole=whole,
        lab_rate=_mean(before),
        road_rate=_mean(after),
        gap=paired([two - one for one, two in zip(before, after, strict=True)], clusters),
        retention=retention(before, after, clusters) if items else None,
        repeats=(min(trials), max(trials)) if trials else None,
        one_sided_items=len(every) - len(items),
        skipped=tuple(rung for rung in between if rung not in outcomes.rungs),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def contrasts_of(outcomes: Outcomes, ends: Ends | None) -> tuple[Contrast, ...]:
    """For each pair of candidates whether their gaps from lab end to road end differ."""
    if ends is None:
        return ()
    pairs = list(combinations(outcomes.candidates, 2))
    found = [_difference(outcomes, ends, first, second) for first, second in pairs]
    adjusted = holm([one.p for one in found])
    return tuple(
        Contrast(first=first, second=second, difference=one, holm=p)
        for (first, second), one, p in zip(pairs, found, adjusted, strict=True)
    )


def _difference(outcomes: Outcomes, ends: Ends, first: str, second: str) -> Paired:
    places = [(name, rung) for name in (first, second) for rung in (ends.lab, ends.road)]
    items = outcomes.common(*places)
    rates = [outcomes.rates(*place, items) for place in places]
    gaps = [(d - c, b - a) for c, d, a, b in zip(*rates, strict=True)]
    return paired([one - two for one, two in gaps], outcomes.clusters(items), bound=2.0)
