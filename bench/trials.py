"""Whole trials: twenty calls of a candidate that answers at once, a fresh judge each."""

from __future__ import annotations

import json
import statistics
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import anyio
import docker

from bench.places import image_of, make_task, twenty_calls, write_turns
from bench.rows import Row, Section, in_turns, spread
from sandbox import loader, toolbox
from sandbox.bounds import bounds_for
from sandbox.env import owner
from sandbox.env.container import Container
from sandbox.journal import RunDirectory
from sandbox.plan import make_plan, parse_candidate
from sandbox.progress import Progress
from sandbox.run import run_plan
from sandbox.task import Resources

CONCURRENCIES = (1, 2, 4)
# Aimed at on a machine where two lives of a container, one after the other, take a second.
AIM_SECONDS, AIM_LIVES = 1.2, 1.0


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """Trials one at a time and several at a time, against lives of bare containers."""
    path = make_task(folder)
    image = image_of(client, path)
    lives = in_turns({"life": lambda: life(client, image)}, 7)["life"]
    two = 2 * statistics.median(lives)
    rows = [Row(what="a container's life, in series", measured=spread(lives, "s"))]
    for concurrency in CONCURRENCIES:
        records, wall = _run(folder, path, trials=rounds * concurrency, concurrency=concurrency)
        rest = [record["wall"] - record["tests"] for record in records]
        label = f"{concurrency} at a time"
        if concurrency == 1:
            most = AIM_SECONDS / AIM_LIVES * two
            holds = statistics.median(rest) <= most
            aim = f"≤ {most:.2f} s (1.2 × two lives)"
            rows.append(Row(what="a trial less its tests", measured=spread(rest, "s"), aim=aim, holds=holds))
        rows.append(Row(what=f"trials a minute, {label}", measured=f"{60 * len(records) / wall:.0f}"))
    how = "Twenty calls (9 read, 6 run a command, 4 write, 1 hands in), a model without latency, a fresh judge each."
    return Section(title="A trial", how=how, rows=tuple(rows))


def life(client: docker.DockerClient, image: str) -> None:
    """Start a container as trials have them, and remove it."""
    Container.start(
        client,
        image,
        labels=owner.labels(run=uuid.uuid4().hex, trial="bench", role="bench"),
        resources=Resources(),
        keep_workspace=True,
    ).remove()


def _run(folder: Path, path: Path, *, trials: int, concurrency: int) -> tuple[Sequence[Mapping[str, float]], float]:
    """Seconds of each trial and of its tests; seconds from the first that began to the last that ended."""
    scripts = [folder / f"{uuid.uuid4().hex}.jsonl" for _ in range(trials)]
    candidates = [parse_candidate(write_turns(script, twenty_calls(script.stem))) for script in scripts]
    task = loader.load_task(path)
    plan = make_plan([task], candidates, (), 1)
    directory = RunDirectory(folder / uuid.uuid4().hex)
    progress = Clock()

    async def go() -> None:
        tools = toolbox.load_tools()
        await run_plan(plan, directory, tools=tools, bounds=bounds_for(concurrency), resume=False, progress=progress)

    anyio.run(go)
    rows = []
    for trial in plan.trials:
        lines = (directory.path / "trials" / trial.key / "events.jsonl").read_text("ascii").splitlines()
        events = [json.loads(line) for line in lines]
        assert events[-1]["data"]["verdict"] == "accepted", events[-1]
        checks = [event["data"] for event in events if event["kind"] == "check.ran"]
        tests = sum(check["suite_seconds"] for check in checks if not check["cached"])
        rows.append({"wall": events[-1]["t"], "tests": tests})
    # The first trial also makes the image's base; the clock begins when it is through.
    return rows[1:], progress.ends[-1] - progress.ends[0]


class Clock(Progress):
    """Notes when trials end."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def __enter__(self) -> Clock:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        pass

    def start(self, total: int, done: int) -> None:
        pass

    def say(self, text: str) -> None:
        print(text)

    def step(self, trial: str, text: str) -> None:
        pass

    def tick(self) -> None:
        pass

    def again(self, trial: str, record: Mapping[str, Any]) -> None:
        raise AssertionError(f"{trial}: {record['reason']}")

    def done(self, trial: str, record: Mapping[str, Any]) -> None:
        self.ends.append(time.monotonic())
