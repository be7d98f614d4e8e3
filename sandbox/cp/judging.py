"""A submission from its source to its verdict. Blocks."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.cp import building
from sandbox.cp.build_cache import BuildCache
from sandbox.cp.problem import Case, Problem, Program, Verdict
from sandbox.cp.session import DoesNotCompile, Session, Signal, Stopped
from sandbox.cp.tally import CaseResult, Course, Outcome, without_cases
from sandbox.cp.verdicts import Clocks, is_near
from sandbox.env.cp_place import Host
from sandbox.errors import EngineGone, SandboxError

# A time near the limit is measured so often in all; the one in the middle counts.
MEASUREMENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of a submission. compiler: what the compiler said, empty where it was not needed.

    lost: the judge had to give up (then the verdict is JE).
    """

    outcome: Outcome
    compiler: str = ""
    lost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What all submissions to a run of the judge share. stop: says that judging is called off."""

    host: Host
    cache: BuildCache
    stop: Signal

    def judge(
        self,
        problem: Problem,
        program: Program,
        *,
        limit: float,
        core: int | None = None,
        all_cases: bool = False,
        tell: Callable[[str, CaseResult], None] = lambda name, result: None,
    ) -> Judgement:
        """Judge one submission in a container of its own.

        Args:
            limit: seconds of CPU time.
            core: the one that its container is held to.
            all_cases: go on after failures, too.
            tell: told of each case that is judged.

        Raises:
            EngineGone: the engine does not answer.
            Stopped: judging was called off.
        """
        if why := building.refused(problem, program):
            return Judgement(outcome=without_cases(Verdict.CE, problem.is_scoring, why))
        session = Session(self.host, problem, program, cache=self.cache, core=core, stop=self.stop)
        compiler = ""
        try:
            compiler = session.build()
            course = Course(problem.data, problem.is_scoring, all_cases=all_cases)
            clocks = Clocks.of(limit)
            while (case := course.next()) is not None:
                result = measured(session, case, clocks)
                course.put(case.name, result)
                tell(case.name, result)
            return Judgement(outcome=course.outcome(), compiler=compiler)
        except DoesNotCompile as exc:
            first, _, said = str(exc).partition("\n")
            return Judgement(outcome=without_cases(Verdict.CE, problem.is_scoring, first), compiler=said)
        except (EngineGone, Stopped):
            raise
        except SandboxError as exc:
            outcome = without_cases(Verdict.JE, problem.is_scoring, str(exc))
            return Judgement(outcome=outcome, compiler=compiler, lost=str(exc))
        finally:
            session.close()


def measured(session: Session, case: Case, clocks: Clocks) -> CaseResult:
    """One case; where its time is near the limit, as often as it takes to be sure."""
    results = [session.run(case, clocks)]
    while is_near(results[0], clocks.limit) and len(results) < MEASUREMENTS and not _is_settled(results, clocks):
        results.append(session.run(case, clocks))
    if len(results) < MEASUREMENTS:
        return results[0]
    middle = statistics.median_low([result.time_s for result in results])
    return next(result for result in results if result.time_s == middle)


def _is_settled(results: list[CaseResult], clocks: Clocks) -> bool:
    """Whether what is still to be measured cannot change on which side of the limit the middle lies."""
    below = sum(result.time_s <= clocks.limit for result in results)
    return max(below, len(results) - below) > MEASUREMENTS // 2
