"""One trial from end to end: environment, agent, seal, judge, verdict."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import docker

from sandbox import __version__, score
from sandbox.agent import Turn, take_turn
from sandbox.env import owner
from sandbox.env.container import describe_bounds
from sandbox.env.workspace import AgentEnvironment, Sealed
from sandbox.errors import RoadtestError, one_line
from sandbox.events import Event
from sandbox.journal import Journal
from sandbox.limits import MODEL_REPLIES, Limits, Meter
from sandbox.llm.client import Client
from sandbox.plan import ORACLE, Trial
from sandbox.probe import Check, check
from sandbox.threads import in_thread
from sandbox.tooling import Toolset
from sandbox.tree import Tree, git_hash, pack, source

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What a trial needs besides its plan.

    tests: the hidden tests; solution: the reference solution's files.
    checks: judged trees of this run, by (source tree, image, tests digest).
    judging: one lock for each of these, so that trials which come to equal trees at once judge one.
    """

    client: docker.DockerClient
    run_id: str
    image: str
    tests: Tree
    tests_digest: str
    solution: Tree
    tools: Toolset
    checks: dict[tuple[str, str, str], Check]
    judging: dict[tuple[str, str, str], anyio.Lock]


async def run_trial(
    trial: Trial,
    journal: Journal,
    *,
    prepare: Callable[[Step], Awaitable[Kit]],
    connect: Callable[[], Client],
    step: Step,
) -> dict[str, Any]:
    """Run one trial; whatever happens, its log is closed with a verdict.

    Args:
        trial: what to run.
        journal: its log, just opened.
        prepare: coroutine function that gives the `Kit` (building images if need be).
        connect: makes the client that the candidate is asked through.
        step: told what is being done.

    Returns:
        the terminal record.

    Raises:
        HarnessError: the log cannot be written.
        BaseException: a cancellation; then the log stays open-ended, without a verdict.
    """
    journal.write("trial.opened", _opening(trial))
    stage = "env"
    try:
        kit = await prepare(step)
        step("starting the container")
        async with environment(trial, kit, journal) as env:
            stage = "agent"
            ended = await _let_work(trial, kit, env, journal, connect(), step)
            stage = "seal"
            step("sealing")
            tree = await _seal(env, journal, ended)
        stage = "judge"
        step("judging")
        await _judge(trial, kit, tree, journal)
    except RoadtestError as exc:
        fault = {"origin": exc.origin, "stage": stage, "error": type(exc).__name__, "message": str(exc), "final": True}
        journal.write("fault", fault)
    except Exception as exc:  # a mistake of Roadtest's own costs this trial, not the others
        journal.write("fault", {"origin": "harness", "stage": stage, "final": True, **_own_mistake(exc)})
    verdict, reason = score.verdict(journal.events)
    journal.write("trial.closed", {"verdict": verdict, "reason": reason})
    return score.record(journal.events)


def _own_mistake(exc: Exception) -> dict[str, str]:
    place = traceback.extract_tb(exc.__traceback__)[-1]
    message = f"{type(exc).__name__}: {one_line(exc)} ({place.filename}:{place.lineno})"
    return {"error": "HarnessError", "message": f"a mistake in Roadtest itself: {message}"}


def _opening(trial: Trial) -> dict[str, Any]:
    task, candidate = trial.task, trial.candidate
    return {
        "trial": trial.key,
        "task": task.id,
        "suite": task.suite,
        "item": task.item,
        "rung": trial.rung,
        "judge": task.judge.kind,
        "candidate": {"name": candidate.name, "kind": candidate.kind, "settings": dict(candidate.settings)},
        "condition": trial.condition,
        "repeat": trial.repeat,
        "task_digest": task.digest,
        "version": __version__,
    }


@asynccontextmanager
async def environment(trial: Trial, kit: Kit, journal: Journal) -> AsyncIterator[AgentEnvironment]:
    """The agent's container, removed at the end even if the run is being stopped."""
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
        journal.write(
            "env.ready",
            {
                "image": kit.image,
                "container": env.container.id,
                "transport": "exec",
                "bounds": describe_bounds(trial.task.resources),
                "tools": {name: tool.digest for name, tool in kit.tools.items()},
                "facts": facts,
                "seconds": time.monotonic() - started,
            },
        )
        yield env
    finally:
        with anyio.CancelScope(shield=True):
            await in_thread(env.close)


async def _let_work(
    trial: Trial, kit: Kit, env: AgentEnvironment, journal: Journal, client: Client, step: Step
) -> Event:
    """Run the candidate's turn; the checkpoint that ends it."""

    async def run_tool(tool: Any, arguments: Any) -> dict[str, Any]:
        return await in_thread(env.call, tool, arguments)

    replies = None if trial.candidate.scripted else MODEL_REPLIES
    meter = Meter.start(Limits(replies=replies, seconds=trial.task.agent_seconds))
    turn = Turn(journal=journal, client=client, tools=kit.tools, run_tool=run_tool, meter=meter, step=step)
    try:
        reason = await take_turn(turn, trial.task.instruction)
    finally:
        with anyio.CancelScope(shield=True):
            await client.close()
    claims = reason in ("submit", "done")
    return journal.write("checkpoint", {"tier": "T0", "reason": reason, "claims_done": claims})


async def _seal(env: AgentEnvironment, journal: Journal, ended: Event) -> Tree:
    """The source tree that the agent left; the whole of it goes into the trial's blobs."""
    started = time.monotonic()
    sealed: Sealed = await in_thread(env.seal)
    tree = source(sealed.tree)
    journal.write(
        "tree.saved",
        {
            "raw": git_hash(sealed.tree),
            "source": git_hash(tree),
            "files": len(tree),
            "bytes": sum(len(entry.data) for entry in tree.values()),
            "blob": journal.blob(pack(tree)),
            "skipped": sealed.skipped,
            "killed": sealed.killed,
            "seconds": time.monotonic() - started,
        },
        cause=ended,
    )
    return tree


async def _judge(trial: Trial, kit: Kit, tree: Tree, journal: Journal) -> None:
    """Check the tree, or take the check of an equal one."""
    key = (git_hash(tree), kit.image, kit.tests_digest)
    labels = owner.labels(run=kit.run_id, trial=trial.key, role="judge")

    def run_check() -> Check:
        return check(kit.client, trial.task, image=kit.image, tree=tree, tests=kit.tests, labels=labels)

    started = time.monotonic()
    async with kit.judging.setdefault(key, anyio.Lock()):
        cached = kit.checks.get(key)
        done = cached if cached is not None else await in_thread(run_check)
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


def _answer_bytes(done: Check) -> bytes:
    return json.dumps({"planted": done.planted, **done.answer}, indent=1).encode("ascii")
