"""One trial from end to end: environment, agent, seal, judge, verdict."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

import anyio

from sandbox import __version__, score
from sandbox.agent import Turn, system_prompt, take_turn
from sandbox.course import Stage, is_judged, is_last, next_stage
from sandbox.deadline import Watch
from sandbox.errors import ProviderError, RoadtestError, one_line
from sandbox.events import Event
from sandbox.journal import Journal
from sandbox.place import Bench, Means, Place, Step
from sandbox.plan import Trial
from sandbox.replay_tape import ReplayDiverged
from sandbox.threads import in_thread
from sandbox.tooling import SUBMIT_SOLUTION, Tool


async def run_trial(trial: Trial, journal: Journal, means: Means, *, step: Step) -> dict[str, Any]:
    """Run one trial; whatever happens, its log is closed with a verdict.

    Args:
        trial: what to run.
        journal: its log, just opened.
        means: where it takes place, and how its candidate is asked.
        step: told what is being done.

    Returns:
        the terminal record.

    Raises:
        HarnessError: the log cannot be written.
        BaseException: a cancellation; then the log stays open-ended, without a verdict.
    """
    journal.write("trial.opened", _opening(trial))
    watch = Watch.begin(trial, journal.started)
    try:
        with watch.scope:
            await _carry_out(trial, journal, means, watch, step)
    except RoadtestError as exc:
        journal.write("fault", {"stage": watch.stage, "final": True, **_in_words(exc)})
    except Exception as exc:  # a mistake of Roadtest's own costs this trial, not the others
        journal.write("fault", {"origin": "harness", "stage": watch.stage, "final": True, **_own_mistake(exc)})
    if watch.scope.cancelled_caught:
        journal.write("fault", watch.as_fault())
    # A log that is closed is whole, whatever ends the machine: then what it names is there.
    await in_thread(journal.settle)
    verdict, reason = score.verdict(journal.events)
    journal.write("trial.closed", {"verdict": verdict, "reason": reason})
    return score.record(journal.events)


async def _carry_out(trial: Trial, journal: Journal, means: Means, watch: Watch, step: Step) -> None:
    with await means.prepare(step) as place:
        if trial.looks_first:
            watch.enter("judge")
            step("judging the untouched workspace")
            await place.judge_start()
            watch.enter("env")
        step("starting the container")
        async with place.workbench() as bench:
            watch.enter("agent")
            ended = await _let_work(trial, place, bench, journal, means, watch, step)
            watch.enter("seal")
            step("sealing")
            tree = await bench.seal(ended)
        means.leave()
        watch.enter("judge")
        if not is_judged(trial, journal.events):
            step("judging")
            await place.judge(tree, ended)
        if trial.probed:
            watch.enter("probe")
            step("looking into what came back")
            await place.probe()


def _in_words(exc: RoadtestError) -> dict[str, Any]:
    facts = {"origin": exc.origin, "error": type(exc).__name__, "message": str(exc)}
    if isinstance(exc, ProviderError):
        return {**facts, "kind": exc.kind}
    return {**facts, "divergence": exc.divergence.as_data()} if isinstance(exc, ReplayDiverged) else facts


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
        "about": {
            "package": task.package,
            "category": task.category,
            "difficulty": task.difficulty,
            "kind": task.kind,
            "fixed_at": task.fixed_at,
        },
        "candidate": {"name": candidate.name, "kind": candidate.kind, "settings": candidate.told},
        "condition": trial.condition,
        "repeat": trial.repeat,
        "task_digest": task.digest,
        "limits": trial.limits.as_data(),
        "bugs": [{"id": bug.id, "step": bug.step, "tests": list(bug.tests)} for bug in task.bugs],
        "steps": [step.name for step in task.steps],
        "rounds": trial.rounds,
        **({} if task.problem is None else {"problem": task.problem.as_data(), "submissions": trial.submissions}),
        "version": __version__,
    }


async def _let_work(
    trial: Trial, place: Place, bench: Bench, journal: Journal, means: Means, watch: Watch, step: Step
) -> Event:
    """Run the candidate's turns; the checkpoint that ends the last."""
    client = means.connect()
    meter = means.meter(trial.limits)
    meter.began = journal.started

    async def run_tool(tool: Tool, arguments: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        if tool.name != SUBMIT_SOLUTION:
            return await bench.run(tool, arguments, seconds)
        # The candidate waits for its judge.
        watch.enter("judge")
        with meter.standing_still():
            answer = await bench.run(tool, arguments, seconds)
        watch.enter("agent")
        return answer

    turn = Turn(
        journal=journal,
        client=client,
        tools=place.tools,
        run_tool=run_tool,
        settle=bench.settle,
        alive=bench.look_alive,
        meter=meter,
        step=step,
        sleep=means.sleep,
        pace=means.pace,
        afford=means.afford,
        spend=means.spend,
        system=trial.candidate.system or system_prompt(trial.task),
    )
    try:
        stage = next_stage(trial, None, journal.events)
        while True:
            assert stage is not None, "a trial has a first stage, and what follows is looked at below"
            reason = await take_turn(turn, stage)
            ended = _checkpoint(journal, stage, reason)
            if is_last(trial, stage, reason):
                return ended
            tree = await bench.hold(ended)
            if trial.rounds or trial.task.harbor is not None:
                step(f"judging {stage.name}")
                with turn.meter.standing_still():
                    await place.judge(tree, ended)
            stage = next_stage(trial, stage, journal.events)
            if stage is None:
                return ended
    finally:
        with anyio.CancelScope(shield=True):
            await client.close()


def _checkpoint(journal: Journal, stage: Stage, reason: str) -> Event:
    claims = reason in ("submit", "done")
    data = {"tier": "T0", "reason": reason, "claims_done": claims, "step": stage.name, "index": stage.index}
    return journal.write("checkpoint", data)
