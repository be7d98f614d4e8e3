"""One night as checks that passed or failed, each with what got worse. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.compare.comparison import Comparison
from sandbox.compare.comparison import as_data as comparison_data
from sandbox.compare.gate import UNTOLD
from sandbox.nights.blame import MACHINE, WORSE, Finding
from sandbox.nights.config import COMPARE, SEQUENTIAL, Held
from sandbox.report.compare_text import difference_line, gate_line
from sandbox.report.gap_text import points
from sandbox.score import NO_VERDICT

PASSED, FAILED, BROKEN, SKIPPED = "passed", "failed", "broken", "skipped"
# A check beside the gate's tests: whether all trials of a candidate have a verdict.
TRIALS = "trials"
DRIFTED = "the reference got worse, so that it is the machine that drifts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test of one candidate's night.

    outcome: `PASSED`; `FAILED`: it got worse; `BROKEN`: that cannot be told, which is no pass; `SKIPPED`: the baseline
    is not whole yet. line: in words. details: tasks that got worse. measures: so shown to be, with their figures.
    """

    candidate: str
    name: str
    outcome: str
    line: str
    details: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A candidate over all nights so far.

    baseline: how many nights are in it. after: how many there were since. accepted: share of this night, mean over
    tasks; None without a verdict. finding: None before the first night after the baseline. since: the night since
    which it is likeliest worse, where there is an alarm. cusum, limit: see `Cusum`; it is shown and fails nothing.
    """

    candidate: str
    reference: bool
    baseline: int
    after: int
    accepted: float | None
    finding: Finding | None
    since: str | None = None
    cusum: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NightReport:
    """A whole night. comparisons: by candidate, this night against its baseline. transcripts: commands to type."""

    name: str
    run: str
    at: str
    checks: tuple[Check, ...]
    comparisons: tuple[tuple[str, Comparison], ...]
    transcripts: tuple[str, ...]
    notes: tuple[str, ...]
    courses: tuple[Course, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no check failed or could not be told."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 all is well; 1 something got worse; 3 that cannot be told of something."""
        outcomes = {check.outcome for check in self.checks}
        return 1 if FAILED in outcomes else 3 if BROKEN in outcomes else 0


def checks_of(held: Held, finding: Finding | None, comparison: Comparison | None) -> tuple[Check, ...]:
    """The checks that a candidate's gate asks for.

    Args:
        finding: of the sequential test. comparison: of this night, with its gate. None: could not be made.
    """
    made = {
        SEQUENTIAL: lambda: _sequential(held, finding, comparison),
        COMPARE: lambda: _compare(held, finding, comparison),
    }
    if not held.of_baseline:
        return tuple(made[name]() for name in held.watched.gate.tests)
    name, line = held.watched.name, _of_baseline(held)
    return tuple(Check(candidate=name, name=test, outcome=SKIPPED, line=line) for test in held.watched.gate.tests)


def _of_baseline(held: Held) -> str:
    if held.gathered > 1:
        return f"this night is of the baseline, which has {held.gathered} of {held.wanted} nights: nothing is tested"
    becomes = "becomes it" if held.wanted == 1 else f"is the first of {held.wanted} that become it"
    return f"there was no baseline: this night {becomes}, and nothing is tested"


def too_few(verdicts: Sequence[str], planned: int) -> bool:
    """Whether less than half of a candidate's trials have a verdict: too little to be held against other nights.

    A baseline of the one task that was reached before Docker died would blind all nights after it to the others.
    """
    return 2 * sum(verdict not in NO_VERDICT for verdict in verdicts) < planned


def check_trials(candidate: str, verdicts: Sequence[str], planned: int) -> Check:
    """Whether all trials of a candidate have a verdict.

    Args:
        verdicts: of those that have a record. planned: how many there were to be.
    """
    lost = Counter(verdict for verdict in verdicts if verdict in NO_VERDICT)
    if missing := planned - len(verdicts):
        lost["not run"] = missing
    if not lost:
        line = f"all {planned:,} trials have a verdict" if planned != 1 else "the trial has a verdict"
        return Check(candidate=candidate, name=TRIALS, outcome=PASSED, line=line)
    why = ", ".join(f"{count:,} {word}" for word, count in sorted(lost.items()))
    few = ": too many for this night to be in the history" if too_few(verdicts, planned) else ""
    line = f"{lost.total():,} of {planned:,} trials have no verdict ({why}){few}"
    return Check(candidate=candidate, name=TRIALS, outcome=BROKEN, line=line)


def change_in_words(finding: Finding) -> str:
    """As in −15.0 points since the baseline (−20.0 to −10.0), always-valid p = 0.001."""
    # No rate changes by more than all; what little data there is bounds it no closer.
    low, high = (max(-1.0, min(1.0, -bound)) for bound in (finding.high, finding.low))
    span = f"({points(low)} to {points(high)})"
    return f"{points(-finding.drop)} points since the baseline {span}, always-valid p = {finding.p:.2g}"


def _sequential(held: Held, finding: Finding | None, comparison: Comparison | None) -> Check:
    name, alpha = held.watched.name, held.watched.gate.alpha
    if finding is None:
        line = held.why or "too few trials of this night have a verdict"
        return Check(candidate=name, name=SEQUENTIAL, outcome=BROKEN, line=line)
    change = f"accepted: {change_in_words(finding)}"
    if finding.state == MACHINE:
        return Check(candidate=name, name=SEQUENTIAL, outcome=BROKEN, line=f"{DRIFTED}; {change}")
    if finding.state != WORSE:
        return Check(candidate=name, name=SEQUENTIAL, outcome=PASSED, line=f"{change}, above {alpha:g}")
    since = "" if held.since is None else f", likeliest since {held.since}"
    alone = "" if finding.referenced else "; there is no reference, so it may be the machine"
    line = f"it got worse: {change}, at most {alpha:g} once{since}{alone}"
    return _failed(name, SEQUENTIAL, line, comparison)


def _compare(held: Held, finding: Finding | None, comparison: Comparison | None) -> Check:
    name = held.watched.name
    if comparison is None or comparison.gate is None:
        return Check(candidate=name, name=COMPARE, outcome=BROKEN, line="there is nothing to compare with")
    gate = comparison.gate
    if gate.passed or gate.outcome == UNTOLD:
        outcome = PASSED if gate.passed else BROKEN
        return Check(candidate=name, name=COMPARE, outcome=outcome, line=gate_line(gate))
    if finding is not None and finding.state == MACHINE:
        return Check(candidate=name, name=COMPARE, outcome=BROKEN, line=f"{DRIFTED}; {gate_line(gate)}")
    return _failed(name, COMPARE, gate_line(gate), comparison)


def _failed(candidate: str, name: str, line: str, comparison: Comparison | None) -> Check:
    tasks, measures = _worse_tasks(comparison), _worse_measures(comparison)
    return Check(candidate=candidate, name=name, outcome=FAILED, line=line, details=tasks, measures=measures)


def _worse_tasks(comparison: Comparison | None) -> tuple[str, ...]:
    if comparison is None:
        return ()
    return tuple(
        f"{flip.task} ({flip.condition}): {flip.accepted[0]}/{flip.repeats} → {flip.accepted[1]}/{flip.repeats}"
        for flip in comparison.flips
        if flip.change < 0
    )


def _worse_measures(comparison: Comparison | None) -> tuple[str, ...]:
    if comparison is None:
        return ()
    return tuple(difference_line(one) for one in comparison.differences if one.worse)


def as_data(report: NightReport) -> dict[str, Any]:
    """The night for results.json: every figure."""
    return {
        "v": 1,
        "name": report.name,
        "night": report.run,
        "at": report.at,
        "passed": report.passed,
        "exit_code": report.exit_code,
        "checks": [asdict(check) for check in report.checks],
        "courses": [asdict(course) for course in report.courses],
        "comparisons": {name: comparison_data(found) for name, found in report.comparisons},
        "transcripts": list(report.transcripts),
        "notes": list(report.notes),
    }


def share(records: Iterable[Mapping[str, Any]]) -> float | None:
    """Of one candidate's records the share accepted, mean over tasks; None where none has a verdict."""
    tasks: dict[tuple[str, str, str], list[bool]] = {}
    for record in records:
        if record["verdict"] not in NO_VERDICT:
            cell = (record["suite"], record["task"], record["condition"])
            tasks.setdefault(cell, []).append(record["verdict"] == "accepted")
    rates = [sum(held) / len(held) for held in tasks.values()]
    return sum(rates) / len(rates) if rates else None
