"""How many trials a minute a run gets through, against what starting bare containers alone would allow."""

from __future__ import annotations

import statistics
import subprocess
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import docker

from bench.places import image_of, make_task, twenty_calls, write_turns
from bench.rows import Row, Section
from bench.trials import Clock
from sandbox import loader, toolbox
from sandbox.bounds import bounds_for
from sandbox.env import owner
from sandbox.env.container import Container
from sandbox.journal import RunDirectory, read_events
from sandbox.plan import Candidate, make_plan, parse_candidate
from sandbox.run import run_plan
from sandbox.task import Resources

CONCURRENCY = 4
TRIALS = 200
AIM = 0.8
# Each stretch of trials lies between two of bare containers, so that both meet the same machine.
STRETCHES = 4


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """200 trials of twenty calls at concurrency 4, between lives of bare containers at the same concurrency."""
    path = make_task(folder)
    image = image_of(client, path)
    trials = TRIALS // STRETCHES
    _run(folder, path, [_scripted(folder, "warm")], 4)
    equal, own = [], []
    typed = []
    for _ in range(STRETCHES):
        typed.append(_typed_a_second(image, trials))
        bare = _lives_a_second(client, image, trials)
        equal.append((bare, _run(folder, path, [_scripted(folder, "same")], trials)))
    for _ in range(2):
        bare = _lives_a_second(client, image, trials)
        own.append((bare, _run(folder, path, [_scripted(folder, uuid.uuid4().hex) for _ in range(trials)], 1)))
    share = statistics.median(rate / bare for bare, (rate, _) in equal)
    of_typed = statistics.median(rate / bare for bare, (_, (rate, _)) in zip(typed, equal, strict=True))
    bares = [bare for bare, _ in (*equal, *own)]
    rows = (
        Row(what="`docker run --rm` of `true` a minute", measured=f"{60 * statistics.median(typed):.0f}"),
        Row(what="bare containers a minute, through the API alone", measured=f"{60 * statistics.median(bares):.0f}"),
        Row(
            what="trials a minute that end in the same tree (a container each, judged once)",
            measured=f"{60 * statistics.median(rate for _, (rate, _) in equal):.0f}, {100 * of_typed:.0f}%",
            aim=f"≥ {100 * AIM:.0f}% of the first row",
            holds=of_typed >= AIM,
        ),
        Row(what="the same, of bare containers through the API alone", measured=f"{100 * share:.0f}%"),
        Row(
            what="trials a minute that each end in another tree (two containers and a run of the tests each)",
            measured=f"{60 * statistics.median(rate for _, (rate, _) in own):.0f}, "
            f"{100 * statistics.median(made * rate / bare for bare, (rate, made) in own):.0f}% in containers",
        ),
    )
    how = (
        f"{TRIALS} trials of twenty calls (9 read, 6 run a command, 4 write, 1 hands in), a model without latency, "
        f"{CONCURRENCY} at a time, in {STRETCHES} stretches, each beside as many lives of bare containers with the "
        "same bounds: created, started, removed; and beside as many `docker run`."
    )
    return Section(title="Throughput", how=how, rows=rows)


def _scripted(folder: Path, mark: str) -> Candidate:
    return parse_candidate(write_turns(folder / f"{mark}.jsonl", twenty_calls(mark)))


def _lives_a_second(client: docker.DockerClient, image: str, count: int) -> float:
    def life(number: int) -> None:
        labels = owner.labels(run=uuid.uuid4().hex, trial="bench", role="bench")
        Container.start(client, image, labels=labels, resources=Resources(), keep_workspace=True).remove()

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        started = time.perf_counter()
        list(pool.map(life, range(count)))
        return count / (time.perf_counter() - started)


def _typed_a_second(image: str, count: int) -> float:
    """Containers as a person starts them, on the command line."""
    command = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "true", image]

    def life(number: int) -> None:
        subprocess.run(command, check=True, capture_output=True)

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        started = time.perf_counter()
        list(pool.map(life, range(count)))
        return count / (time.perf_counter() - started)


def _run(folder: Path, path: Path, candidates: Sequence[Candidate], repeats: int) -> tuple[float, float]:
    """Trials a second from the first that ended to the last; containers that each took."""
    plan = make_plan([loader.load_task(path)], candidates, (), repeats)
    directory = RunDirectory(folder / uuid.uuid4().hex)
    progress = Clock()

    async def go() -> None:
        tools, bounds = toolbox.load_tools(), bounds_for(CONCURRENCY)
        await run_plan(plan, directory, tools=tools, bounds=bounds, resume=False, progress=progress)

    anyio.run(go)
    judged = 0
    for trial in plan.trials:
        events = read_events(directory.path / "trials" / trial.key)
        assert events[-1].data["verdict"] == "accepted", events[-1]
        judged += sum(not event.data["cached"] for event in events if event.kind == "check.ran")
    rate = (len(plan.trials) - 1) / (progress.ends[-1] - progress.ends[0])
    return rate, 1 + judged / len(plan.trials)
