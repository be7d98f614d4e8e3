"""One night as checks that passed or failed, each with what got worse. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.compare.comparison import Comparison
from sandbox.compare.gate import UNTOLD
from sandbox.nights.blame import MACHINE, WORSE, Finding
from sandbox.nights.config import COMPARE, SEQUENTIAL, Held
from sandbox.report.compare_text import gate_line
from sandbox.report.gap_text import points

PASSED, FAILED, BROKEN, SKIPPED = "passed", "failed", "broken", "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test of one candidate's night.

    outcome: `PASSED`; `FAILED`: it got worse; `BROKEN`: that cannot be told, which is no pass; `SKIPPED`: the baseline
    is not whole yet. line: in words. details: what got worse.
    """

    candidate: str
    name: str
    outcome: str
    line: str
    details: tuple[str, ...] = ()


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

    @property
    def passed(self) -> bool:
        """Whether no check failed or could not be told."""
        return not any(check.outcome in (FAILED, BROKEN) for check in self.checks)


def checks_of(held: Held, finding: Finding | None, comparison: Comparison | None) -> tuple[Check, ...]:
    """The checks that a candidate's gate asks for.

    Args:
        finding: of the sequential test. comparison: of this night, with its gate. None: could not be made.
    """
    made = {SEQUENTIAL: lambda: _sequential(held, finding, comparison), COMPARE: lambda: _compare(held, comparison)}
    if held.ready:
        return tuple(made[name]() for name in held.watched.gate.tests)
    line = f"the baseline has {held.gathered} of {held.wanted} nights: nothing is tested yet"
    name = held.watched.name
    return tuple(Check(candidate=name, name=test, outcome=SKIPPED, line=line) for test in held.watched.gate.tests)


def _sequential(held: Held, finding: Finding | None, comparison: Comparison | None) -> Check:
    name, alpha = held.watched.name, held.watched.gate.alpha
    if finding is None:
        line = "there is no night with tasks in common with the baseline"
        return Check(candidate=name, name=SEQUENTIAL, outcome=BROKEN, line=line)
    size = f"accepted: {points(-finding.drop)} points since the baseline"
    span = f"({points(-finding.high)} to {points(-finding.low)}), always-valid p = {finding.p:.2g}"
    if finding.state == MACHINE:
        line = f"the reference got worse, so that it is the machine that drifts; {size} {span}"
        return Check(candidate=name, name=SEQUENTIAL, outcome=BROKEN, line=line)
    if finding.state != WORSE:
        return Check(candidate=name, name=SEQUENTIAL, outcome=PASSED, line=f"{size} {span}, above {alpha:g}")
    since = "" if finding.since is None else f", likeliest since night {finding.since + 1} after it"
    alone = "" if finding.referenced else "; there is no reference, so it may be the machine"
    line = f"it got worse: {size} {span}, at most {alpha:g} once{since}{alone}"
    return Check(candidate=name, name=SEQUENTIAL, outcome=FAILED, line=line, details=_worse_tasks(comparison))


def _compare(held: Held, comparison: Comparison | None) -> Check:
    name = held.watched.name
    if comparison is None or comparison.gate is None:
        return Check(candidate=name, name=COMPARE, outcome=BROKEN, line="there is nothing to compare with")
    gate = comparison.gate
    outcome = PASSED if gate.passed else BROKEN if gate.outcome == UNTOLD else FAILED
    details = _worse_tasks(comparison) if outcome == FAILED else ()
    return Check(candidate=name, name=COMPARE, outcome=outcome, line=gate_line(gate), details=details)


def _worse_tasks(comparison: Comparison | None) -> tuple[str, ...]:
    if comparison is None:
        return ()
    return tuple(
        f"{flip.task} ({flip.condition}): {flip.accepted[0]}/{flip.repeats} → {flip.accepted[1]}/{flip.repeats}"
        for flip in comparison.flips
        if flip.change < 0
    )
