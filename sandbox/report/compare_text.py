"""Two runs held against each other, in tables and remarks that claim no more than the figures do. Pure."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator

from sandbox.compare.comparison import Comparison, Flip
from sandbox.compare.differences import Difference
from sandbox.compare.gate import UNTOLD, WORSE, Gate
from sandbox.compare.measures import AMOUNT, MEASURES
from sandbox.gap.paired import Paired
from sandbox.gap.power import ALPHA
from sandbox.report.figures import INTERVAL
from sandbox.report.gap_text import p_value, points
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.standings import MOST_NAMED
from sandbox.report.transcript_lines import count

DESIGN = ("n", "clusters", "p", "least p", "detectable")
# What a reason says that holds of one task, so that many of them are told together.
TASK, CHANGED, MOST_CHANGED = "the task ", " has changed", 5


def sheets(found: Comparison) -> Iterator[Sheet]:
    """The tables in their order; none for what there is nothing of."""
    if any(one.change.items for one in found.differences):
        yield measures(found)
    if found.slices:
        yield slices(found)
    if found.flips:
        yield flips(found)


def measures(found: Comparison) -> Sheet:
    """One row for each measure, the primary one first."""
    told = [one for one in found.differences if one.change.items]
    return Sheet(
        title=f"{found.candidates[0]} (A) → {found.candidates[1]} (B)",
        names=("measure",),
        figures=("A", "B", "change", INTERVAL, *DESIGN, ""),
        words=frozenset({""}),
        dispensable=("least p", "detectable", "clusters", "n"),
        rows=[
            [f"{one.measure.words}{' *' if one.measure.name == found.primary else ''}", *_levels(one), *_cells(one)]
            for one in told
        ],
    )


def _levels(one: Difference) -> list[str]:
    return [_level(value, amount=one.measure.kind == AMOUNT) for value in (one.before, one.after)]


def _level(value: float | None, *, amount: bool) -> str:
    if value is None:
        return NOTHING
    return f"{value:.3g}" if amount and value < 1000 else f"{value:,.0f}" if amount else f"{100 * value:.1f}%"


def _cells(one: Difference, *, tested: bool = True) -> list[str]:
    """Change, interval, design, and whether that is worse or better."""
    change, amount = one.change, one.measure.kind == AMOUNT
    shown = percent_more if amount else points
    seen = percent_more(change.detectable, signed=False) if amount else points(change.detectable, signed=False)
    tests = [p_value(change.p) if tested else NOTHING, p_value(change.smallest_p), seen]
    word = {(True, False): "worse", (False, True): "better"}.get((bool(one.worse), bool(one.better)), "")
    numbers = [str(change.items), str(change.clusters)]
    return [shown(change.value), _span(change, amount=amount), *numbers, *tests, word if tested else ""]


def _span(change: Paired, *, amount: bool) -> str:
    if change.low is None or change.high is None:
        return NOTHING
    shown = percent_more if amount else points
    return f"{shown(change.low)} to {shown(change.high)}"


def change_in_words(change: Paired, *, amount: bool) -> str:
    """As in −12.5 points (−30.0 to +5.0)."""
    value = percent_more(change.value) if amount else f"{points(change.value)} points"
    return value if change.low is None else f"{value} ({_span(change, amount=amount)})"


def difference_line(one: Difference) -> str:
    """As in trials accepted: 88.9% → 0.0% (−88.9 points), 95% −100.0 to −63.3, p = 0.008, n = 9."""
    before, after = _levels(one)
    amount = one.measure.kind == AMOUNT
    change = percent_more(one.change.value) if amount else f"{points(one.change.value)} points"
    span = "" if one.change.low is None else f", 95% {_span(one.change, amount=amount)}"
    p = "" if one.change.p is None else f", p {_equals(p_value(one.change.p))}"
    return f"{one.measure.words}: {before} → {after} ({change}){span}{p}, n = {one.change.items}"


def _from_to(one: Difference) -> str:
    before, after = _levels(one)
    return f"{before} → {after}, {change_in_words(one.change, amount=one.measure.kind == AMOUNT)}"


def _equals(p: str) -> str:
    return p.replace("<", "< ") if p.startswith("<") else f"= {p}"


def percent_more(logarithm: float | None, *, signed: bool = True) -> str:
    """A logarithm of a ratio in percent more or less, as in +12%, −30%."""
    if logarithm is None:
        return NOTHING
    more = 100 * math.expm1(min(logarithm, 30.0))
    return (f"{more:+z.1f}%" if signed else f"{more:z.1f}%").replace("-", "−")


def slices(found: Comparison) -> Sheet:
    """The primary metric by repo, category, and so on."""
    rows = []
    for one in found.slices:
        *cells, _ = _cells(one.difference, tested=one.tested)
        word = _cells(one.difference)[-1] if one.q is not None and one.q <= ALPHA else ""
        rows.append([one.dimension, one.value, *_levels(one.difference), *cells, p_value(one.q), word])
    return Sheet(
        title=f"Slices: {MEASURES[found.primary].words} (q: Benjamini-Hochberg)",
        names=("by", "value"),
        figures=("A", "B", "change", INTERVAL, *DESIGN, "q", ""),
        words=frozenset({""}),
        dispensable=("least p", "detectable", "clusters"),
        rows=rows,
    )


def flips(found: Comparison) -> Sheet:
    """Tasks that were accepted more or less often, those that lost most first."""
    return Sheet(
        title="Tasks that flipped",
        names=("task", "condition"),
        figures=("accepted in A", "in B", ""),
        words=frozenset({""}),
        rows=[
            [
                one.task,
                one.condition,
                *(f"{accepted}/{one.repeats}" for accepted in one.accepted),
                "worse" if one.change < 0 else "better",
            ]
            for one in _shown_flips(found)
        ],
    )


def _shown_flips(found: Comparison) -> list[Flip]:
    worse, better = _parted(found)
    return [*worse[:MOST_NAMED], *better[:MOST_NAMED]]


def _parted(found: Comparison) -> tuple[list[Flip], list[Flip]]:
    return [one for one in found.flips if one.change < 0], [one for one in found.flips[::-1] if one.change > 0]


def transcripts(found: Comparison, runs: tuple[str, str], program: str = "roadtest") -> list[str]:
    """What to type to see both sides of what flipped for the worse."""
    worse = _parted(found)[0][:MOST_NAMED]
    return [
        f"{program} {shlex.join(['show', run, trial])}"
        for one in worse
        for run, trial in zip(runs, one.trials, strict=True)
    ]


def remarks(found: Comparison) -> list[str]:
    """What has to be said beside the tables; the gate last."""
    parts = (_basis, left_out, _untold, _methods, _untested, _flipped, _primary, _gate)
    return [line for part in parts for line in part(found)]


def _basis(found: Comparison) -> Iterator[str]:
    if found.repeats is None:
        yield "Nothing can be compared: no trial of A has one in B that it can be held against."
        return
    low, high = found.repeats
    k = str(low) if low == high else f"{low}–{high}"
    of = f"{count(found.tasks, 'task', 'tasks')} of {count(found.repos, 'repo', 'repos')}"
    yield f"n = {of}, k = {k}; {count(found.pairs, 'pair', 'pairs')} of trials by task, condition and repeat"


def left_out(found: Comparison) -> Iterator[str]:
    """What could not be compared, and why."""
    changed = [one for one in found.left_out if one.why.startswith(TASK) and one.why.endswith(CHANGED)]
    if len(changed) > 1:
        names = [one.why.removeprefix(TASK).removesuffix(CHANGED) for one in changed]
        more = f" and {len(names) - MOST_CHANGED:,} more" if len(names) > MOST_CHANGED else ""
        pairs = count(sum(one.count for one in changed), "pair", "pairs")
        yield f"not compared: {pairs}: {len(names):,} tasks have changed: {', '.join(names[:MOST_CHANGED])}{more}"
    rest = [one for one in found.left_out if len(changed) < 2 or one not in changed]
    for one in rest[:MOST_NAMED]:
        yield f"not compared: {count(one.count, one.what, one.what + 's')}: {one.why}"
    if len(rest) > MOST_NAMED:
        trials = sum(one.count for one in rest[MOST_NAMED:])
        yield f"not compared: {trials:,} more for {len(rest) - MOST_NAMED:,} other reasons (--json has them)"


def _untold(found: Comparison) -> Iterator[str]:
    if not found.tasks:
        return
    none = [one.measure.words for one in found.differences if not one.change.items]
    if none:
        yield f"Told by no task on both sides: {'; '.join(none)}."
    for one in found.differences:
        if one.change.items and one.left_out:
            yield f"{one.measure.words}: {count(one.left_out, 'task does', 'tasks do')} not tell on both sides"


def _methods(found: Comparison) -> Iterator[str]:
    told = [one for one in found.differences if one.change.items]
    if not told:
        return
    star = "* The primary metric. " if told[0].measure.name == found.primary else ""
    yield f"{star}The others are not corrected for how many they are: of twenty, one alarms by chance."
    by = sorted({one.change.interval_by for one in told if one.change.interval_by})
    tests = sorted({one.change.test for one in told if one.change.test})
    if tests:
        yield f"Intervals: {'; '.join(by) or 'none'}. p: {', '.join(tests)}. They are methods of their own."
    if any(one.by_task for one in told):
        yield "Repos are too few for any p of 5%: tasks are the clusters, and what is said is of these tasks alone."
    yield "Rates change in points, seconds, tokens and cost in percent of what a typical task takes (geometric mean)."


def _untested(found: Comparison) -> Iterator[str]:
    if few := sum(not one.tested for one in found.slices):
        slices_are = count(few, "slice is", "slices are")
        yield f"{slices_are} of too few repos (it takes six) for any p of 5%, and not tested."


def _primary(found: Comparison) -> Iterator[str]:
    """The answer in a line."""
    one = next((one for one in found.differences if one.measure.name == found.primary), None)
    # The gate tests one side alone: where that shows what two do not, it is the answer.
    if one is None or not found.tasks or (found.gate is not None and found.gate.outcome == WORSE and not one.worse):
        return
    if not one.change.items:
        yield f"{one.measure.words}: whether B is worse cannot be told: no task tells of it on both sides"
    elif one.worse or one.better:
        word = "B is worse" if one.worse else "B is better"
        p = f" (p {_equals(p_value(one.change.p))})"
        yield f"{one.measure.words}: {word}: {_from_to(one)}{p}"
    elif one.worse is None:
        yield f"{one.measure.words}: whether B is worse cannot be told from so few: {_from_to(one)}"
    else:
        seen = one.change.detectable
        amount = one.measure.kind == AMOUNT
        least = percent_more(seen, signed=False) if amount else f"{points(seen, signed=False)} points"
        missed = "" if seen is None else f"; one of less than {least} may well be missed"
        words = "no change is shown, which is not to say that there is none"
        yield f"{one.measure.words}: {words}: {_from_to(one)}{missed}"


def _flipped(found: Comparison) -> Iterator[str]:
    worse, better = _parted(found)
    if found.flips:
        fewer = count(len(worse), "task", "tasks")
        more = max(len(worse), len(better)) > MOST_NAMED
        cut = f" ({MOST_NAMED} of each are shown; --json has them all)" if more else ""
        yield f"{fewer} less often accepted, {len(better):,} more often{cut}; by chance some always are."
    if found.held_out[0]:
        held, fewer_held, more_held = found.held_out
        of = count(held, "held-out task", "held-out tasks")
        yield f"Of {of}, in all figures and in no list, {fewer_held:,} less often accepted, {more_held:,} more often."


def _gate(found: Comparison) -> Iterator[str]:
    if found.gate is not None:
        yield gate_line(found.gate)


def gate_line(gate: Gate) -> str:
    """The gate in a line."""
    word = "passed" if gate.passed else "FAILED"
    amount = MEASURES[gate.metric].kind == AMOUNT
    unit = "%" if amount else " points"
    told = "" if gate.change.value is None else f"{change_in_words(gate.change, amount=amount)}: "
    verdict = told if gate.outcome != UNTOLD else "it cannot be told: "
    return f"gate {word}: {MEASURES[gate.metric].words}, margin {100 * gate.margin:g}{unit}: {verdict}{gate.why}"
