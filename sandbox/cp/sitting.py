"""One candidate's submissions to one problem, and what they are worth. Pure.

A *sitting* is one trial: one candidate, one problem, one repeat, and the submissions made in it. Submissions that the
judge failed on (JE) are left out as if they had not been made; a sitting in which the judge failed on any and nothing
was solved says nothing about the candidate and is left out of every figure but `no_verdict`.

- solved: pass-fail problems: a submission was accepted. Scoring problems: the points reach the most there is; where
  there is no bound, a submission was accepted.
- attempts: submissions up to and with the first accepted one, all where there is none.
- penalty: minutes from the start to the first accepted submission, rounded down, plus 20 for each rejected one before
  it; compile errors cost nothing; unsolved problems cost nothing. Source: ICPC World Finals rules, "Scoring of the
  contest", and the CLICS contest control system requirements (penalty time, compile errors). The minutes are the
  trial's own, with the model's latency in them: `rejected` is the part that compares.
- points: of each subtask the best score of any submission, added up: the rule of the IOI since 2017 ("max_subtask"
  in its contest system CMS). Where scores do not add up over groups, the best score of one submission.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.cp.problem import Verdict

# ICPC: minutes for each rejected submission to a problem that is solved later.
PENALTY_MINUTES = 20
_UNPUNISHED = (Verdict.CE, Verdict.JE)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One submission. seconds: from the start of the sitting. subtasks: score by group, of those that add up."""

    verdict: Verdict
    seconds: float = 0.0
    score: float | None = None
    subtasks: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One trial of one problem, submissions in order. full: the most points; None in pass-fail and unbounded ones."""

    problem: str
    repeat: int
    is_scoring: bool = False
    full: float | None = None
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a sitting is worth.

    has_verdict: whether it says anything about the candidate. fraction: points over the most, 0 or 1 in pass-fail
    problems; None in a scoring problem without bound that is not solved in full.
    """

    has_verdict: bool
    solved: bool
    attempts: int
    rejected: int
    penalty: int
    points: float
    fraction: float | None


def result(sitting: Sitting) -> Result:
    """What one sitting is worth."""
    counted = [attempt for attempt in sitting.attempts if attempt.verdict is not Verdict.JE]
    points = _points(counted) if sitting.is_scoring else 0.0
    until, solved = _until_solved(sitting, counted)
    rejected = sum(attempt.verdict not in _UNPUNISHED for attempt in until[: -1 if solved else None])
    return Result(
        has_verdict=solved or len(counted) == len(sitting.attempts),
        solved=solved,
        attempts=len(until),
        rejected=rejected,
        penalty=math.floor(until[-1].seconds / 60) + PENALTY_MINUTES * rejected if solved else 0,
        points=points,
        fraction=_fraction(sitting, points, solved),
    )


def _until_solved(sitting: Sitting, attempts: Sequence[Attempt]) -> tuple[Sequence[Attempt], bool]:
    """The attempts up to the one that solves the problem, or all; and whether one does."""
    for count in range(1, len(attempts) + 1):
        if _is_solved(sitting, attempts[:count]):
            return attempts[:count], True
    return attempts, False


def _is_solved(sitting: Sitting, attempts: Sequence[Attempt]) -> bool:
    if sitting.is_scoring and sitting.full is not None:
        return _points(attempts) >= sitting.full * (1 - _ROUNDING)
    return attempts[-1].verdict is Verdict.AC


def _points(attempts: Sequence[Attempt]) -> float:
    best: dict[str, float] = {}
    for attempt in attempts:
        for name, score in attempt.subtasks.items():
            best[name] = max(best.get(name, 0.0), score)
    return max([math.fsum(best.values()), *(attempt.score or 0.0 for attempt in attempts)])


def _fraction(sitting: Sitting, points: float, solved: bool) -> float | None:
    if solved or not sitting.is_scoring:
        return float(solved)
    return min(1.0, points / sitting.full) if sitting.full else None
