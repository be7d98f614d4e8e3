"""The gap between evaluation and reality in tables and remarks that claim no more than the figures do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sandbox.gap.gap import Gap
from sandbox.gap.paired import Paired
from sandbox.gap.power import ALPHA
from sandbox.gap.retention import Retention
from sandbox.gap.steps import Step
from sandbox.report.figures import INTERVAL, percent
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.transcript_lines import count

# What every comparison rests on, and what it could have shown.
DESIGN = ("n", "repos", "p", "least p", "detectable")


def sheets(gap: Gap) -> Iterator[Sheet]:
    """The tables in their order; none for what there is nothing of."""
    if gap.rates:
        yield side_by_side(gap)
    if gap.steps:
        yield steps(gap)
    if gap.contrasts:
        yield contrasts(gap)
    if gap.reversals.pairs:
        yield reversals(gap)
    if gap.residuals.rows:
        yield residuals(gap)
        yield correlations(gap)
    if gap.slices:
        yield slices(gap)


def side_by_side(gap: Gap) -> Sheet:
    """Scores at competitive problems beside solve rates on each rung: on scales of their own, never subtracted."""
    rates = {(rate.candidate, rate.rung): rate for rate in gap.rates}
    rows = []
    for name in gap.candidates:
        score = gap.scores.get(name)
        shown = [_score(score.value, score.low, score.high)] if score else [NOTHING]
        cells = []
        for rung in gap.rungs:
            rate = rates.get((name, rung))
            cells.append(
                NOTHING if rate is None else f"{percent(rate.rate)} ({100 * rate.low:.0f}–{100 * rate.high:.0f})"
            )
        rows.append([name, *(shown if gap.scores else []), *cells])
    scale = sorted({score.scale for score in gap.scores.values()})
    heading = [f"CP: {', '.join(scale)}"] if gap.scores else []
    return Sheet(
        title=f"Solve rates by rung ({INTERVAL}, clustered by repo)",
        names=("candidate",),
        figures=(*heading, *gap.rungs),
        rows=rows,
    )


def _score(value: float, low: float | None, high: float | None) -> str:
    return f"{value:.0f}" if low is None or high is None else f"{value:.0f} ({low:.0f}–{high:.0f})"


def steps(gap: Gap) -> Sheet:
    """G1: one row for each candidate and step, from end to end first."""
    rows = []
    for step in gap.steps:
        place = f"{step.lab} → {step.road}" + (" *" if step.whole else "")
        rates = f"{percent(step.lab_rate)} → {percent(step.road_rate)}"
        value, interval, *design = _paired(step.gap)
        kept = _retention(step.retention)
        rows.append([step.candidate, place, rates, value, interval, *kept, _range(step.repeats), *design])
    return Sheet(
        title="G1: what a candidate loses from rung to rung, on the same items (points)",
        names=("candidate", "step"),
        figures=("rates", "gap", INTERVAL, "retained", "95% of that", "k", *DESIGN),
        rows=rows,
    )


def _range(repeats: tuple[int, int] | None) -> str:
    if repeats is None:
        return NOTHING
    low, high = repeats
    return str(low) if low == high else f"{low}–{high}"


def _retention(found: Retention | None) -> tuple[str, str]:
    if found is None or found.value is None:
        return NOTHING, NOTHING
    if found.low is None:
        return percent(found.value), NOTHING
    if found.high is None:
        return percent(found.value), f"from {100 * found.low:.0f}%"
    return percent(found.value), f"{100 * found.low:.0f}–{100 * found.high:.0f}%"


def contrasts(gap: Gap) -> Sheet:
    """Whether one candidate loses more than another from end to end."""
    rows = []
    for one in gap.contrasts:
        found = _paired(one.difference)
        rows.append([one.first, one.second, found[0], found[1], *found[2:], p_value(one.holm)])
    return Sheet(
        title="Between candidates: G1 of the first minus G1 of the second (points)",
        names=("first", "second"),
        figures=("difference", INTERVAL, *DESIGN, "p, Holm"),
        rows=rows,
    )


def reversals(gap: Gap) -> Sheet:
    """G2: one row for each pair."""
    rows = []
    for one in gap.reversals.pairs:
        sides = [cell for side in (one.lab, one.road) for cell in (*_value(side), p_value(side.p))]
        counts = [f"{one.lab.items}, {one.road.items}", f"{one.lab.clusters}, {one.road.clusters}"]
        seen = ", ".join(points(side.detectable, signed=False) for side in (one.lab, one.road))
        verdict = "reversal" if one.found else "not shown"
        adjusted = [p_value(one.holm), p_value(one.smallest_holm)]
        rows.append([one.better, one.other, *sides, *counts, seen, *adjusted, verdict])
    lab, road = ("lab", "road") if gap.ends is None else (gap.ends.lab, gap.ends.road)
    return Sheet(
        title=f"G2: better on {lab}, worse on {road} (points, one-sided, Holm over pairs)",
        names=("better in the lab", "other"),
        figures=(
            *("lead in the lab", "95% there", "p there", "lag on the road", "95% on the road", "p on the road"),
            *("n", "repos", "detectable", "p, Holm", "least p, Holm", "G2"),
        ),
        words=frozenset({"G2"}),
        rows=rows,
    )


def residuals(gap: Gap) -> Sheet:
    """G3: each model against the line through all others."""
    return Sheet(
        title="G3: on the road against what all other models' CP scores lead to expect (points)",
        names=("candidate", "family"),
        figures=("CP score", "road", "expected", "residual", INTERVAL, "p, Holm"),
        rows=[
            [
                *[row.candidate, row.family, f"{row.score:.4g}", percent(row.road), percent(row.expected)],
                *[points(row.residual), _span(row.low, row.high), p_value(row.holm)],
            ]
            for row in gap.residuals.rows
        ],
    )


def correlations(gap: Gap) -> Sheet:
    """Kendall's tau and Spearman's rho, with intervals and without p-values."""
    return Sheet(
        title="CP scores and the road: rank correlation",
        names=("measure",),
        figures=("value", INTERVAL, "models"),
        rows=[
            [one.name, f"{one.value:.2f}", f"{one.low:.2f} to {one.high:.2f}", str(one.models)]
            for one in gap.residuals.correlations
        ],
    )


def slices(gap: Gap) -> Sheet:
    """The gap from end to end by repo, category, and so on."""
    rows = []
    for one in gap.slices:
        value, interval, items, repos, p, least, seen = _paired(one.gap)
        counts = [items, "1" if one.by_item else repos]
        tests = [p, least, seen, p_value(one.q)] if one.tested else [NOTHING, least, seen, NOTHING]
        rows.append([one.dimension, one.value, one.candidate, value, interval, *counts, *tests])
    return Sheet(
        title="Slices of the gap from end to end (points)",
        names=("by", "value", "candidate"),
        figures=("gap", INTERVAL, *DESIGN, "q"),
        rows=rows,
    )


def _paired(found: Paired) -> list[str]:
    """Value and interval, then what `DESIGN` names."""
    counts = [str(found.items), str(found.clusters)]
    seen = [p_value(found.p), p_value(found.smallest_p), points(found.detectable, signed=False)]
    return [*_value(found), *counts, *seen]


def _value(found: Paired) -> tuple[str, str]:
    return points(found.value), _span(found.low, found.high)


def points(value: float | None, *, signed: bool = True) -> str:
    """A difference of rates in points, as in −12.5, +3.0; unsigned 12.5."""
    if value is None:
        return NOTHING
    # z: what rounds to nothing has no sign.
    shown = f"{100 * value:+z.1f}" if signed else f"{100 * value:z.1f}"
    return shown.replace("-", "−")


def _span(low: float | None, high: float | None) -> str:
    return NOTHING if low is None or high is None else f"{points(low)} to {points(high)}"


def p_value(value: float | None) -> str:
    """As in 0.031, <0.001."""
    if value is None:
        return NOTHING
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def remarks(gap: Gap) -> list[str]:
    """What has to be said beside the tables."""
    parts = (_basis, _methods, _steps, _undecided, _reversals, _residuals, _slices)
    return [line for part in parts for line in part(gap)]


def _basis(gap: Gap) -> Iterator[str]:
    low, high = (
        min((rate.repeats[0] for rate in gap.rates), default=0),
        max((r.repeats[1] for r in gap.rates), default=0),
    )
    counts = [count(gap.items, "item", "items"), count(gap.clusters, "repo", "repos")]
    candidates = count(len(gap.candidates), "candidate", "candidates")
    yield f"n = {counts[0]} of {counts[1]}, {candidates}, k = {_range((low, high))} trials of an item on a rung"
    if gap.unknown_repos:
        yield f"{count(gap.unknown_repos, 'item is', 'items are')} of no known repo: each is a cluster of its own"
    for one in gap.left_out:
        yield f"left out: {count(one.count, one.what, one.what + 's')}: {one.why}"
    if gap.reason:
        yield f"G1: none: {gap.reason}"


def _methods(gap: Gap) -> Iterator[str]:
    if gap.ends is None:
        return
    yield f"* The primary figure is {gap.ends.lab} → {gap.ends.road}; other steps are not corrected for their number."
    by = sorted({step.gap.interval_by for step in gap.steps if step.gap.interval_by})
    tests = sorted({step.gap.test for step in gap.steps if step.gap.test})
    if by:
        yield f"Intervals: {'; '.join(by)}. p: {', '.join(tests)}. They are methods of their own and may part near 5%."
    yield "least p: the smallest that so many repos allow."
    yield f"detectable: the smallest true difference found in 80% of such comparisons; {NOTHING} where there is none."
    if gap.scores:
        yield "CP scores have a scale of their own: no rate is subtracted from them, and they are no human percentiles."


def _steps(gap: Gap) -> Iterator[str]:
    for place, steps in _by_place(gap.steps).items():
        if alone := max(step.one_sided_items for step in steps):
            yield f"{place}: up to {alone:,} of a candidate's items stand on one of the rungs only and are left out."
        if skipped := steps[0].skipped:
            yield f"{place}: more than one thing changes: nothing is on {', '.join(skipped)}, which lies between."
        kinds = {kind for rung in (steps[0].lab, steps[0].road) for kind in gap.judges.get(rung, ())}
        if len(kinds) > 1:
            yield f"{place}: judged in several ways ({', '.join(sorted(kinds))}): that too is in the difference."
    if gap.steps:
        yield "Records do not tell budgets: whether they are the same on both rungs has to be looked up."


def _by_place(steps: Sequence[Step]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(f"{step.lab} → {step.road}", []).append(step)
    return found


def _undecided(gap: Gap) -> Iterator[str]:
    whole = [step for step in gap.steps if step.whole]
    for step in whole:
        if step.gap.clusters < 2:
            yield f"{step.candidate}: {count(step.gap.clusters, 'repo', 'repos')} with items on both ends: no interval."
        elif step.gap.p is not None and step.gap.p > ALPHA:
            seen = points(step.gap.detectable, signed=False)
            missed = "" if step.gap.detectable is None else f": one of less than {seen} points may well be missed"
            yield f"{step.candidate}: no gap is shown, which is not to say that there is none{missed}."
        if step.retention is not None and step.retention.reason:
            yield f"{step.candidate}: retention: {step.retention.reason}."
    few = sorted({step.gap.clusters for step in whole if step.gap.clusters > 1 and step.gap.smallest_p > ALPHA})
    if few:
        yield f"With {', '.join(map(str, few))} repos no p can be {ALPHA} or less, whatever comes out; it takes six."


def _reversals(gap: Gap) -> Iterator[str]:
    found = gap.reversals
    if found.reason:
        yield f"G2: none: {found.reason}."
    if few := sum(pair.smallest_holm > ALPHA for pair in found.pairs):
        pairs = count(len(found.pairs), "pair", "pairs")
        yield f"G2: of {pairs} {few:,} can show no reversal, whatever comes out: too few repos for so many pairs."


def _residuals(gap: Gap) -> Iterator[str]:
    if gap.residuals.reason:
        yield f"G3: none: {gap.residuals.reason}. Nothing is said of how CP scores and the road go together."


def _slices(gap: Gap) -> Iterator[str]:
    if gap.slices:
        tested = sum(one.tested for one in gap.slices)
        yield f"Slices: {tested:,} of {len(gap.slices):,} are tested, and q is over these (Benjamini-Hochberg)."
        yield "Intervals of slices are not corrected: about one in twenty misses the true gap."
    if any(one.by_item for one in gap.slices):
        yield "Slices of one repo are clustered by item, and speak of that repo alone."
