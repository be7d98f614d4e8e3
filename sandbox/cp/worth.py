"""What cases and groups of a scoring problem are worth. Pure.

Rules: Problem Package Format 2025-09, "Scoring problems"; for legacy packages, where `Group.accept` is set, "Graders".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sandbox.cp.problem import Case, Group, Verdict
from sandbox.errors import BadInput

# Of several errors the worst first, as graders of legacy packages have it.
WORST_FIRST = (Verdict.JE, Verdict.CE, Verdict.RTE, Verdict.MLE, Verdict.TLE, Verdict.OLE, Verdict.WA, Verdict.AC)
# Scores that are added up may miss what they should give by so much of it.
ROUNDING = 1e-9


def counted(data: Group) -> Group:
    """The group whose score is that of the submission: `secret`; in legacy packages all test data."""
    if data.accept is not None:
        return data
    return next((part for part in data.parts if isinstance(part, Group) and part.name == "secret"), data)


def is_weightless(part: Case | Group) -> bool:
    """Whether a part gives no score at all: samples, but for legacy packages that do not leave them out."""
    return isinstance(part, Group) and part.name == "sample" and part.accept is None


def full_score(data: Group) -> float | None:
    """The most that a scoring problem gives; None where it has no bound.

    Where a legacy package says no range: what it gives when all is accepted and the validator gives no score.
    """
    return _most(counted(data))


def _most(group: Group) -> float | None:
    if group.score is not None or group.accept is None:
        return group.score
    parts = (part for part in group.parts if not is_weightless(part))
    scores = [group.accept if isinstance(part, Case) else _most(part) for part in parts]
    known = [score for score in scores if score is not None]
    if len(known) < len(scores):
        return None
    return math.fsum(known) if group.aggregation == "sum" else min(known, default=0.0)


def subtasks(data: Group) -> tuple[str, ...]:
    """The groups whose scores add up to the score of the problem: the smallest ones that sums of groups are made of."""
    return tuple(group.name for group in _summands(counted(data)))


def _summands(group: Group) -> list[Group]:
    parts = [part for part in group.parts if isinstance(part, Group)]
    if group.aggregation != "sum" or len(parts) < len(group.parts):
        return [group]
    return [summand for part in parts if not is_weightless(part) for summand in _summands(part)]


def group_names(group: Group) -> list[str]:
    """A group and all below it, in order."""
    below = [name for part in group.parts if isinstance(part, Group) for name in group_names(part)]
    return [group.name, *below]


def misuse(group: Group, verdict: Verdict, score: float | None, multiplier: float | None) -> str | None:
    """Why what a validator wrote about a case is the judge's error; None where it is not.

    Args:
        group: that the case lies in. score: in score.txt. multiplier: in score_multiplier.txt; None: no such file.
    """
    if verdict is Verdict.WA and (score is not None or multiplier is not None):
        return "the validator rejects the output and gives it a score"
    if score is not None and not math.isfinite(score):
        return "score.txt holds no finite number"
    if group.accept is not None or verdict is not Verdict.AC:
        return None
    if group.aggregation == "pass-fail":
        given = score is not None or multiplier is not None
        return f"the validator gives a score in {group.name}, which is all or nothing" if given else None
    if score is not None and multiplier is not None:
        return "the validator writes both score.txt and score_multiplier.txt"
    return _out_of_bounds(_share(group), score, multiplier)


def _out_of_bounds(most: float | None, score: float | None, multiplier: float | None) -> str | None:
    if multiplier is not None:
        if most is None:
            return "score_multiplier.txt where there is no most that could be multiplied"
        return None if 0 <= multiplier <= 1 else f"score_multiplier.txt holds {multiplier:g}, not 0 to 1"
    if score is None:
        return "no score.txt for a case whose score has no bound" if most is None else None
    if score < 0:
        return f"score.txt holds {score:g}, below 0"
    if most is not None and score > most * (1 + ROUNDING):
        return f"score.txt holds {score:g}, the case gives {most:g} at most"
    return None


def case_score(group: Group, verdict: Verdict, score: float | None, multiplier: float | None) -> float | None:
    """What a case is worth, given that there is no misuse; None in a group that is all or nothing."""
    if group.accept is not None:
        given = score if verdict is Verdict.AC else None
        return given if given is not None else group.accept if verdict is Verdict.AC else group.reject
    if group.aggregation == "pass-fail":
        return None
    if verdict is not Verdict.AC:
        return 0.0
    if score is not None:
        return score
    return (_share(group) or 0.0) * (1.0 if multiplier is None else multiplier)


def _share(group: Group) -> float | None:
    """The most that one case of a group gives, format 2025-09."""
    if group.score is None or group.aggregation == "min":
        return group.score
    return group.score / max(1, sum(isinstance(part, Case) for part in group.parts))


def group_score(group: Group, verdict: Verdict, scores: Sequence[float]) -> float:
    """What a group is worth, given its verdict and the scores of its parts, those without weight left out."""
    if group.aggregation == "pass-fail":
        return (group.score or 0.0) if verdict is Verdict.AC else 0.0
    return math.fsum(scores) if group.aggregation == "sum" else min(scores, default=0.0)


def group_verdict(group: Group, verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a group, given those of its parts that were judged; JE of one is JE of all."""
    worst = min(verdicts, key=WORST_FIRST.index, default=Verdict.AC)
    if worst is Verdict.JE or not verdicts:
        return worst
    if group.verdict == "always" or (group.verdict == "any" and Verdict.AC in verdicts):
        return Verdict.AC
    if group.verdict == "first":
        return next((verdict for verdict in verdicts if verdict is not Verdict.AC), Verdict.AC)
    return worst


def check(data: Group, is_scoring: bool) -> None:
    """That the groups can be judged at all.

    Raises:
        BadInput: a group requires what does not come before it, has an unknown aggregation, or is all or nothing and
            should add to a score without having one.
    """
    # Where there are no samples, none of them fails.
    _check(data, data, is_scoring, {"sample"})


def _check(group: Group, above: Group, is_scoring: bool, before: set[str]) -> None:
    for name in group.require_pass:
        if name not in before:
            raise BadInput(f"data/{group.name}: require_pass names {name}, which does not come before it")
    if group.aggregation not in ("pass-fail", "sum", "min"):
        raise BadInput(f"data/{group.name}: score_aggregation {group.aggregation!r} is none of pass-fail, sum, min")
    adds = is_scoring and group.accept is None and above.aggregation != "pass-fail" and not is_weightless(group)
    if adds and group.aggregation == "pass-fail" and group.score is None:
        raise BadInput(f"data/{group.name}: a group that is all or nothing needs a max_score")
    for part in group.parts:
        if isinstance(part, Group):
            _check(part, group, is_scoring, before)
        before.add(part.name)
