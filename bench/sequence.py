"""Judging every state of a trial that counts, against as many bare runs of the same tests."""

from __future__ import annotations

import json
import statistics
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio
import docker

from bench.judging import DEMO, Judged
from bench.places import turn, write_turns
from bench.rows import Row, Section, spread
from bench.trials import Clock
from sandbox import loader, toolbox
from sandbox.bounds import bounds_for
from sandbox.journal import RunDirectory
from sandbox.plan import make_plan, parse_candidate
from sandbox.probe import check
from sandbox.run import run_plan
from sandbox.task import Task

SNAPSHOTS, CHECKPOINTS = 30, 6
FACTOR, MORE_S, AGAIN_S = 1.1, 2.0, 1.0


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """Trials with six states that count, each played twice: judged, and taken from what was judged."""
    task = loader.load_task(DEMO[0])
    bench = Judged.of(client, folder, task)
    bare = [_bare(bench) for _ in range(rounds)]
    first, again = [], []
    for _ in range(rounds):
        one, other = _played(folder, task)
        first.append(one)
        again.append(other)
    most = FACTOR * CHECKPOINTS * statistics.median(bare) + MORE_S
    rows = (
        Row(what="the hidden tests, bare", measured=spread(bare, "s")),
        Row(
            what=f"{CHECKPOINTS} states judged",
            measured=spread(first, "s"),
            aim=f"≤ {most:.1f} s ({FACTOR} × {CHECKPOINTS} × bare + {MORE_S:g} s)",
            holds=statistics.median(first) <= most,
        ),
        Row(
            what="the same states again",
            measured=spread(again, "s"),
            aim=f"≤ {AGAIN_S:g} s",
            holds=statistics.median(again) <= AGAIN_S,
        ),
    )
    how = (
        f"Of a trial of {task.id} with {SNAPSHOTS} states, from the sealed tree to the verdict; nothing flips in it, "
        "so there is nothing to confirm."
    )
    return Section(title="A sequence", how=how, rows=rows)


def _bare(bench: Judged) -> float:
    judge = bench.start()
    try:
        check(judge, bench.task, base=bench.index, tree=bench.tree)
        return bench.bare(judge)
    finally:
        judge.dispose()


def _played(folder: Path, task: Task) -> tuple[float, float]:
    """Seconds of judging, of a trial and of another that goes through the same states."""
    mark = uuid.uuid4().hex
    calls: list[Mapping[str, Any]] = []
    for number in range(SNAPSHOTS):
        calls.append(turn(number, "bash", {"command": f"echo '# {mark} {number}' >> jsonpatch.py"}))
        if number % (SNAPSHOTS // CHECKPOINTS) == 0 and number:
            calls.append(turn(100 + number, "bash", {"command": "git commit -qam 'As it is'"}))
    calls.append(turn(999, "submit", {}))
    scripts = [folder / f"{name}-{mark}.jsonl" for name in ("first", "again")]
    models = [parse_candidate("scripted:nop"), *(parse_candidate(write_turns(path, calls)) for path in scripts)]
    plan = make_plan([task], models, (), 1)
    directory = RunDirectory(folder / mark)

    async def go() -> None:
        tools = toolbox.load_tools()
        await run_plan(plan, directory, tools=tools, bounds=bounds_for(1), resume=False, progress=Clock())

    anyio.run(go)
    one, other = (_judging(directory.path / "trials" / trial.key / "events.jsonl") for trial in plan.trials[1:])
    return one, other


def _judging(log: Path) -> float:
    events: Sequence[Mapping[str, Any]] = [json.loads(line) for line in log.read_text("ascii").splitlines()]
    checks = [event["data"] for event in events if event["kind"] == "check.ran"]
    assert {check["purpose"] for check in checks} <= {"score", "start", "state"}, "something flipped"
    assert len({check["source"] for check in checks} - {checks[0]["source"]}) >= CHECKPOINTS - 1
    sealed = next(event["t"] for event in events if event["kind"] == "tree.saved" and event["data"]["sealed"])
    return float(events[-1]["t"] - sealed)
