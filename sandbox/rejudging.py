"""Judging a run again: the stored trees of its finished trials, by their tasks as they are now.

    RUN ─ finished trials ─► log without its checks ─ judges ─► record ─► RUN/rejudged/N
                                                                            what moved, and why

Nothing of the run is changed. What is written is laid out as a run, so that whatever reads runs reads it.

    RUN/rejudged/N/lock.json       as a run's, with `rejudged`: what it was judged by then and now
    RUN/rejudged/N/results.jsonl   one terminal record a trial
    RUN/rejudged/N/moved.json      what moved and why; there once all is done
    RUN/rejudged/N/trials/         logs with what was found now; histories are links to those of the run
"""

from __future__ import annotations

import json
import platform
import sys
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from sandbox import __version__
from sandbox.bounds import Bounds
from sandbox.condition import of_log
from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.events import Event
from sandbox.journal import RunDirectory, now, read_events, write_whole
from sandbox.limits import limits_for
from sandbox.lockfile import LockFile
from sandbox.plan import Candidate, Trial
from sandbox.progress import Progress
from sandbox.rejudge_scope import Scope, task_of
from sandbox.rejudge_tally import Tally
from sandbox.rejudge_trial import begin, keep_as_it_is, rejudge_trial
from sandbox.report.moved import Rejudging, data_of
from sandbox.retold import is_finished, misfit, retold, stays_because
from sandbox.room import need_room
from sandbox.secrecy import without_secrets
from sandbox.showing import MISREAD
from sandbox.task import Task
from sandbox.threads import in_thread
from sandbox.tooling import Toolset
from sandbox.workshop import Workshop

FOLDER = "rejudged"


async def rejudge(scope: Scope, *, tools: Toolset, concurrency: int, progress: Progress) -> Rejudging:
    """Judge what `scope` holds, and say what moved.

    Args:
        concurrency: how many trials are judged at a time.

    Raises:
        SandboxError: no engine, or no base image.
        HarnessError: nothing can be written beside the run.
    """
    run_id = uuid.uuid4().hex
    need_room(scope.run)
    bounds = Bounds(judges=concurrency)
    shop = await Workshop.connect(
        run_id=run_id, tools=tools, progress=progress, directory=scope.run / FOLDER, bounds=bounds
    )
    versions = {"roadtest": __version__, "python": platform.python_version(), **await shop.versions()}
    shop.directory = _new_place(scope.run)
    progress.say(f"judging again into {shop.directory}")
    lock = LockFile(shop.directory / "lock.json", _document(scope, run_id, versions))
    lock.save()
    work = _Work(
        scope=scope,
        tally=Tally(scope=scope),
        shop=shop,
        lock=lock,
        directory=RunDirectory(shop.directory),
        progress=progress,
        left=Counter(task_of(record) for record in scope.records),
    )
    progress.start(len(scope.records), 0)
    async with shop.at_work(lock):
        await _judge_all(work, concurrency)
    found = work.tally.outcome(work.directory.results, directory=str(shop.directory), stopped=shop.stopped)
    _finish(work, found)
    return found


def _new_place(run: Path) -> Path:
    """A directory beside the run's trials that is not there yet: 1, 2 and so on."""
    with boundary(HarnessError, f"write to {run / FOLDER}"):
        (run / FOLDER).mkdir(exist_ok=True)
        names = [path.name for path in (run / FOLDER).iterdir()]
        number = 1 + max((int(name) for name in names if name.isascii() and name.isdigit()), default=0)
        while True:
            try:
                (run / FOLDER / str(number)).mkdir()
                return run / FOLDER / str(number)
            except FileExistsError:  # another one began at the same moment
                number += 1


def _document(scope: Scope, run_id: str, versions: Mapping[str, str]) -> dict[str, Any]:
    then = scope.lock["inputs"]
    digests = {name: {"then": then["tasks"].get(name), "now": task.digest} for name, task in scope.tasks.items()}
    gone = {one.task: {"then": then["tasks"].get(one.task), "now": None} for one in scope.left_out}
    return {
        "v": 1,
        "at": now(),
        "run": run_id,
        "argv": [without_secrets(word) for word in sys.argv[1:]],
        "inputs": {
            **then,
            "tasks": {name: task.digest for name, task in scope.tasks.items()},
            "images": {},
            "exams": {},
            "trials": [record["trial"] for record in scope.records],
        },
        "versions": dict(versions),
        "replay": scope.lock.get("replay"),
        "rejudged": {
            "run": scope.lock["run"],
            "began": scope.lock["at"],
            "complete": False,
            "tasks": {**digests, **gone},
            "images": {},
            "tests": {},
            "versions": scope.lock["versions"],
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What every trial that is judged again is handed. left: how many of each task are not done."""

    scope: Scope
    tally: Tally
    shop: Workshop
    lock: LockFile
    directory: RunDirectory
    progress: Progress
    left: Counter[str]


async def _judge_all(work: _Work, concurrency: int) -> None:
    """Judge trials, `concurrency` at a time, until all are done or something stops it."""
    places = anyio.Semaphore(concurrency)
    async with anyio.create_task_group() as group:
        for was in work.scope.records:
            await places.acquire()
            if work.shop.stopped:
                break
            group.start_soon(_one, was, work, places)


async def _one(was: Mapping[str, Any], work: _Work, places: anyio.Semaphore) -> None:
    """One trial, from its log of the run to its record of now; whatever happens, its place is given back."""
    try:
        await _look_at(was, work)
    except (BadInput, *MISREAD) as exc:
        words = str(exc) if isinstance(exc, BadInput) else f"the events of its log do not fit together: {exc!r}"
        work.tally.fail(was, words)
    except HarnessError as exc:
        work.shop.stopped = str(exc)
    finally:
        places.release()
        task = work.scope.tasks[task_of(was)]
        work.left[task.name] -= 1
        if not work.left[task.name]:
            work.shop.done_with(task)


async def _look_at(was: Mapping[str, Any], work: _Work) -> None:
    """Judge a trial, if there is something of it to be judged."""
    source, task = work.scope.run / "trials" / was["trial"], work.scope.tasks[task_of(was)]
    then = await in_thread(read_events, source)
    if not is_finished(then):
        work.tally.reopen(was)
    elif (why := misfit(then, task)) is not None:
        work.tally.leave_out(was, why)
    elif (why := stays_because(then)) is not None:
        await in_thread(keep_as_it_is, work.directory.path / "trials" / was["trial"], source)
        work.tally.stayed[was["trial"]] = f"{was['verdict']}, {why}"
        work.directory.append(was)
        work.progress.done(was["trial"], was)
    else:
        await _judge(was, then, source, work)


async def _judge(was: Mapping[str, Any], then: Sequence[Event], source: Path, work: _Work) -> None:
    key, trial = was["trial"], _trial(was, then, work.scope.tasks[task_of(was)])

    def step(text: str) -> None:
        work.progress.step(key, text)

    judged_by = {"version": __version__, "task_digest": trial.task.digest}
    journal = await in_thread(
        lambda: begin(work.directory.path / "trials" / key, retold(then, trial.task, judged_by), source)
    )
    try:
        done = await rejudge_trial(trial, journal, work.shop.kit, step)
    finally:
        journal.close()
    # What a record holds beside what its log tells, as the number of attempts, is as it was.
    record = {**was, **done.record}
    work.directory.append(record)
    inputs = work.lock.document["inputs"]
    work.tally.add(was, then, record, done.events, failure=done.failure, inputs=inputs)
    work.progress.done(key, record)
    if done.failure is not None:
        await work.shop.look_around()


def _trial(was: Mapping[str, Any], then: Sequence[Event], task: Task) -> Trial:
    """The trial as judges need it; nobody asks its candidate any more."""
    opened = then[0].data["candidate"]
    return Trial(
        task=task,
        candidate=Candidate(name=opened["name"], kind=opened["kind"], settings=opened["settings"]),
        condition=was["condition"],
        repeat=was["repeat"],
        limits=limits_for({}, scripted=True, task_seconds=task.agent_seconds),
        terms=of_log(then[0].data),
    )


def _finish(work: _Work, found: Rejudging) -> None:
    """Write down what moved, and that all is done if it is."""
    facts, tally = work.lock.document["rejudged"], work.tally
    then, now_used = work.scope.lock["inputs"].get("images", {}), work.lock.document["inputs"]["images"]
    facts["images"] = {name: {"then": then.get(name), "now": image} for name, image in now_used.items()}
    facts["tests"] = {
        task: {side: sorted(digests) for side, digests in sides.items()} for task, sides in tally.digests.items()
    }
    facts["complete"] = found.complete
    with boundary(HarnessError, f"write to {work.directory.path}"):
        write_whole(work.directory.path / "moved.json", json.dumps(data_of(found), indent=1).encode("ascii") + b"\n")
    work.lock.save()
