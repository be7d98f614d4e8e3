"""Judging many submissions: those of the command line, or all that packages bring along. Blocks."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import FrameType

from sandbox.cp.calibrate import TimeLimit, calibrated
from sandbox.cp.cores import Cores
from sandbox.cp.judging import Desk, Judgement
from sandbox.cp.problem import Labelled, Problem, Program
from sandbox.cp.rates import Judged, disagreement
from sandbox.errors import RoadtestError

Say = Callable[[str], None]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How it is judged. limit: seconds in place of what follows from package and host. anew: measure that again."""

    limit: float | None = None
    anew: bool = False
    all_cases: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The desk with its cores, and somebody who is told what goes on."""

    desk: Desk
    cores: Cores
    wishes: Wishes
    say: Say

    def limit_of(self, problem: Problem) -> TimeLimit:
        """The time limit of a problem.

        Raises:
            SandboxError: it cannot be measured.
        """
        if self.wishes.limit is not None:
            return TimeLimit(seconds=self.wishes.limit, source="given")
        found = calibrated(self.desk, problem, self.cores, anew=self.wishes.anew)
        for note in found.notes:
            self.say(f"{problem.id}: note: {note}")
        return found

    def judge(self, problem: Problem, programs: Sequence[Program], limit: TimeLimit) -> list[Judgement]:
        """Judge submissions to one problem, in order.

        Raises:
            SandboxError: the engine is gone, or judging was called off.
        """

        def one(core: int, program: Program) -> Judgement:
            found = self._judged(problem, program, limit, core, all_cases=self.wishes.all_cases)
            self.say(f"{problem.id}: {program.name}: {in_short(found)}")
            return found

        return self.cores.map(one, programs)

    def judge_labelled(self, problems: Sequence[Problem]) -> list[tuple[Problem, TimeLimit, list[Judgement]]]:
        """Judge everything that the packages bring along, problem by problem.

        Raises:
            SandboxError: the engine is gone, or judging was called off.
        """

        def one(problem: Problem) -> tuple[Problem, TimeLimit, list[Judgement]]:
            limit = self.limit_of(problem)
            self.say(f"{problem.id}: {len(problem.submissions)} submissions, {limit.seconds:g} s ({limit.source})")
            return (
                problem,
                limit,
                self.cores.map(lambda core, it: self._labelled(problem, it, limit, core), problem.submissions),
            )

        # As many problems at a time as cores: while one is waited for at the end, the next one begins.
        with ThreadPoolExecutor(max_workers=self.cores.count) as pool:
            return list(pool.map(one, problems))

    def _labelled(self, problem: Problem, labelled: Labelled, limit: TimeLimit, core: int) -> Judgement:
        found = self._judged(problem, labelled.program, limit, core, all_cases=self.wishes.all_cases)
        why = disagreement(labelled, found.outcome)
        if why and labelled.required and not self.wishes.all_cases and found.outcome.judged and not found.lost:
            # What is required may come after what has failed first.
            found = self._judged(problem, labelled.program, limit, core, all_cases=True)
            why = disagreement(labelled, found.outcome)
        told = f"  DISAGREES: {why}" if why else ""
        self.say(f"{problem.id}: {labelled.label}/{labelled.program.name}: {in_short(found)}{told}")
        return found

    def _judged(self, problem: Problem, program: Program, limit: TimeLimit, core: int, *, all_cases: bool) -> Judgement:
        return self.desk.judge(problem, program, limit=limit.seconds, core=core, all_cases=all_cases)


def as_judged(problem: Problem, found: Sequence[Judgement]) -> list[Judged]:
    """The labelled submissions of a problem with what became of them."""
    return [
        Judged(problem=problem.id, labelled=labelled, outcome=one.outcome)
        for labelled, one in zip(problem.submissions, found, strict=True)
    ]


def in_short(found: Judgement) -> str:
    """A judgement in one line."""
    outcome = found.outcome
    parts = [str(outcome.verdict)]
    if outcome.score is not None:
        parts.append(f"score {outcome.score:g}")
    if outcome.judged:
        parts.append(f"{outcome.time_s:.2f} s, {outcome.memory_mb:.0f} MiB")
    if outcome.first_failing:
        failing = outcome.judged[outcome.first_failing]
        parts.append(f"first at {outcome.first_failing}: {failing.verdict} {failing.message}".strip())
    elif outcome.message:
        parts.append(outcome.message)
    return " · ".join(part if len(part) <= 200 else part[:199] + "…" for part in parts)


@contextlib.contextmanager
def called_off_by_signals(stop: threading.Event, clear: Callable[[], None], say: Say) -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP call judging off: containers are removed, threads end, then KeyboardInterrupt.

    A second signal ends the process at once; the next one that judges removes what is left.

    Args:
        clear: removes the containers; called at the end in any case.
    """
    was_called_off = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal was_called_off
        if was_called_off:
            os._exit(INTERRUPTED)
        was_called_off = True
        stop.set()
        say("stopping: removing containers (again to stop at once)")
        # Programs in them may run for long; who waits for them is woken.
        threading.Thread(target=_quietly, args=(clear,), daemon=True).start()

    heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, hear) for number in heard}
    try:
        yield
    except Exception:
        if not was_called_off:
            raise
    finally:
        stop.set()
        try:
            clear()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    if was_called_off:
        raise KeyboardInterrupt


def _quietly(clear: Callable[[], None]) -> None:
    with contextlib.suppress(RoadtestError):
        clear()
