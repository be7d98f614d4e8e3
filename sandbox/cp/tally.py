"""From cases to the verdict and score of a submission: what is run next, what stops a group, what it is worth. Pure.

    course = Course(problem.data, problem.is_scoring)
    while case := course.next():
        course.put(case.name, CaseResult(...))
    course.outcome()

Pass-fail problems: accepted when every case is; else the verdict of the first case that is not.

Scoring problems, format 2025-09 (chapter "Result aggregation"): the score is that of `secret`; samples give none, and
failing them stops only what requires them. A failed case gives 0; an accepted one what the validator says, else its
share of the group's most (by "sum" an equal one, by "min" the whole). The format gives such submissions no verdict:
here it is AC when every case was accepted, else that of the first case that was not, beside whatever score.

Legacy packages: `Group.accept` is set, verdicts follow `Group.verdict`, the score is that of all test data, and a
submission that is rejected as a whole has 0.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sandbox.cp import worth
from sandbox.cp.problem import Case, Group, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What one case showed. time_s: CPU time; wall_s: by the clock. memory_mb: MiB at most.

    score, multiplier: what the validator wrote (score.txt, score_multiplier.txt), None where it wrote nothing. In an
    outcome score is what the case was worth, and None where cases have no worth of their own.
    message: for the judge.
    """

    verdict: Verdict
    time_s: float = 0.0
    wall_s: float = 0.0
    memory_mb: float = 0.0
    score: float | None = None
    multiplier: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A submission judged.

    score: None for pass-fail problems and judge's errors. first_failing: the name of the first case not accepted.
    time_s, memory_mb: the most that a case took. judged: results by case, in the order of judging.
    groups: scores by group. subtasks: the groups whose scores add up to the score. message: where no case could be
    judged, why.
    """

    verdict: Verdict
    score: float | None = None
    first_failing: str | None = None
    time_s: float = 0.0
    memory_mb: float = 0.0
    judged: Mapping[str, CaseResult] = field(default_factory=dict)
    groups: Mapping[str, float] = field(default_factory=dict)
    subtasks: tuple[str, ...] = ()
    message: str = ""


def without_cases(verdict: Verdict, is_scoring: bool, message: str = "") -> Outcome:
    """The outcome where nothing could be run: CE, or JE where that is the judge's fault."""
    return Outcome(verdict=verdict, score=0.0 if is_scoring and verdict is not Verdict.JE else None, message=message)


@dataclass(frozen=True, slots=True)
class _Part:
    """A case or group once it is judged."""

    verdict: Verdict
    score: float = 0.0


class Course:
    """One submission's way through the test data.

    Args:
        data: all of it, `Problem.data`.
        is_scoring: whether cases and groups have scores.
        all_cases: go on after failures too. Verdict and score stay what they would be without, unless a JE comes up;
            times and memory are those of all cases.

    Raises:
        BadInput: as `worth.check`.
    """

    def __init__(self, data: Group, is_scoring: bool, *, all_cases: bool = False) -> None:
        worth.check(data, is_scoring)
        self._data, self._is_scoring, self._all_cases = data, is_scoring, all_cases
        self._judged: dict[str, CaseResult] = {}
        self._parts: dict[str, _Part] = {}
        self._first_failing: str | None = None
        self._trouble = ""
        self._whole: _Part | None = None
        self._way = self._judge(data)
        self._awaited: Case | None = None
        self._step(None)

    def next(self) -> Case | None:
        """The case to be judged now; None when the outcome is known."""
        return self._awaited

    def put(self, name: str, result: CaseResult) -> None:
        """What the case named by `next` showed.

        Raises:
            ValueError: it is not that case's turn.
        """
        if self._awaited is None or self._awaited.name != name:
            raise ValueError(f"not the turn of {name}, but of {self._awaited.name if self._awaited else 'nothing'}")
        self._judged[name] = result
        self._step(result)

    def outcome(self) -> Outcome:
        """The verdict and score.

        Raises:
            ValueError: a case is still to be judged.
        """
        if self._whole is None:
            raise ValueError("there are cases still to be judged")
        results = self._judged.values()
        spoilt = any(result.verdict is Verdict.JE for result in results)
        verdict = Verdict.JE if spoilt else self._whole.verdict
        groups = self._group_scores(verdict) if self._is_scoring and verdict is not Verdict.JE else {}
        return Outcome(
            verdict=verdict,
            score=groups.get(worth.counted(self._data).name),
            first_failing=self._first_failing,
            time_s=max((result.time_s for result in results), default=0.0),
            memory_mb=max((result.memory_mb for result in results), default=0.0),
            judged=dict(self._judged),
            groups=groups,
            subtasks=worth.subtasks(self._data) if self._is_scoring else (),
            message=self._trouble,
        )

    def _group_scores(self, verdict: Verdict) -> dict[str, float]:
        whole = worth.counted(self._data)
        counts = verdict is Verdict.AC or whole.accept is None
        parts = {name: self._parts.get(name) for name in worth.group_names(whole)}
        return {name: part.score if part and counts else 0.0 for name, part in parts.items()}

    def _step(self, result: CaseResult | None) -> None:
        try:
            self._awaited = next(self._way) if result is None else self._way.send(result)
        except StopIteration as end:
            self._awaited, self._whole = None, end.value

    def _judge(self, group: Group) -> Generator[Case, CaseResult, _Part]:
        found: list[_Part] = []
        failed = [name for name in group.require_pass if not self._is_accepted(name)]
        if failed:
            skipped = self._parts[group.name] = _Part(self._verdict_so_far())
            yield from self._aside(group.parts)
            return skipped
        for place, part in enumerate(group.parts):
            found.append((yield from self._part(part, group)))
            if self._stops(group, found[-1]):
                yield from self._aside(group.parts[place + 1 :])
                break
        whole = self._parts[group.name] = self._summed(group, found)
        return whole

    def _is_accepted(self, name: str) -> bool:
        # Samples come first: where they are not there yet, there are none.
        return self._parts[name].verdict is Verdict.AC if name in self._parts else name == "sample"

    def _verdict_so_far(self) -> Verdict:
        """Of the first case that was not accepted: the reason why a group that requires others is not run."""
        return self._judged[self._first_failing].verdict if self._first_failing else Verdict.WA

    def _part(self, part: Case | Group, group: Group) -> Generator[Case, CaseResult, _Part]:
        if isinstance(part, Group):
            return (yield from self._judge(part))
        result = self._worth(group, (yield part))
        self._judged[part.name] = result
        if result.verdict is not Verdict.AC and self._first_failing is None:
            self._first_failing = part.name
        found = self._parts[part.name] = _Part(result.verdict, result.score or 0.0)
        return found

    def _aside(self, parts: Sequence[Case | Group]) -> Generator[Case, CaseResult, None]:
        """Cases that count for nothing any more."""
        for part in parts if self._all_cases else ():
            for case in [part] if isinstance(part, Case) else part.cases():
                self._judged[case.name] = replace((yield case), score=None, multiplier=None)

    def _stops(self, group: Group, part: _Part) -> bool:
        """Whether a part ends its group."""
        if part.verdict is Verdict.JE:
            return True
        if part.verdict is Verdict.AC or group.on_reject != "break":
            return False
        if not self._is_scoring or group.accept is not None:
            return True
        if group is self._data:
            return False
        return group.aggregation == "pass-fail" or (group.aggregation == "min" and part.score == 0)

    def _worth(self, group: Group, result: CaseResult) -> CaseResult:
        """A result with what the case is worth in its group; JE where the validator wrote what it must not."""
        if not self._is_scoring or worth.is_weightless(group):
            return replace(result, score=None, multiplier=None)
        written = result.verdict, result.score, result.multiplier
        if why := worth.misuse(group, *written):
            message = "; ".join(filter(None, [why, result.message]))
            return replace(result, verdict=Verdict.JE, score=None, multiplier=None, message=message)
        return replace(result, score=worth.case_score(group, *written), multiplier=None)

    def _summed(self, group: Group, parts: Sequence[_Part]) -> _Part:
        verdict = worth.group_verdict(group, [part.verdict for part in parts])
        if not self._is_scoring:
            return _Part(verdict)
        weighed = zip(group.parts, parts, strict=False)
        scores = [found.score for part, found in weighed if not worth.is_weightless(part)]
        score = worth.group_score(group, verdict, scores)
        if group.accept is not None or group.score is None or score <= group.score:
            return _Part(verdict, score)
        if score <= group.score * (1 + worth.ROUNDING):
            return _Part(verdict, group.score)
        self._trouble = f"{group.name} adds up to {score:g}, above its max_score of {group.score:g}"
        return _Part(Verdict.JE)
