"""The place of a trial of a Harbor task: its own image, its own tests, a state that is a whole file system."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from sandbox.detect.codehash import read_code
from sandbox.env import harbor_container, harbor_verifier, owner
from sandbox.env.harbor_agent import HarborEnvironment
from sandbox.env.harbor_container import Inside
from sandbox.env.harbor_verifier import Verified, verify
from sandbox.errors import TaskError
from sandbox.events import Event
from sandbox.exams import tests_in
from sandbox.harbor.network import fetching, starved
from sandbox.harbor.reward import one_number, outcome, rewards_before
from sandbox.harbor.settings import Harbor, Part
from sandbox.harbor.state import State, state_of
from sandbox.judge import overlay
from sandbox.judging import MOST_NAMED, InContainers
from sandbox.kit import Exam, opened
from sandbox.llm.scripted import SOLVE, harbor_command
from sandbox.plan import ORACLE
from sandbox.probing import Want
from sandbox.task import Task
from sandbox.threads import in_thread
from sandbox.tree import Tree, digest
from sandbox.treefiles import read_tree
from sandbox.workbench import Workbench

TEST_SCRIPT = "test.sh"
# A state, and what it is judged by.
Key = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the trials of one Harbor task share beside their kit.

    base: the image's own files below the working directory. given: what is laid there as each step begins.
    solutions: the reference solution of each step.
    checks: what was judged in this run, with a lock for each. lost: tests that want a network, by exam, with
    what they say on the untouched image; None where they say nothing of the kind.
    """

    inside: Inside
    base: Tree
    given: Sequence[Tree]
    solutions: Sequence[Tree]
    checks: dict[Key, Verified] = field(default_factory=dict)
    locks: dict[Key, anyio.Lock] = field(default_factory=dict)
    lost: dict[int, str | None] = field(default_factory=dict)


class InHarbor(InContainers):
    """The place of one trial of a Harbor task. Nothing is made ready ahead: a judge begins with the state."""

    def __enter__(self) -> InHarbor:
        return self

    @property
    def _around(self) -> Surroundings:
        around = self._kit.surroundings
        assert isinstance(around, Surroundings), "the kit of a Harbor task has them"
        return around

    @property
    def _harbor(self) -> Harbor:
        harbor = self._trial.task.harbor
        assert harbor is not None, "this is the place of a Harbor task"
        return harbor

    def workbench(self) -> AbstractAsyncContextManager[Workbench]:
        """The agent's container and the history of what it leaves."""
        around, harbor = self._around, self._harbor

        def start() -> tuple[HarborEnvironment, dict[str, Any]]:
            solutions = around.solutions if self._trial.plays.kind == ORACLE else ()
            facts = {"workdir": around.inside.workdir, "user": harbor.parts[0].agent_user or around.inside.user}
            return self._environment(solutions, role="agent"), facts

        bounds = harbor_container.describe(self._trial.task.resources, network=harbor.network)
        return opened(self._kit, self._trial, self._journal, start, bounds)

    def _environment(self, solutions: Sequence[Tree], *, role: str) -> HarborEnvironment:
        kit, task, around = self._kit, self._trial.task, self._around
        return HarborEnvironment.start(
            kit.client,
            kit.image,
            labels=owner.labels(run=kit.run_id, trial=self._trial.key, role=role),
            resources=task.resources,
            harbor=self._harbor,
            inside=around.inside,
            environment=task.environment,
            base=around.base,
            given=around.given,
            solutions=solutions,
        )

    async def judge_start(self) -> None:
        """Nothing: no round of a loop begins with the untouched image."""

    async def probe(self) -> None:
        """Nothing: a reward does not say which behaviour came back."""

    async def _check(self, want: Want, tree: Tree, *, run: int, cause: Event | None) -> None:
        around, key = self._around, (want.tree, want.exam)
        started = time.monotonic()
        async with around.locks.setdefault(key, anyio.Lock()):
            cached = around.checks.get(key)
            found = cached or await self._judged(want.exam, state_of(tree, self._kit.base.index))
            around.checks[key] = found
        code, odd = await in_thread(read_code, tree)
        facts = {
            "source": want.tree,
            "code": code,
            "unparsable": list(odd[:MOST_NAMED]),
            "cached": cached is not None,
            "seconds": time.monotonic() - started,
        }
        self._journal.write("check.ran", {**self._facts(want.exam, found), **facts}, cause=cause)

    def _facts(self, exam: int, found: Verified) -> dict[str, Any]:
        """What a verifier found, as `check.ran` tells of it: with the steps before, which have checks of their own."""
        names = [bug.id for bug in self._trial.task.bugs]
        before = rewards_before(self._journal.events, exam)
        bugs, score = outcome(names, self._harbor.strategy, exam, found.rewards, before)
        return {
            "judge": self._trial.task.judge.kind,
            "purpose": "score",
            "exam": exam,
            "step": self._harbor.parts[exam].name,
            "selected": None,
            "tests_digest": self._kit.exams[exam].digest,
            "bugs": bugs,
            "guards": {},
            "outcomes": {},
            "imports": True,
            "tampering": [],
            "incomplete": found.rewards is None,
            "dead_canaries": [],
            "score": score,
            "rewards": None if found.rewards is None else dict(found.rewards),
            "left_behind": dict(list(found.behind.items())[:MOST_NAMED]),
            "answer": self._journal.blob(harbor_verifier.packed(found)),
            "suite_seconds": found.seconds,
        }

    async def _judged(self, exam: int, state: State) -> Verified:
        """What the verifier finds.

        Raises:
            TaskError: it leaves no reward, or fails for want of a network.
            SandboxError: the container or the engine failed.
        """
        async with self._kit.judge_places:
            found = await in_thread(partial(self._verify, exam, state))
            if found.rewards is None and found.exit_code is not None:
                raise TaskError(
                    f"tests/{TEST_SCRIPT} left no reward: {found.why}; it ended with {found.exit_code}: "
                    f"{harbor_verifier.last_words(found)}"
                )
            if lost := await in_thread(partial(self._lost, exam, found)):
                raise TaskError(f"tests/{TEST_SCRIPT} needs a network, which it was not given: {lost}")
        return found

    def _lost(self, exam: int, found: Verified) -> str | None:
        """What a verifier says that it could not fetch, if that decides: the untouched image has it say so as well.

        Of a candidate's state alone it is not believed: whoever fails could say so. And where the reference is
        accepted all the same, so is what comes of others.
        """
        script = self._kit.exams[exam].tests.get(TEST_SCRIPT)
        may_be = not self._harbor.network and script is not None and fetching(script.data.decode("utf-8", "replace"))
        if not may_be or found.rewards is None or one_number(found.rewards) == 1.0 or not starved(found.output):
            return None
        lost = self._around.lost
        if exam not in lost:
            words = starved(self._verify(exam, State()).output)
            lost[exam] = None if words is None or self._is_reference_accepted(exam) else words
        return lost[exam]

    def _is_reference_accepted(self, exam: int) -> bool:
        """Whether the reference solution has the whole reward under these tests; of a task with steps nobody knows."""
        if self._trial.task.steps or SOLVE not in self._around.solutions[exam]:
            return False
        env = self._environment(self._around.solutions, role="base")
        try:
            env.solve(harbor_command(self._harbor))
            found = self._verify(exam, state_of(env.seal().tree, self._kit.base.index))
        finally:
            env.close()
        return found.rewards is not None and one_number(found.rewards) == 1.0

    def _verify(self, exam: int, state: State) -> Verified:
        kit, task, around = self._kit, self._trial.task, self._around
        return verify(
            kit.client,
            kit.image,
            labels=owner.labels(run=kit.run_id, trial=self._trial.key, role="judge"),
            resources=task.resources,
            harbor=self._harbor,
            part=self._harbor.parts[exam],
            inside=around.inside,
            environment=task.environment,
            state=state,
            tests=kit.exams[exam].tests,
            asked="\n".join(step.instruction for step in task.steps) or task.instruction,
        )


def exams_of(task: Task, folder: Path) -> tuple[Exam, ...]:
    """What each step of a task is judged by: its own tests over the task's."""
    assert task.harbor is not None
    return tuple(_exam(task, part, folder) for part in task.harbor.parts)


def _exam(task: Task, part: Part, folder: Path) -> Exam:
    tests = tests_in(folder / "tests")
    if part.name is not None:
        tests = overlay(tests, tests_in(folder / "steps" / part.name / "tests"))
    settings = f"{digest(tests)} {part!r} {sorted(task.environment.items())} {task.harbor}"
    return Exam(task=task, tests=tests, digest=hashlib.sha256(settings.encode()).hexdigest())


def given_to(task: Task, folder: Path) -> tuple[Tree, ...]:
    """What is laid into the working directory as each step begins."""
    return tuple({} if place == folder else read_tree(place / "workdir") for place in _places(task, folder))


def solutions_of(task: Task, folder: Path) -> tuple[Tree, ...]:
    """The reference solution of each step."""
    return tuple(read_tree(place / "solution") for place in _places(task, folder))


def _places(task: Task, folder: Path) -> list[Path]:
    assert task.harbor is not None
    return [folder if part.name is None else folder / "steps" / part.name for part in task.harbor.parts]
