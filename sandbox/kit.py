"""Trials in containers: what they need, the agent's environment, and a judge made ready beside it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import anyio
import docker

from sandbox.background import Background, Order, Spares
from sandbox.env import owner
from sandbox.env.container import describe_bounds
from sandbox.env.workspace import AgentEnvironment
from sandbox.history import Base, History
from sandbox.journal import HISTORY, Journal
from sandbox.plan import ORACLE, Trial
from sandbox.probe import Check, ReadyJudge, check
from sandbox.threads import in_thread
from sandbox.tooling import Toolset
from sandbox.tree import Tree, git_hash
from sandbox.workbench import Workbench, closing


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What the trials of one task need besides their plan.

    base: the image's own workspace, as histories and judges begin with it.
    tests: the hidden tests; solution: the reference solution's files.
    checks: judged trees of this run, by (source tree, image, tests digest).
    judging: one lock for each of these, so that trials which come to equal trees at once judge one.
    background, judges: work that goes on beside trials, and judges made ready by it.
    """

    client: docker.DockerClient
    run_id: str
    image: str
    base: Base
    tests: Tree
    tests_digest: str
    solution: Tree
    tools: Toolset
    checks: dict[tuple[str, str, str], Check]
    judging: dict[tuple[str, str, str], anyio.Lock]
    background: Background
    judges: Spares[ReadyJudge]


@asynccontextmanager
async def workbench(trial: Trial, kit: Kit, journal: Journal) -> AsyncIterator[Workbench]:
    """The agent's container and the history of its workspace; both are put away at the end, come what may."""
    started = time.monotonic()
    labels = owner.labels(run=kit.run_id, trial=trial.key, role="agent")
    solution = kit.solution if trial.candidate.kind == ORACLE else None

    def start() -> tuple[AgentEnvironment, dict[str, Any]]:
        return AgentEnvironment.start(
            kit.client,
            kit.image,
            labels=labels,
            resources=trial.task.resources,
            tools=kit.tools,
            environment=trial.task.environment,
            solution=solution,
        )

    # Shielded: a container that is half made when the run stops has to be found again to be removed.
    with anyio.CancelScope(shield=True):
        env, facts = await in_thread(start)
    try:
        history = await in_thread(History.start, journal.folder / HISTORY, kit.base)
        close = closing(history)
        try:
            journal.write(
                "env.ready",
                {
                    "image": kit.image,
                    "container": env.container.id,
                    "transport": env.transport,
                    "bounds": describe_bounds(trial.task.resources),
                    "tools": {name: tool.digest for name, tool in kit.tools.items()},
                    "facts": facts,
                    "seconds": time.monotonic() - started,
                },
            )
            yield Workbench(env, history, journal)
        finally:
            with anyio.CancelScope(shield=True):
                stopped = await in_thread(close)
            if stopped is not None:
                journal.write("fault", {**_HISTORY_STOPPED, "message": stopped})
    finally:
        # Nobody waits for the removal; what it cannot remove, the end of the run does.
        kit.background.begin(env.close)


_HISTORY_STOPPED = {"origin": "harness", "stage": "seal", "error": "HistoryStopped", "final": False}


class InContainers:
    """The place of one trial: a container for the agent, and a judge made ready while the candidate works.

    A judge that is not needed goes to another trial when the block is left.
    """

    def __init__(self, kit: Kit, trial: Trial, journal: Journal) -> None:
        self.tools = kit.tools
        self._kit = kit
        self._trial = trial
        self._journal = journal
        self._order: Order[ReadyJudge] | None = None

    def __enter__(self) -> InContainers:
        kit, task = self._kit, self._trial.task
        labels = owner.labels(run=kit.run_id, trial=self._trial.key, role="judge")

        def start() -> ReadyJudge:
            return ReadyJudge.start(kit.client, kit.image, task=task, tests=kit.tests, labels=labels)

        self._order = kit.judges.order(task.name, start)
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        if self._order is not None:
            self._order.leave()

    def workbench(self) -> AbstractAsyncContextManager[Workbench]:
        """The agent's container and the history of its workspace."""
        return workbench(self._trial, self._kit, self._journal)

    async def judge(self, tree: Tree) -> None:
        """Check the tree, or take the check of an equal one.

        Raises:
            SandboxError, TaskError: as `probe.check`.
        """
        assert self._order is not None, "entered first"
        await _judge(self._trial, self._kit, self._order, tree, self._journal)


async def _judge(trial: Trial, kit: Kit, judge: Order[ReadyJudge], tree: Tree, journal: Journal) -> None:
    """Check the tree, or take the check of an equal one."""
    key = (git_hash(tree), kit.image, kit.tests_digest)
    started = time.monotonic()
    async with kit.judging.setdefault(key, anyio.Lock()):
        cached = kit.checks.get(key)
        done = cached if cached is not None else await _check(trial, kit, await judge.take(), tree)
        kit.checks[key] = done
    found = done.judgement
    journal.write(
        "check.ran",
        {
            "judge": trial.task.judge.kind,
            "source": key[0],
            "tests_digest": kit.tests_digest,
            "cached": cached is not None,
            "bugs": dict(found.bugs),
            "guards": dict(found.guards),
            "outcomes": dict(found.outcomes),
            "tampering": list(found.tampering),
            "incomplete": found.incomplete,
            "dead_canaries": list(found.dead_canaries),
            "score": found.score,
            "answer": journal.blob(_answer_bytes(done)),
            "suite_seconds": done.seconds,
            "seconds": time.monotonic() - started,
        },
    )


async def _check(trial: Trial, kit: Kit, judge: ReadyJudge, tree: Tree) -> Check:
    try:
        return await in_thread(lambda: check(judge, trial.task, base=kit.base.index, tree=tree))
    finally:
        kit.background.begin(judge.dispose)


def _answer_bytes(done: Check) -> bytes:
    return json.dumps({"planted": done.planted, **done.answer}, indent=1).encode("ascii")
