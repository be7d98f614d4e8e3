"""What many trials say together about bugs that come back.

Numerators and denominators are added up over trials, never ratios averaged. Trials are clusters: intervals in which a
bug could come back are not independent within one, so the exact interval of the hazard speaks of these trials, and
beside it stand the one for clusters and the share of trials with any reintroduction.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.detect.oscillation import Duration, Findings
from sandbox.stats import Ratio, Share, clopper_pearson, clustered_share, rate_ratio, wilson
from sandbox.survival import SurvivalPoint, kaplan_meier

UNITS = ("checkpoints", "calls", "tokens", "steps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Events of a number of cases, with a 95% interval (None without cases)."""

    events: int
    total: int
    interval: tuple[float, float] | None

    @property
    def value(self) -> float | None:
        """Events over cases; None without any."""
        return self.events / self.total if self.total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """Figures over trials.

    trials, truncated: how many, and how many of them were cut off. fixes, regressions, reintroductions: in all.
    unstable: pairs of unit and checkpoint. hazard: reintroductions per interval in P after a fix (RR), exact interval;
    clustered: the same with trials as clusters. untouched: breaks per interval in P of what was not mended. lift:
    hazard over untouched; None without an event or an exposure. incidence: trials with a reintroduction, Wilson's
    interval. index_median: over trials in which a bug flipped; oscillating: those of them with an index above 0,
    Wilson's interval. alternation_max: None if no trial has two bugs. state_cycles, harmful_cycles: in all.
    survival: of fixes, by unit of time (`UNITS`). retention: by distance in steps, exact interval. forgetting: mean
    over chains whose last step was judged, None without any.
    """

    trials: int
    truncated: int
    fixes: int
    regressions: int
    reintroductions: int
    unstable: int
    hazard: Rate
    clustered: Share
    untouched: Rate
    lift: Ratio | None
    incidence: Rate
    index_median: float | None
    oscillating: Rate
    alternation_max: int | None
    state_cycles: int
    harmful_cycles: int
    survival: Mapping[str, tuple[SurvivalPoint, ...]]
    retention: Mapping[int, Rate]
    forgetting: float | None


def pool(trials: Sequence[Findings]) -> Pooled:
    """Pool what was found in many trials; none is fine."""
    back = [one.coming_back for one in trials]
    events, intervals = sum(one.events for one in back), sum(one.intervals for one in back)
    broken, untouched = (sum(one.breaking.events for one in trials), sum(one.breaking.intervals for one in trials))
    indices = [one.index for one in trials if one.index is not None]
    forgotten = [one.chain.forgetting for one in trials if one.chain is not None and one.chain.forgetting is not None]
    return Pooled(
        trials=len(trials),
        truncated=sum(one.trajectory.truncated for one in trials),
        fixes=sum(one.fixes for one in trials),
        regressions=sum(one.regressions for one in trials),
        reintroductions=events,
        unstable=sum(one.unstable for one in trials),
        hazard=_exact(events, intervals),
        clustered=clustered_share((one.events, one.intervals) for one in back),
        untouched=_exact(broken, untouched),
        lift=rate_ratio((events, broken), (intervals, untouched)),
        incidence=_share(sum(one.reintroductions > 0 for one in trials), len(trials)),
        index_median=statistics.median(indices) if indices else None,
        oscillating=_share(sum(one > 0 for one in indices), len(indices)),
        alternation_max=max((one.alternation_max for one in trials if one.alternation_max is not None), default=None),
        state_cycles=sum(one.cycles.total for one in trials),
        harmful_cycles=sum(one.cycles.harmful for one in trials),
        survival=survival_of([row for one in trials for row in one.durations]),
        retention=_retention(trials),
        forgetting=statistics.fmean(forgotten) if forgotten else None,
    )


def survival_of(durations: Sequence[Duration]) -> dict[str, tuple[SurvivalPoint, ...]]:
    """How long fixes last, in each unit of time."""
    return {unit: kaplan_meier((getattr(row.lasted, unit), row.observed) for row in durations) for unit in UNITS}


def _retention(trials: Sequence[Findings]) -> dict[int, Rate]:
    counts: dict[int, list[tuple[int, int]]] = {}
    for one in trials:
        for distance, pair in one.chain.retention.items() if one.chain is not None else ():
            counts.setdefault(distance, []).append(pair)
    return {
        distance: _exact(sum(kept for kept, _ in pairs), sum(known for _, known in pairs))
        for distance, pairs in sorted(counts.items())
    }


def _exact(events: int, total: int) -> Rate:
    return Rate(events=events, total=total, interval=clopper_pearson(events, total))


def _share(events: int, total: int) -> Rate:
    return Rate(events=events, total=total, interval=wilson(events, total))
