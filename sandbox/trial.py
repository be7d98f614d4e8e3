"""One trial from end to end: environment, agent, seal, judge, verdict."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import docker

from sandbox import __version__, score
from sandbox.agent import Turn, take_turn
from sandbox.background import Background, Order, Spares
from sandbox.env import owner
from sandbox.env.container import describe_bounds
from sandbox.env.workspace import AgentEnvironment
from sandbox.errors import RoadtestError, one_line
from sandbox.events import Event
from sandbox.history import Base, History
from sandbox.journal import HISTORY, Journal
from sandbox.limits import Meter
from sandbox.llm.client import Client
from sandbox.plan import ORACLE, Trial
from sandbox.probe import Check, ReadyJudge, check, room_for
from sandbox.threads import in_thread
from sandbox.tooling import Toolset
from sandbox.tree import Tree, git_hash
from sandbox.workbench import Workbench, closing

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What a trial needs besides its plan.

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
        with _judge_on_order(trial, kit) as judge:
            async with workbench(trial, kit, journal) as bench:
                stage = "agent"
                ended = await _let_work(trial, kit, bench, journal, connect(), step)
                stage = "seal"
                step("sealing")
                tree = await bench.seal(ended)
            stage = "judge"
            step("judging")
            await _judge(trial, kit, judge, tree, journal)
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
        "limits": trial.limits.as_data(),
        "version": __version__,
    }


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


@contextmanager
def _judge_on_order(trial: Trial, kit: Kit) -> Iterator[Order[ReadyJudge]]:
    """Have a judge made ready while the candidate works; one that is not needed goes to another trial."""
    room = room_for(trial.task, kit.tests)
    labels = owner.labels(run=kit.run_id, trial=trial.key, role="judge")

    def start() -> ReadyJudge:
        return ReadyJudge.start(kit.client, kit.image, resources=room, labels=labels)

    order = kit.judges.order((kit.image, room), start)
    try:
        yield order
    finally:
        order.leave()


async def _let_work(trial: Trial, kit: Kit, bench: Workbench, journal: Journal, client: Client, step: Step) -> Event:
    """Run the candidate's turn; the checkpoint that ends it."""
    turn = Turn(
        journal=journal,
        client=client,
        tools=kit.tools,
        run_tool=bench.run,
        settle=bench.settle,
        alive=bench.look_alive,
        meter=Meter.start(trial.limits),
        step=step,
    )
    try:
        reason = await take_turn(turn, trial.task.instruction)
    finally:
        with anyio.CancelScope(shield=True):
            await client.close()
    claims = reason in ("submit", "done")
    return journal.write("checkpoint", {"tier": "T0", "reason": reason, "claims_done": claims})


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
        return await in_thread(lambda: check(judge, trial.task, base=kit.base.index, tree=tree, tests=kit.tests))
    finally:
        kit.background.begin(judge.dispose)


def _answer_bytes(done: Check) -> bytes:
    return json.dumps({"planted": done.planted, **done.answer}, indent=1).encode("ascii")
