"""Judging the states of one trial in containers: each in a fresh one, made ready ahead, none twice in a run."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from types import TracebackType
from typing import Any

import anyio

from sandbox.background import Order
from sandbox.brought import offered_by
from sandbox.checks import Checked
from sandbox.detect.codehash import read_code
from sandbox.env import owner
from sandbox.errors import AgentError, EngineGone, HarnessError, RoadtestError, SandboxError
from sandbox.events import Event
from sandbox.history_reader import Reader
from sandbox.journal import HISTORY, Journal
from sandbox.kit import Exam, Kit, workbench
from sandbox.place import Bench
from sandbox.plan import Trial
from sandbox.probe import Check, ReadyJudge, check
from sandbox.probing import LONGEST, Want, spent, wanted
from sandbox.story import Story, read_story
from sandbox.task import Task
from sandbox.threads import in_thread
from sandbox.tooling import Toolset
from sandbox.tree import Tree, git_hash, unpack

# How many checks of one trial run beside one another, once its candidate is done.
AT_ONCE = 2
MOST_NAMED = 20


class InContainers:
    """The place of one trial: a container for the agent, and a judge made ready while the candidate works.

    A judge that is not needed goes to another trial when the block is left.
    """

    def __init__(self, kit: Kit, trial: Trial, journal: Journal) -> None:
        self._kit = kit
        self._trial = trial
        self._journal = journal
        self._ahead: Order[ReadyJudge] | None = None

    def __enter__(self) -> InContainers:
        last = len(self._kit.exams) - 1
        if not self._kit.checks.foresees(self._kit.image, self._kit.exams[last].digest):
            self._ahead = self._order(last)
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        if self._ahead is not None:
            self._ahead.leave()

    @property
    def tools(self) -> Toolset:
        """What the candidate may call: what the task offers, and what its MCP servers have listed."""
        return offered_by(self._kit.tools, self._journal.events)

    def workbench(self) -> AbstractAsyncContextManager[Bench]:
        """The agent's container and the history of its workspace."""
        return workbench(self._trial, self._kit, self._journal)

    async def judge_start(self) -> None:
        """Check the untouched workspace, or take the check of an equal one.

        Raises:
            SandboxError, TaskError: as `probe.check`.
        """
        base = self._kit.base
        tree = await in_thread(lambda: Reader(base.path).tree(base.source_commit))
        want = Want(tree=base.index.source, exam=len(self._kit.exams) - 1, units=None, purpose="start")
        await self._check(want, tree, run=0, cause=None)

    async def judge(self, tree: Tree, ended: Event) -> None:
        """Check the tree of a checkpoint, or take the check of an equal one.

        Raises:
            SandboxError, TaskError: as `probe.check`.
        """
        index = ended.data["index"] if len(self._kit.exams) > 1 else 0
        want = Want(tree=git_hash(tree), exam=index, units=None, purpose="score")
        await self._check(want, tree, run=0, cause=ended)

    async def probe(self) -> None:
        """Check what else has to be known of the trial's states; what cannot be is written down and costs no verdict.

        Raises:
            HarnessError: the log cannot be written.
        """
        before: list[Want] = []
        try:
            while wants := wanted(story := read_story(self._journal.events)):
                if wants == before:
                    raise HarnessError("the same checks are wanted again and again")
                await self._probe(story, wants)
                before = wants
        except RoadtestError as exc:
            facts = {"origin": exc.origin, "stage": "probe", "error": "ProbingStopped", "message": str(exc)}
            self._journal.write("fault", {**facts, "final": False})

    async def _probe(self, story: Story, wants: Sequence[Want]) -> None:
        """Make checks, some at a time, with as many judges being made ready."""
        waiting = deque(_numbered(story, wants))
        failures: list[RoadtestError] = []

        async def work() -> None:
            while waiting and not failures:
                want, run = waiting.popleft()
                try:
                    if spent(read_story(self._journal.events)) > LONGEST:
                        raise AgentError(f"looking into its states took more than {LONGEST:.0f} s of tests")
                    await self._check_surely(want, await in_thread(self._tree_of, story, want.tree), run)
                except RoadtestError as exc:
                    failures.append(exc)

        async with anyio.create_task_group() as group:
            for _ in range(AT_ONCE):
                group.start_soon(work)
        if failures:
            raise failures[0]

    async def _check_surely(self, want: Want, tree: Tree, run: int) -> None:
        """Make a check; by another judge where the first fails, which says nothing about the tree.

        Raises:
            SandboxError: the other one fails, too.
        """
        try:
            await self._check(want, tree, run=run, cause=None)
        except EngineGone:
            raise
        except SandboxError as exc:
            facts = {"origin": exc.origin, "stage": "probe", "error": "JudgeLost", "message": str(exc)}
            self._journal.write("fault", {**facts, "final": False})
            await self._check(want, tree, run=run, cause=None)

    def _tree_of(self, story: Story, name: str) -> Tree:
        """The source tree of a state, from the history or from where it was kept otherwise."""
        tree = self._kit.trees.get(name)
        if tree is None:
            tree = self._read(story, name)
            self._kit.trees.keep(name, tree)
        return tree

    def _read(self, story: Story, name: str) -> Tree:
        state = next(state for state in story.states if state.tree == name and (state.commit or state.blob))
        if state.commit is not None:
            return Reader(self._journal.folder / HISTORY).tree(state.commit)
        assert state.blob is not None
        return unpack(self._journal.read_blob(state.blob))

    async def _check(self, want: Want, tree: Tree, *, run: int, cause: Event | None) -> None:
        kit, exam = self._kit, self._kit.exams[want.exam]
        key = (want.tree, kit.image, exam.digest, want.units, run)
        started = time.monotonic()
        async with kit.checks.lock(key):
            cached = kit.checks.get(key)
            done = cached if cached is not None else Checked.of(await self._run(want, tree))
            kit.checks.put(key, done)
        found = done.judgement
        code, odd = await in_thread(read_code, tree)
        data = await self._told(
            {
                "judge": self._trial.task.judge.kind,
                "purpose": want.purpose,
                "exam": want.exam,
                "selected": None if want.units is None else sorted(want.units),
                "source": want.tree,
                "code": code,
                "unparsable": list(odd[:MOST_NAMED]),
                "tests_digest": exam.digest,
                "cached": cached is not None,
                "bugs": dict(found.bugs),
                "guards": dict(found.guards),
                "outcomes": dict(found.outcomes),
                "imports": found.imports,
                "tampering": list(found.tampering),
                "incomplete": found.incomplete,
                "dead_canaries": list(found.dead_canaries),
                "score": found.score,
                "answer": self._journal.blob(done.answer()),
                "suite_seconds": done.seconds,
                "seconds": time.monotonic() - started,
            },
            cause,
        )
        self._journal.write("check.ran", data, cause=cause)

    async def _told(self, data: dict[str, Any], cause: Event | None) -> dict[str, Any]:
        """What is written down of a check. cause: the checkpoint, if there is one."""
        return data

    async def _run(self, want: Want, tree: Tree) -> Check:
        async with self._kit.judge_places:
            judge = await self._take(want.exam)
            task = selected(self._kit.exams[want.exam].task, want.units)
            try:
                return await in_thread(lambda: check(judge, task, base=self._kit.base.index, tree=tree))
            finally:
                self._kit.background.begin(judge.dispose)

    async def _take(self, exam: int) -> ReadyJudge:
        """A judge that is ready; the next is begun where one is likely to be needed."""
        order, self._ahead = self._ahead, None
        if order is None or order.key != self._key(exam):
            if order is not None:
                order.leave()
            order = self._order(exam)
        try:
            return await order.take()
        finally:
            order.leave()
            if self._trial.rounds and self._ahead is None:
                self._ahead = self._order(exam)

    def _order(self, exam: int) -> Order[ReadyJudge]:
        return self._kit.judges.order(self._key(exam), lambda: self._judge_of(self._kit.exams[exam]))

    def _judge_of(self, exam: Exam) -> ReadyJudge:
        """A judge that is made ready now. Blocks."""
        kit = self._kit
        labels = owner.labels(run=kit.run_id, trial=self._trial.key, role="judge")
        return ReadyJudge.start(kit.client, kit.image, task=exam.task, tests=exam.tests, labels=labels)

    def _key(self, exam: int) -> tuple[str, int]:
        return self._trial.task.name, exam


def _numbered(story: Story, wants: Sequence[Want]) -> list[tuple[Want, int]]:
    """Each want with how often the same was checked before, so that no answer stands for two."""
    seen: dict[Want, int] = {}
    numbered = []
    for want in wants:
        before = [
            check
            for check in story.checks.get((want.tree, want.exam), ())
            if check.get("selected") == (None if want.units is None else sorted(want.units))
        ]
        numbered.append((want, len(before) + seen.get(want, 0)))
        seen[want] = seen.get(want, 0) + 1
    return numbered


def selected(task: Task, units: frozenset[str] | None) -> Task:
    """The task with only these bugs, and the guards of only these files."""
    if units is None:
        return task
    return replace(
        task,
        bugs=tuple(bug for bug in task.bugs if bug.id in units),
        guards=tuple(test for test in task.guards if test.partition("::")[0] in units),
    )
