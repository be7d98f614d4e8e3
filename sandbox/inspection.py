"""Looking into tasks once their trials are over: what candidates could find, and tests that are not steady."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio

from sandbox import soundness, steadiness
from sandbox.env import images, owner
from sandbox.env.engine import connect
from sandbox.errors import RoadtestError, TaskError
from sandbox.exposure import base_files, exposed
from sandbox.journal import RunDirectory, read_events
from sandbox.parts import Parts
from sandbox.proofs import Proofs
from sandbox.task import Task
from sandbox.threads import in_thread, once
from sandbox.tooling import Toolset


@dataclass(frozen=True, slots=True, kw_only=True)
class Closer:
    """What it takes to look closer.

    directory: of the run that proved the tasks. oracles: the keys of the reference's trials, by task.
    runs: of the hidden tests on the reference, at least. proofs: from earlier checks.
    """

    directory: RunDirectory
    oracles: Mapping[str, str]
    tools: Toolset
    runs: int
    proofs: Proofs | None = None
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)


async def look_closer(
    closer: Closer, tasks: Sequence[Task], parts: Mapping[str, Parts | None], *, concurrency: int
) -> dict[str, list[str]]:
    """What does not hold of each task, some looked into at a time.

    Args:
        parts: what their recipes come to, by task.

    Raises:
        SandboxError, HarnessError: the engine or the disk failed.
    """
    built = json.loads(closer.directory.lock_file.read_text("ascii"))["inputs"]["images"]
    # Harbor tasks are their authors'; a problem's candidate has no container; what has no image has its fault already.
    ours = [task for task in tasks if task.harbor is None and task.problem is None]
    wanted = [task for task in ours if task.name in built]
    if not wanted:
        return {}
    client = await in_thread(connect)
    places, failures = anyio.CapacityLimiter(concurrency), list[RoadtestError]()
    faults: dict[str, list[str]] = {}

    async def one(task: Task, known: Callable[[], Sequence[str]]) -> None:
        async with places:
            if failures:
                return
            try:
                faults[task.name] = await _look(closer, client, task, built[task.name], parts[task.name], known)
            except TaskError as exc:
                faults[task.name] = [str(exc)]
            except RoadtestError as exc:
                failures.append(exc)

    try:
        base = await in_thread(images.ensure_base, client, say=lambda text: None)
        known = once(lambda: base_files(client, base, run=closer.run_id))
        async with anyio.create_task_group() as group:
            for task in wanted:
                group.start_soon(one, task, known)
    finally:
        with anyio.CancelScope(shield=True), suppress(RoadtestError):
            await in_thread(owner.reap, client, run=closer.run_id)
    if failures:
        raise failures[0]
    return faults


async def _look(
    closer: Closer, client: Any, task: Task, image: str, parts: Parts | None, known: Callable[[], Sequence[str]]
) -> list[str]:
    hidden = soundness.hidden(task, parts)
    search = partial(exposed, client, task, image, hidden, known=known, proofs=closer.proofs)
    faults = await in_thread(lambda: search(tools=closer.tools, run=closer.run_id))
    key = closer.oracles[task.name]
    if key not in closer.directory.results:
        return faults
    folder = closer.directory.path / "trials" / key
    events = read_events(folder)
    seen = steadiness.seen(events)
    # Outside a trial there are no services that the tests could ask.
    if seen and len(seen) < closer.runs and not task.services:
        reference = steadiness.Reference(
            task=task,
            image=image,
            tests=hidden.tests,
            events=events,
            folder=folder,
            fresh=closer.proofs is not None and closer.proofs.fresh,
        )
        seen += await steadiness.run_more(client, reference, seen, runs=closer.runs - len(seen), run=closer.run_id)
    return [*faults, *steadiness.flaky(seen)]
