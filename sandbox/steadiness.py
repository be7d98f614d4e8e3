"""Hidden tests that end otherwise from run to run on the very same tree: the reference's."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from sandbox.adding.proving import Bench
from sandbox.adding.sorting import named, settled
from sandbox.env import images, owner
from sandbox.events import Event
from sandbox.history_reader import Reader
from sandbox.index import Index
from sandbox.journal import HISTORY
from sandbox.story import State, Story, read_story
from sandbox.task import Task
from sandbox.threads import in_thread, once
from sandbox.tree import Tree

Outcomes = Mapping[str, str]

# Whoever asks for more than these wants them independent of each other.
MOST_AT_ONCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The reference of a task: events and folder are those of the oracle's trial.

    fresh: no run is taken from the cache.
    """

    task: Task
    image: str
    tests: Tree
    events: Sequence[Event]
    folder: Path
    fresh: bool = False


def seen(events: Sequence[Event]) -> list[Outcomes]:
    """The outcome of each hidden test, check by check, on what the reference left at the end."""
    story = read_story(events)
    state = _end(story)
    if state is None:
        return []
    checks = story.checks.get((state.tree, story.last_exam), ())
    return [check["outcomes"] for check in checks if check.get("selected") is None]


def _end(story: Story) -> State | None:
    ended = [mark for mark in story.marks if mark.tier == "T0"]
    return story.states[ended[-1].state] if ended and story.states else None


def flaky(runs: Sequence[Outcomes]) -> Iterator[str]:
    """A line that names the tests whose outcomes differ; none if there are none."""
    if len(runs) < 2:
        return
    _, odd = settled(runs)
    if odd:
        yield f"flaky: in {len(runs)} runs on the reference these end otherwise from run to run: {named(sorted(odd))}"


async def run_more(
    client: Any, reference: Reference, before: Sequence[Outcomes], *, runs: int, run: str
) -> list[Outcomes]:
    """More runs of the hidden tests on what the reference left, each in an order of its own.

    A few are made in one process. What ends otherwise there may have changed something for itself, which no judge
    minds, so the first of them alone counts then and the others are made again, each in a container of its own.

    Args:
        before: the runs so far.
        runs: how many more.
        run: the id under which containers are labelled.

    Raises:
        TaskError: the tests bring their container down.
        SandboxError: the engine or a container failed.
    """
    task, image = reference.task, reference.image
    state = _end(read_story(reference.events))
    if runs < 1 or state is None or state.commit is None:
        return []
    reached = await in_thread(Reader(reference.folder / HISTORY).tree, state.commit)
    labels = owner.labels(run=run, trial="check", role="base")
    bench = Bench(
        client=client,
        run_id=run,
        image=image,
        base=once(lambda: Index.of(images.workspace_of(client, image, labels=labels))),
        say=lambda text: None,
        places=anyio.CapacityLimiter(max(1, os.cpu_count() or 1)),
        fresh=reference.fresh,
    )
    ids = list(task.at_step(max(0, len(task.steps) - 1)).hidden_ids)
    random.Random(task.digest).shuffle(ids)
    first: list[Outcomes] = []
    if runs <= MOST_AT_ONCE:
        quick = await bench.repeated(reached, reference.tests, ids, runs=runs, seed=1, what=task.name)
        if quick is not None and not list(flaky([*before, *quick])):
            return list(quick)
        first = [] if quick is None else list(quick[:1])
    more = max(1, runs - len(first))
    ran = await bench.outcomes(reached, reference.tests, ids, runs=more, seed=1, what=task.name)
    return [*first, *(one.words for one in ran)]
