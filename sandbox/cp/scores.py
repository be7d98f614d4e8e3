"""What candidates make of problems: solved, attempts, penalty, points, pass@k and pass^k. Pure.

What a single trial is worth, and by which rules, is in `sandbox.cp.sitting`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.cp.sitting import Result, Sitting, result
from sandbox.report.repeats import PassRow, pass_rows
from sandbox.stats import Mean, clustered_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateScore:
    """A candidate over problems and repeats.

    solved: sittings. rate: mean over problems, each counting alike. problems_solved: in at least one repeat.
    attempts, rejected, penalty: sums over sittings. points: mean over repeats, added up over scoring problems;
    points_full: the most that would be; None where a problem has no bound. passes: pass@k and pass^k by k.
    """

    problems: int
    sittings: int
    no_verdict: int
    solved: int
    rate: Mean
    problems_solved: int
    attempts: int
    rejected: int
    penalty: int
    points: float
    points_full: float | None
    passes: tuple[PassRow, ...]


def candidate_score(sittings: Iterable[Sitting], ks: Sequence[int] = ()) -> CandidateScore:
    """Everything about one candidate.

    Args:
        sittings: of one candidate under one condition.
        ks: of pass@k; without any those that `report.repeats` chooses.
    """
    given = [(sitting, result(sitting)) for sitting in sittings]
    told = [(sitting, found) for sitting, found in given if found.has_verdict]
    problems: dict[str, list[Result]] = {}
    for sitting, found in told:
        problems.setdefault(sitting.problem, []).append(found)
    full = {sitting.problem: sitting.full for sitting, _ in told if sitting.is_scoring}
    bounds = [most for most in full.values() if most is not None]
    return CandidateScore(
        problems=len(problems),
        sittings=len(told),
        no_verdict=len(given) - len(told),
        solved=sum(found.solved for _, found in told),
        rate=clustered_mean((sum(one.solved for one in found) / len(found), len(found)) for found in problems.values()),
        problems_solved=sum(any(one.solved for one in found) for found in problems.values()),
        attempts=sum(found.attempts for _, found in told),
        rejected=sum(found.rejected for _, found in told),
        penalty=sum(found.penalty for _, found in told),
        points=math.fsum(math.fsum(one.points for one in found) / len(found) for found in problems.values()),
        points_full=math.fsum(bounds) if len(bounds) == len(full) else None,
        passes=tuple(pass_rows((_record(sitting, found) for sitting, found in given), ks)),
    )


def _record(sitting: Sitting, found: Result) -> dict[str, str]:
    verdict = "accepted" if found.solved else "wrong" if found.has_verdict else "judge-error"
    return {"candidate": "", "condition": "", "suite": "", "task": sitting.problem, "verdict": verdict}
