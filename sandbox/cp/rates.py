"""How good the judge is: labelled submissions against the verdicts they got. Pure.

TPR: of the submissions that must be accepted, the share judged AC. TNR: of those that must not be, the share judged
anything but AC; a JE, the judge's own failure, is right for neither. Submissions whose label leaves both open are in
the table and in the agreement only. Intervals are Wilson's with each submission as one independent trial: they speak
of submissions to these problems, not of other problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.cp.problem import Demand, Labelled, Verdict
from sandbox.cp.tally import Outcome
from sandbox.stats import wilson

# Packages know AC, WA, TLE and RTE only: what the last one covers.
_COVERED = (Verdict.MLE, Verdict.OLE)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A labelled submission and what became of it. problem: its id."""

    problem: str
    labelled: Labelled
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """right of total, with Wilson's 95% interval; rate and interval are None without any."""

    right: int
    total: int
    interval: tuple[float, float] | None

    @property
    def rate(self) -> float | None:
        """right over total."""
        return self.right / self.total if self.total else None

    @property
    def is_perfect(self) -> bool:
        """Whether none was wrong."""
        return self.right == self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A submission that did not get what its label says. reason: what it got and what it should have."""

    problem: str
    submission: str
    label: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """tpr, tnr: as above. agreement: exactly what the label says. table: how often, by label and verdict."""

    tpr: Rate
    tnr: Rate
    agreement: Rate
    table: Mapping[str, Mapping[Verdict, int]]
    disagreements: tuple[Disagreement, ...]


def rates(judged: Iterable[Judged]) -> Rates:
    """All of it, over any number of problems."""
    found = list(judged)
    wrong = [(one, why) for one in found if (why := disagreement(one.labelled, one.outcome))]
    table: dict[str, dict[Verdict, int]] = {}
    for one in found:
        row = table.setdefault(one.labelled.label, {})
        row[one.outcome.verdict] = row.get(one.outcome.verdict, 0) + 1
    good = [one.outcome.verdict is Verdict.AC for one in found if must_be_accepted(one.labelled) is True]
    bad = [
        one.outcome.verdict not in (Verdict.AC, Verdict.JE) for one in found if must_be_accepted(one.labelled) is False
    ]
    return Rates(
        tpr=_rate(sum(good), len(good)),
        tnr=_rate(sum(bad), len(bad)),
        agreement=_rate(len(found) - len(wrong), len(found)),
        table=table,
        disagreements=tuple(
            Disagreement(
                problem=one.problem,
                submission=f"{one.labelled.label}/{one.labelled.program.name}",
                label=one.labelled.label,
                verdict=one.outcome.verdict,
                reason=why,
            )
            for one, why in wrong
        ),
    )


def _rate(right: int, total: int) -> Rate:
    return Rate(right=right, total=total, interval=wilson(right, total))


def must_be_accepted(labelled: Labelled) -> bool | None:
    """Whether the label wants AC as a whole (True), anything else (False), or leaves it open (None)."""
    if labelled.permitted == {Verdict.AC}:
        return True
    if Verdict.AC not in labelled.permitted or (labelled.required and Verdict.AC not in labelled.required):
        return False
    return None


def disagreement(labelled: Labelled, outcome: Outcome) -> str | None:
    """Why an outcome is not what the label says; None where it is.

    Only cases that were judged count: where a verdict is required that an earlier failure may hide, judge all of them.
    Where a legacy package accepts as a whole what fails cases, the verdict as a whole counts alone.
    """
    if outcome.verdict is Verdict.JE:
        return "; ".join(filter(None, ["the judge failed", outcome.message]))
    verdicts = {result.verdict for result in outcome.judged.values()}
    if not verdicts or outcome.verdict is Verdict.AC:
        verdicts = {outcome.verdict}
    whole = [outcome.verdict, *sorted(verdicts)]
    return (
        _strange(whole, labelled.permitted, labelled.required)
        or _wrong_score(labelled.score, outcome.score)
        or next(filter(None, (_unmet(demand, outcome) for demand in labelled.demands)), None)
    )


def _unmet(demand: Demand, outcome: Outcome) -> str | None:
    verdicts = [result.verdict for name, result in outcome.judged.items() if name in demand.cases]
    why = _strange(verdicts, demand.permitted, demand.required)
    if not why and demand.group is not None:
        why = _wrong_score(demand.score, outcome.groups.get(demand.group))
    return f"{demand.where}: {why}" if why and demand.where else why


def _strange(verdicts: Sequence[Verdict], permitted: frozenset[Verdict], required: frozenset[Verdict]) -> str | None:
    """Why verdicts are not what they may and must be."""
    if strange := [verdict for verdict in verdicts if not _is_in(verdict, permitted)]:
        return f"{strange[0]}, permitted {_listed(permitted)}"
    if required and not any(_is_in(verdict, required) for verdict in verdicts):
        return f"{_listed(set(verdicts)) or 'nothing judged'}, required {_listed(required)}"
    return None


def _is_in(verdict: Verdict, named: frozenset[Verdict]) -> bool:
    return verdict in named or (Verdict.RTE in named and verdict in _COVERED)


def _wrong_score(wanted: tuple[float, float] | None, score: float | None) -> str | None:
    if wanted is None:
        return None
    low, high = wanted
    if score is not None and low - _ROUNDING * abs(low) <= score <= high + _ROUNDING * abs(high):
        return None
    bounds = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return f"score {'none' if score is None else format(score, 'g')}, wanted {bounds}"


def _listed(verdicts: Iterable[Verdict]) -> str:
    return ", ".join(sorted(verdicts))


def as_data(found: Rates) -> dict[str, Any]:
    """The rates for --json."""
    return {
        **{
            name: {"right": rate.right, "total": rate.total, "rate": rate.rate, "interval": _pair(rate.interval)}
            for name, rate in (("tpr", found.tpr), ("tnr", found.tnr), ("agreement", found.agreement))
        },
        "table": {label: {str(verdict): count for verdict, count in row.items()} for label, row in found.table.items()},
        "disagreements": [
            {
                "problem": one.problem,
                "submission": one.submission,
                "label": one.label,
                "verdict": str(one.verdict),
                "reason": one.reason,
            }
            for one in found.disagreements
        ],
    }


def _pair(interval: tuple[float, float] | None) -> list[float] | None:
    return list(interval) if interval else None
