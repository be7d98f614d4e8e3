"""The judge of problems in a run: one for the run, with what all problems share, and one for each problem of it."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio

from sandbox.cp.build_cache import BuildCache
from sandbox.cp.calibrate import TimeLimit, calibrated
from sandbox.cp.cores import Cores
from sandbox.cp.judging import Desk, Judgement
from sandbox.cp.package import read_problem
from sandbox.cp.problem import Problem, Program, Verdict
from sandbox.cp.session import Signal
from sandbox.env import guest
from sandbox.env.cp_place import RUNNER, Host
from sandbox.errors import SandboxError, TaskError
from sandbox.kit import Exam
from sandbox.task import Task
from sandbox.threads import in_thread
from sandbox.tree import FILE, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A judgement, and the seconds that it took."""

    judgement: Judgement
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemJudge:
    """What the trials of one problem share.

    judged: submissions of this run by the hash of their tree, with a lock for each that is being judged.
    """

    problem: Problem
    limit: TimeLimit
    desk: Desk
    cores: Cores
    judged: dict[str, Timed] = field(default_factory=dict)
    locks: dict[str, anyio.Lock] = field(default_factory=dict)

    async def judge(self, program: Program) -> Judgement:
        """Judge a submission. When cancelled, it is called off.

        Raises:
            SandboxError: a container or the engine failed.
            TaskError: the package's own validator failed, or it cannot be built.
        """
        stop = threading.Event()
        desk = replace(self.desk, stop=_Either(self.desk.stop, stop))

        def work() -> Judgement:
            with self.cores.one() as core:
                return desk.judge(self.problem, program, limit=self.limit.seconds, core=core)

        try:
            found = await in_thread(work)
        finally:
            stop.set()
        outcome = found.outcome
        if outcome.verdict is Verdict.JE:
            if found.lost:
                raise SandboxError(f"the submission could not be judged: {found.lost}")
            where = outcome.first_failing
            why = outcome.judged[where].message if where is not None else outcome.message
            raise TaskError(f"the judge of {self.problem.id} failed{f' at {where}' if where else ''}: {why}")
        return found

    def exam(self, task: Task) -> Exam:
        """What submissions are judged by. Its tests hold the hashes of the cases, which are large themselves."""
        tests = {
            case.name: Entry(FILE, b"".join(hashlib.sha256(data).digest() for data in (case.input, case.answer)))
            for case in self.problem.data.cases()
        }
        # The limit is that of this host.
        clocked = replace(task, judge=replace(task.judge, test_timeout=self.limit.seconds))
        words = (self.problem.digest, self.desk.host.image_id, self.limit.seconds, own_code())
        return Exam(task=clocked, tests=tests, digest=hashlib.sha256(repr(words).encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class _Either:
    """Set as soon as one of two signals is."""

    one: Signal
    other: Signal

    def is_set(self) -> bool:
        return self.one.is_set() or self.other.is_set()


class RunJudge:
    """The judge of one run. The engine is asked for its image when the first problem comes up; `close` it.

    Args:
        run: the id under which containers are labelled.
        most: submissions judged at a time; never more than cores.
    """

    def __init__(self, *, run: str, most: int, say: Callable[[str], None]) -> None:
        self._run, self._most, self._say = run, most, say
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._shared: tuple[Desk, Cores] | None = None

    def of(self, task: Task) -> ProblemJudge:
        """The judge of one problem, with the time limit measured on this host if it never was. Blocks.

        Raises:
            BadInput: the package is broken.
            SandboxError: the engine failed.
        """
        problem = read_problem(Path(task.path))
        desk, cores = self._desk()
        limit = calibrated(desk, problem, cores)
        for note in limit.notes:
            self._say(f"{task.name}: {note}")
        return ProblemJudge(problem=problem, limit=limit, desk=desk, cores=cores)

    def _desk(self) -> tuple[Desk, Cores]:
        with self._lock:
            if self._shared is None:
                host = Host.connect(run=self._run, say=self._say)
                desk = Desk(host=host, cache=BuildCache(), stop=self._stop)
                self._shared = desk, Cores(host.cores, most=self._most, stop=self._stop)
            return self._shared

    def close(self) -> None:
        """Call off what is being judged, and let go of the engine. Containers are removed by the run."""
        self._stop.set()
        if self._shared is not None:
            with contextlib.suppress(Exception):
                self._shared[0].host.client.close()


def own_code() -> tuple[str, ...]:
    """The sources of what runs in a submission's container."""
    return tuple(guest.source_of(name) for name in RUNNER.modules)


def facts(judge: ProblemJudge) -> dict[str, Any]:
    """What the log says of a judge that is ready."""
    limit = judge.limit
    return {"time_limit": limit.seconds, "limit_from": limit.source, "notes": list(limit.notes)}
