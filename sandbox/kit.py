"""Trials in containers: what those of one task share, and the agent's environment with its history."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import docker

from sandbox.attended import Attendable, attended
from sandbox.background import Background, Spares
from sandbox.brought import as_data
from sandbox.checks import Checks
from sandbox.env import owner
from sandbox.env.container_options import describe_bounds
from sandbox.env.workspace import AgentEnvironment
from sandbox.history import Base, History
from sandbox.journal import HISTORY, Journal
from sandbox.plan import ORACLE, Trial
from sandbox.probe import ReadyJudge
from sandbox.recent import RecentTrees
from sandbox.task import Task
from sandbox.threads import in_thread
from sandbox.tool_faults import Faltering
from sandbox.tooling import Toolset
from sandbox.tree import Tree
from sandbox.workbench import Environment, FalteringWorkbench, Workbench, closing

# What `check.ran` says of hidden tests where there are none.
NO_TESTS: Mapping[str, Any] = {
    "selected": None,
    "guards": {},
    "outcomes": {},
    "imports": True,
    "tampering": [],
    "incomplete": False,
    "dead_canaries": [],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """What a tree is judged by. task: with the bugs and guards that are live; digest: names all of it."""

    task: Task
    tests: Tree
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What the trials of one task need besides their plan.

    base: the image's own workspace, as histories and judges begin with it.
    exams: what trees are judged by; one for each step of a chain, one for a task without steps.
    solution: the reference solution's files.
    trees: of the trials' states, as far as they were read.
    checks: judged trees of this run. judge_places: how many are judged at a time in the run.
    background, judges: work that goes on beside trials, and judges made ready by it.
    surroundings: what a Harbor task has besides (sandbox.harbor.place), or one with services (sandbox.serving.place),
    or the judge of a problem (sandbox.cp).
    """

    client: docker.DockerClient
    run_id: str
    image: str
    base: Base
    exams: tuple[Exam, ...]
    solution: Tree
    tools: Toolset
    checks: Checks
    judge_places: anyio.Semaphore
    background: Background
    judges: Spares[ReadyJudge]
    surroundings: object | None = None
    trees: RecentTrees = field(default_factory=RecentTrees)


def workbench(trial: Trial, kit: Kit, journal: Journal) -> AbstractAsyncContextManager[Workbench]:
    """The agent's container and the history of its workspace; both are put away at the end, come what may."""
    labels = owner.labels(run=kit.run_id, trial=trial.key, role="agent")
    solution = kit.solution if trial.plays.kind == ORACLE else None

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

    return opened(kit, trial, journal, start, describe_bounds(trial.task.resources))


@asynccontextmanager
async def opened(
    kit: Kit,
    trial: Trial,
    journal: Journal,
    start: Callable[[], tuple[Attendable, dict[str, Any]]],
    bounds: Mapping[str, Any],
) -> AsyncIterator[Workbench]:
    """A workbench in a container that is started now.

    Args:
        start: starts it, and gives facts about it for the log. Blocks.
        bounds: of it, for the log.
    """
    started = time.monotonic()
    # Shielded: a container that is half made when the run stops has to be found again to be removed.
    with anyio.CancelScope(shield=True):
        env, facts = await in_thread(start)
    try:
        with anyio.CancelScope(shield=True):
            env, listed = await in_thread(attended, env, trial.task.mcp_servers, kit.tools)
        tools = {**kit.tools, **listed}
        history = await in_thread(History.start, journal.folder / HISTORY, kit.base)
        close = closing(history)
        try:
            journal.write(
                "env.ready",
                {
                    "image": kit.image,
                    "container": env.container.id,
                    "transport": env.transport,
                    "source": kit.base.index.source,
                    "commit": kit.base.source_commit,
                    "bounds": dict(bounds),
                    "tools": {name: tool.digest for name, tool in tools.items()},
                    **({"brought": brought} if (brought := as_data(tools)) else {}),
                    "facts": facts,
                    "seconds": time.monotonic() - started,
                },
            )
            yield _bench(trial, env, history, journal)
        finally:
            with anyio.CancelScope(shield=True):
                stopped = await in_thread(close)
            if stopped is not None:
                journal.write("fault", {**_HISTORY_STOPPED, "message": stopped})
    finally:
        # Nobody waits for the removal; what it cannot remove, the end of the run does.
        kit.background.begin(env.close)


def _bench(trial: Trial, env: Environment, history: History, journal: Journal) -> Workbench:
    if not trial.how.faults:
        return Workbench(env, history, journal)
    faltering = Faltering(trial.how.faults, trial.draw("faults"))
    return FalteringWorkbench(env, history, journal, faltering)


_HISTORY_STOPPED = {"origin": "harness", "stage": "seal", "error": "HistoryStopped", "final": False}
