"""How long something lasts, where not every end was seen."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.stats import Z95


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalPoint:
    """The curve at one time at which something ended.

    at_risk: how many were still going on just before, events: how many ended then. survival: share that lasts longer.
    interval: 95% by Greenwood's variance on the scale log(−log S), None once nothing is left.
    """

    time: float
    at_risk: int
    events: int
    survival: float
    interval: tuple[float, float] | None


def kaplan_meier(durations: Iterable[tuple[float, bool]]) -> tuple[SurvivalPoint, ...]:
    """The product-limit estimate, one point for each time of an event; empty without events.

    What was censored at the time of an event was still at risk then.

    Sources: E. L. Kaplan, P. Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958);
    J. D. Kalbfleisch, R. L. Prentice, The statistical analysis of failure time data (1980), for the interval.

    Args:
        durations: (how long, whether the end was seen; False: censored).
    """
    rows = sorted(durations)
    events: dict[float, int] = {}
    for time, observed in rows:
        if observed:
            events[time] = events.get(time, 0) + 1
    points: list[SurvivalPoint] = []
    survival, variance, passed = 1.0, 0.0, 0
    for time, ended in events.items():
        while rows[passed][0] < time:
            passed += 1
        at_risk = len(rows) - passed
        survival *= 1 - ended / at_risk
        if at_risk > ended:
            variance += ended / (at_risk * (at_risk - ended))
        interval = _log_log_interval(survival, variance) if at_risk > ended else None
        points.append(SurvivalPoint(time=time, at_risk=at_risk, events=ended, survival=survival, interval=interval))
    return tuple(points)


def _log_log_interval(survival: float, variance: float) -> tuple[float, float]:
    spread = Z95 * math.sqrt(variance) / -math.log(survival)
    return survival ** math.exp(spread), survival ** math.exp(-spread)
