"""A run: a plan carried out into a run directory.

    plan → base image → trials, some at a time → results.jsonl
                        each: its task's image (built once) → trial → record

What is finished is never lost: each record is on the disk before the next trial
starts, and a run that stopped goes on with --resume.
"""

from __future__ import annotations

import contextlib
import platform
import shutil
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import docker

from sandbox import __version__, recipe
from sandbox.background import Background, Spares, background
from sandbox.env import images, owner
from sandbox.env.engine import connect as connect_engine
from sandbox.errors import BadInput, EngineGone, HarnessError, RoadtestError, TaskError
from sandbox.history import Base, make_base
from sandbox.journal import Journal, RunDirectory
from sandbox.limits import Given
from sandbox.llm.client import Client
from sandbox.llm.scripted import ScriptedClient, turns_for
from sandbox.lockfile import LockFile
from sandbox.plan import Candidate, Plan, Trial
from sandbox.probe import Check, ReadyJudge, tests_digest
from sandbox.progress import Progress
from sandbox.score import NO_VERDICT
from sandbox.task import Task
from sandbox.threads import in_thread
from sandbox.toolbox import narrowed
from sandbox.tooling import Toolset
from sandbox.treefiles import read_tree
from sandbox.trial import Kit, Step, run_trial

LEAST_ROOM = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended. `stopped` says why trials are missing, if any are."""

    directory: Path
    records: tuple[dict[str, Any], ...]
    missing: int
    stopped: str | None

    @property
    def complete(self) -> bool:
        """Every trial has a verdict that says something about its candidate."""
        return not self.missing and all(record["verdict"] not in NO_VERDICT for record in self.records)


@dataclass(slots=True, kw_only=True)
class Workshop:
    """What the trials of one run share: the engine, images, tools, judged trees."""

    client: docker.DockerClient
    run_id: str
    tools: Toolset
    progress: Progress
    lock: LockFile
    directory: Path
    background: Background
    judges: Spares[ReadyJudge]
    base: str = ""
    machine: str = ""
    checks: dict[tuple[str, str, str], Check] = field(default_factory=dict)
    judging: dict[tuple[str, str, str], anyio.Lock] = field(default_factory=dict)
    kits: dict[str, Kit] = field(default_factory=dict)
    broken: dict[str, RoadtestError] = field(default_factory=dict)
    locks: dict[str, anyio.Lock] = field(default_factory=dict)
    stopped: str | None = None

    async def open(self) -> None:
        """Remove what dead runs left, and see to the base image."""
        await in_thread(owner.reap, self.client)
        self.base = await in_thread(images.ensure_base, self.client, say=self.progress.say)
        self.machine = await in_thread(images.machine_of, self.client)

    async def look_at_engine(self) -> None:
        """Stop the run if the engine is gone: no further trial could come to a verdict."""
        try:
            await in_thread(connect_engine)
        except EngineGone as exc:
            self.stopped = str(exc)

    async def close(self) -> None:
        """Put away the judges that nobody needed."""
        with anyio.CancelScope(shield=True):
            await self.judges.close()

    async def kit(self, task: Task) -> Kit:
        """The kit of a task; its image is built when the first trial asks."""
        lock = self.locks.setdefault(task.name, anyio.Lock())
        async with lock:
            if task.name in self.broken:
                raise self.broken[task.name]
            if task.name not in self.kits:
                try:
                    self.kits[task.name] = await in_thread(self._make_kit, task)
                except (BadInput, TaskError) as exc:
                    self.broken[task.name] = exc
                    raise
                self.lock.add_image(task.name, self.kits[task.name].image)
            return self.kits[task.name]

    def _make_kit(self, task: Task) -> Kit:
        folder = complete_directory(task, machine=self.machine)
        image = images.ensure_task(
            self.client,
            folder,
            base=self.base,
            timeout=task.build_seconds,
            name=task.name,
            say=self.progress.say,
        )
        tests = {path: entry for path, entry in read_tree(folder / "tests").items() if path != "guards.txt"}
        return Kit(
            client=self.client,
            run_id=self.run_id,
            image=image,
            base=self._base_of(image),
            tests=tests,
            tests_digest=tests_digest(task, tests),
            solution=read_tree(folder / "solution"),
            tools=narrowed(self.tools, task.tools, wanted_by=f"{task.path}/task.toml"),
            checks=self.checks,
            judging=self.judging,
            background=self.background,
            judges=self.judges,
        )

    def _base_of(self, image: str) -> Base:
        """The image's own workspace as the base of histories, made once for each image of a run."""
        tree = images.workspace_of(self.client, image, labels=owner.labels(run=self.run_id, trial="", role="base"))
        folder = self.directory / "bases" / f"{image.replace('/', '-').replace(':', '-')}.git"
        return make_base(folder, tree, title="The untouched workspace")


def complete_directory(task: Task, *, machine: str) -> Path:
    """The task's directory with environment, tests and solution in it."""
    return recipe.lay_out(task, machine=machine) if task.release else Path(task.path)


async def run_plan(
    plan: Plan,
    directory: RunDirectory,
    *,
    tools: Toolset,
    concurrency: int,
    resume: bool,
    progress: Progress,
) -> Outcome:
    """Carry out a plan.

    Args:
        concurrency: how many trials go on at a time.
        resume: go on in a directory that holds a run already.

    Raises:
        BadInput: the directory holds another run, or something else.
        SandboxError: no engine, or no base image.
        HarnessError: the directory cannot be written.
    """
    refuse_foreign(directory, resume)
    with directory.taken():
        _need_room(directory.path)
        directory.load()
        client = await in_thread(connect_engine)
        run_id = uuid.uuid4().hex
        lock = LockFile.write(directory.lock_file, plan, tools, await in_thread(versions, client), run_id=run_id)
        directory.forget({key for key, record in directory.results.items() if record["verdict"] in NO_VERDICT})
        left = [trial for trial in plan.trials if trial.key not in directory.results]
        progress.start(len(plan.trials), len(plan.trials) - len(left))
        try:
            async with background() as beside:
                shop = Workshop(
                    client=client,
                    run_id=run_id,
                    tools=tools,
                    progress=progress,
                    lock=lock,
                    directory=directory.path,
                    background=beside,
                    judges=Spares(background=beside, fit=ReadyJudge.is_fit, dispose=ReadyJudge.dispose),
                )
                try:
                    if left:
                        await shop.open()
                        await _run_all(left, directory, shop, concurrency)
                finally:
                    await shop.close()
        finally:
            await _leave_nothing(client, run_id)
    records = tuple(directory.results[trial.key] for trial in plan.trials if trial.key in directory.results)
    missing = len(plan.trials) - len(records)
    return Outcome(directory=directory.path, records=records, missing=missing, stopped=shop.stopped)


async def _leave_nothing(client: docker.DockerClient, run_id: str) -> None:
    """Remove whatever a run still has in the engine; if that is gone, the next run does it."""
    with anyio.CancelScope(shield=True), contextlib.suppress(RoadtestError):
        await in_thread(owner.reap, client, run=run_id)


def _need_room(path: Path) -> None:
    free = shutil.disk_usage(path).free
    if free < LEAST_ROOM:
        raise HarnessError(
            f"{path}: only {free >> 20} MiB are free there and a run needs {LEAST_ROOM >> 20}; "
            "make room, or give another --out"
        )


async def _run_all(left: Sequence[Trial], directory: RunDirectory, shop: Workshop, concurrency: int) -> None:
    """Run trials, `concurrency` at a time, until all are done or something stops the run."""
    places = anyio.Semaphore(concurrency)
    async with anyio.create_task_group() as group:
        for trial in left:
            await places.acquire()
            if shop.stopped:
                break
            group.start_soon(_one, trial, directory, shop, places)


async def _one(trial: Trial, directory: RunDirectory, shop: Workshop, places: anyio.Semaphore) -> None:
    """One trial into its directory and the results; whatever happens, its place is given back."""

    async def prepare(step: Step) -> Kit:
        step("waiting for the image")
        return await shop.kit(trial.task)

    def step(text: str) -> None:
        shop.progress.step(trial.key, text)

    try:
        journal = Journal.open(directory.path / "trials" / trial.key)
        try:
            record = await run_trial(trial, journal, prepare=prepare, connect=lambda: connect(trial), step=step)
        finally:
            journal.close()
        directory.append(record)
        shop.progress.done(trial.key, record)
        if record["verdict"] in NO_VERDICT:
            await shop.look_at_engine()
    except HarnessError as exc:
        shop.stopped = str(exc)
    finally:
        places.release()


def connect(trial: Trial) -> Client:
    """The client that a trial's candidate is asked through."""
    if trial.candidate.scripted:
        return ScriptedClient(turns_for(trial.candidate, trial.task))
    from sandbox.llm.litellm_client import LiteLLMClient

    return LiteLLMClient(trial.candidate)


def check_tasks(tasks: Sequence[Task], tools: Toolset) -> None:
    """Whether every task names tools and releases that exist, before anything is started.

    Releases that are not in the cache yet are fetched and held against their hashes.

    Raises:
        BadInput: naming the file and the field.
        HarnessError: the package index cannot be reached.
    """
    for task in tasks:
        narrowed(tools, task.tools, wanted_by=f"{task.path}/task.toml")
        if task.release:
            recipe.pins(task)
    for task in tasks:
        if task.release:
            recipe.parts_of(task)


def check_candidates(candidates: Sequence[Candidate], tasks: Sequence[Task], *, limits: Given) -> None:
    """Whether every candidate can be asked and held to its limits, before anything is started.

    Args:
        limits: what was typed after --limit.

    Raises:
        BadInput: an unknown provider, a missing key, a broken turns file, a limit on cost without a price.
    """
    for candidate in candidates:
        if candidate.kind == "file":
            turns_for(candidate, tasks[0])
        elif not candidate.scripted:
            from sandbox.llm.providers import check_model, check_price

            check_model(candidate)
            check_price(candidate, limits.get("cost"))


def refuse_foreign(directory: RunDirectory, resume: bool) -> None:
    """Refuse a directory that is in use for something else.

    Raises:
        BadInput: it holds a run and --resume was not given, or files that are no run's.
    """
    if not directory.path.exists():
        return
    if not directory.path.is_dir():
        raise BadInput(f"--out {directory.path}: is not a directory")
    if directory.lock_file.exists():
        if not resume:
            raise BadInput(f"--out {directory.path}: holds a run already; add --resume to go on with it")
    elif any(path.name != ".lock" for path in directory.path.iterdir()):
        raise BadInput(f"--out {directory.path}: holds files that are not a run's; choose another directory")


def versions(client: docker.DockerClient) -> dict[str, str]:
    """What the run was made with."""
    engine = client.version()
    return {
        "roadtest": __version__,
        "python": platform.python_version(),
        "engine": str(engine["Version"]),
        "api": str(engine["ApiVersion"]),
        "kernel": str(engine.get("KernelVersion", "")),
    }


def new_directory(root: Path = Path("runs")) -> Path:
    """A directory below `root` that is not there yet, named by the time."""
    stamp = time.strftime("%Y-%m-%d_%H-%M-%S")
    for suffix in ["", *(f"_{number}" for number in range(2, 100))]:
        path = root / (stamp + suffix)
        if not path.exists():
            return path
    raise HarnessError(f"{root}: has a hundred runs of this second")
