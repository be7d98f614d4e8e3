"""Figures on bugs that come back as tables, one row for each candidate and kind of checkpoint. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sandbox.detect.pooling import Pooled, Rate
from sandbox.report.oscillation_figures import BOTH, Group, OscillationReport, median_time
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.stats import Ratio


def tables(report: OscillationReport) -> Iterator[Sheet]:
    """What came back, how it went back and forth, and how long fixes lasted; for chains what was kept."""
    if not report.groups:
        return
    yield _table("Bugs that came back", report.groups, _BACK)
    yield _table("Back and forth, and how long fixes lasted", report.groups, _FORTH)
    if chains := [group for group in report.groups if group.tiers[BOTH].retention]:
        far = sorted({distance for group in chains for distance in group.tiers[BOTH].retention})
        kept = {f"kept after {distance}": _kept(distance) for distance in far}
        # A chain's matrix is read at the end of its steps, so own checkpoints change nothing in it.
        yield _table("Chains: right at its own step, and so many steps later", chains, {**kept, **_FORGOTTEN}, (BOTH,))


def _table(
    title: str,
    groups: Sequence[Group],
    figures: Mapping[str, Callable[[Pooled], str]],
    tiers: Sequence[str] | None = None,
) -> Sheet:
    conditions = len({group.condition for group in groups}) > 1
    names = ["candidate", *(["condition"] if conditions else []), *(["checkpoints"] if tiers is None else [])]
    rows = []
    for group in groups:
        # Without own checkpoints both kinds are the same.
        for tier, pooled in group.tiers.items():
            if (tiers is not None and tier not in tiers) or (tiers is None and tier == BOTH and not group.own):
                continue
            keys = {"candidate": group.candidate, "condition": group.condition, "checkpoints": tier}
            rows.append([*(keys[name] for name in names), *(figure(pooled) for figure in figures.values())])
    return Sheet(title=title, names=names, figures=list(figures), rows=rows)


def _share(rate: Rate) -> str:
    return f"{rate.events}/{rate.total}" if rate.total else NOTHING


def _percent(rate: Rate) -> str:
    return NOTHING if rate.value is None else f"{100 * rate.value:.0f}%"


def _interval(rate: Rate) -> str:
    return NOTHING if rate.interval is None else f"{100 * rate.interval[0]:.0f}–{100 * rate.interval[1]:.0f}%"


def _lift(lift: Ratio | None) -> str:
    return NOTHING if lift is None else _limit(lift.value)


def _lift_interval(lift: Ratio | None) -> str:
    return NOTHING if lift is None else f"{_limit(lift.low)}–{_limit(lift.high)}"


def _limit(value: float | None) -> str:
    """A ratio to two digits, below 0.1 to one; 200, never 2e+02."""
    if value is None:
        return "∞"
    if 0 < value < 0.001:
        return "<0.001"
    rounded = float(f"{value:.1g}" if value < 0.1 else f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def _lasted(unit: str) -> Callable[[Pooled], str]:
    """When half of the fixes had come back."""

    def figure(pooled: Pooled) -> str:
        if not pooled.fixes:
            return NOTHING
        median = median_time(pooled.survival[unit])
        return "not reached" if median is None else f"{median:g}"

    return figure


def _kept(distance: int) -> Callable[[Pooled], str]:
    def figure(pooled: Pooled) -> str:
        rate = pooled.retention.get(distance)
        return NOTHING if rate is None else f"{_share(rate)} ({_interval(rate)})"

    return figure


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3g}"


_BACK: Mapping[str, Callable[[Pooled], str]] = {
    "trials": lambda one: str(one.trials),
    "fixes": lambda one: str(one.fixes),
    "came back": lambda one: _share(one.hazard),
    "RR": lambda one: _percent(one.hazard),
    "95% exact": lambda one: _interval(one.hazard),
    "trials with one": lambda one: _share(one.incidence),
    "95% interval": lambda one: _interval(one.incidence),
    "untouched broke": lambda one: _share(one.untouched),
    "lift": lambda one: _lift(one.lift),
    "95% lift": lambda one: _lift_interval(one.lift),
}
_FORTH: Mapping[str, Callable[[Pooled], str]] = {
    "trials": lambda one: str(one.trials),
    "index": lambda one: _number(one.index_median),
    "above 0": lambda one: _share(one.oscillating),
    "alternation": lambda one: _number(one.alternation_max),
    "cycles": lambda one: str(one.state_cycles),
    "harmful": lambda one: str(one.harmful_cycles),
    "unstable": lambda one: str(one.unstable),
    "fixes": lambda one: str(one.fixes),
    "checkpoints until half came back": _lasted("checkpoints"),
    "calls until half came back": _lasted("calls"),
}
_FORGOTTEN: Mapping[str, Callable[[Pooled], str]] = {
    "trials": lambda one: str(one.trials),
    "forgetting": lambda one: NOTHING if one.forgetting is None else f"{100 * one.forgetting:.0f}%",
}
