"""Retention: of what is solved in the lab, how much is left on the road, p_road / p_lab, with Fieller's interval.

A ratio R is in the interval if "the mean of road − R·lab is zero" is not rejected at 5%, by the same cluster variance
as for differences (`paired`). Where the lab rate itself cannot be told from zero there is no upper end, and `reason`
says so.

Source: E. C. Fieller, Some problems in interval estimation, JRSS B 16 (1954).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.gap.paired import UNSEEN, Clusters, Floats, t_limit, unseen, varies

FIELLER = "Fieller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """value: None where nothing was solved in the lab. low, high: the 95% interval; high None: it has no upper end.

    interval_by: the method; None where there is no interval, and `reason` says why.
    """

    value: float | None
    low: float | None
    high: float | None
    interval_by: str | None
    reason: str | None


def retention(lab: Sequence[float], road: Sequence[float], clusters: Sequence[Hashable]) -> Retention:
    """The ratio of the mean rates over the same items."""
    first, second = np.asarray(lab, dtype=np.float64), np.asarray(road, dtype=np.float64)
    if not first.size or first.mean() == 0:
        return Retention(value=None, low=None, high=None, interval_by=None, reason="nothing was solved in the lab")
    value, groups = float(second.mean() / first.mean()), Clusters.of(clusters)
    if groups.count < 2:
        return Retention(value=value, low=None, high=None, interval_by=None, reason="one cluster")
    rest = second - value * first
    if not varies(math.sqrt(max(0.0, groups.covariance(rest, rest)))):
        share, mean = unseen(groups.count), float(first.mean())
        low, high = max(0.0, value * (1 - share / mean)), value + share / mean
        return Retention(value=value, low=low, high=high, interval_by=UNSEEN, reason=None)
    return _fieller(value, first, second, groups)


def _fieller(value: float, lab: Floats, road: Floats, groups: Clusters) -> Retention:
    """The roots of (B − R·A)² = t²·(V_BB − 2R·V_AB + R²·V_AA)."""
    square = t_limit(groups.freedom) ** 2
    mean_lab, mean_road = float(lab.mean()), float(road.mean())
    a = mean_lab**2 - square * groups.covariance(lab, lab)
    b = mean_lab * mean_road - square * groups.covariance(lab, road)
    c = mean_road**2 - square * groups.covariance(road, road)
    root = b * b - a * c
    if a <= 0:
        reason = "the lab rate cannot be told from zero, so the ratio has no upper end"
        # Then what is not in the interval lies between the roots, if there are any; ratios below zero are none.
        low = (b - math.sqrt(root)) / a if root > 0 and a < 0 and c > 0 else 0.0
        return Retention(value=value, low=_at_least_none(low), high=None, interval_by=FIELLER, reason=reason)
    low, high = ((b + sign * math.sqrt(max(0.0, root))) / a for sign in (-1, 1))
    return Retention(value=value, low=_at_least_none(low), high=high, interval_by=FIELLER, reason=None)


def _at_least_none(ratio: float) -> float:
    return max(0.0, ratio)
