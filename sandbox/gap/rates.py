"""The solve rate of a candidate on a rung, with an interval over repos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.gap.outcomes import Outcomes
from sandbox.gap.paired import Clusters, t_limit
from sandbox.stats import Z95, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """rate: the mean over items. low, high: 95%; of one repo they speak of that repo alone (clustered by item there).

    effective: how many independent trials tell as much. repeats: fewest and most trials of an item.
    """

    candidate: str
    rung: str
    rate: float
    low: float
    high: float
    effective: float
    successes: int
    trials: int
    items: int
    clusters: int
    repeats: tuple[int, int]


def rates_of(outcomes: Outcomes) -> tuple[Rate, ...]:
    """A rate for each candidate and rung that has outcomes, over all items there."""
    return tuple(
        _rate(outcomes, candidate, rung)
        for candidate in outcomes.candidates
        for rung in outcomes.rungs
        if outcomes.of(candidate, rung)
    )


def _rate(outcomes: Outcomes, candidate: str, rung: str) -> Rate:
    held = outcomes.of(candidate, rung)
    names = outcomes.clusters(held)
    several = len(set(names)) > 1
    values, groups = np.array([one.rate for one in held.values()]), Clusters.of(names if several else list(held))
    trials = [one.trials for one in held.values()]
    mean = float(values.mean())
    effective = _effective(values, groups, sum(trials))
    low, high = wilson(mean * effective, effective) or (0.0, 1.0)
    return Rate(
        candidate=candidate,
        rung=rung,
        rate=mean,
        low=low,
        high=high,
        effective=effective,
        successes=sum(one.successes for one in held.values()),
        trials=sum(trials),
        items=len(held),
        clusters=len(set(names)),
        repeats=(min(trials), max(trials)),
    )


def _effective(values: np.ndarray, groups: Clusters, trials: int) -> float:
    """Yes-or-no trials that would vary as much, so that Wilson's interval can be had: as in `stats.clustered_mean`.

    At least as if all trials of a repo went the same way, and so many where nothing varies; at most all trials.
    """
    least, mean = 1 / float((groups.shares**2).sum()), float(values.mean())
    if groups.count < 2 or not 0 < mean < 1:
        return least
    variance = groups.covariance(values, values)
    if variance <= 0:
        return float(trials)
    seen = mean * (1 - mean) / variance * (Z95 / t_limit(groups.freedom)) ** 2
    return min(max(seen, least), float(trials))
