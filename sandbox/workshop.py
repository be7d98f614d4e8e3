"""What the trials of one run share when they take place in containers: the engine, images, judged trees."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import docker

from sandbox.background import Background, Spares, background
from sandbox.bounds import Bounds
from sandbox.checks import Before, Checks
from sandbox.cp.place import AtJudge
from sandbox.cp.run_judge import RunJudge
from sandbox.cp.run_judge import own_code as cp_code
from sandbox.env import images, loopback, owner
from sandbox.env.container import Container
from sandbox.env.engine import connect as connect_engine
from sandbox.env.engine import talking
from sandbox.env.steady import look_seconds
from sandbox.errors import BadInput, EngineGone, RoadtestError, TaskError
from sandbox.examined import facts_of
from sandbox.harbor.place import InHarbor
from sandbox.journal import Journal
from sandbox.judging import InContainers
from sandbox.kit import Kit
from sandbox.kit_making import KitMaker
from sandbox.llm.client import Client
from sandbox.llm.pacing import Pace
from sandbox.llm.scripted import ScriptedClient, turns_for
from sandbox.lockfile import LockFile
from sandbox.place import Means, Step
from sandbox.plan import Trial
from sandbox.probe import ReadyJudge, own_code
from sandbox.progress import Progress
from sandbox.serving.place import BesideServices, ServiceKit
from sandbox.task import Resources, Task
from sandbox.threads import in_thread
from sandbox.tooling import Toolset

# Seconds that an engine may be away before a run gives up, between two looks for it, and that one look takes.
ENGINE_AWAITED, LOOK_EVERY, LOOK_SECONDS = 60.0, 2.0, 10.0
# Seconds that it is waited for at the end, to remove what is left.
LEAVING_AWAITED = 20.0


@dataclass(slots=True, kw_only=True)
class Workshop:
    """What the trials of one run share: the engine, images, tools, judged trees.

    stopped: why no further trial can come to a verdict, if so.
    paces: how fast each provider is asked.
    """

    client: docker.DockerClient
    run_id: str
    tools: Toolset
    progress: Progress
    directory: Path
    bounds: Bounds = field(default_factory=Bounds)
    checks: Checks = field(default_factory=Checks)
    kits: dict[str, Kit] = field(default_factory=dict)
    broken: dict[str, RoadtestError] = field(default_factory=dict)
    locks: dict[str, anyio.Lock] = field(default_factory=dict)
    paces: dict[tuple[str, str | None], Pace] = field(default_factory=dict)
    stopped: str | None = None
    _building: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(1))
    _judging: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(1))
    _looking: anyio.Lock = field(default_factory=anyio.Lock)
    _has_pattern: bool = False
    _working: tuple[LockFile, KitMaker] | None = None

    @classmethod
    async def connect(
        cls,
        *,
        run_id: str,
        tools: Toolset,
        progress: Progress,
        directory: Path,
        bounds: Bounds | None = None,
        before: Before | None = None,
    ) -> Workshop:
        """One over the engine that answers.

        Args:
            before: what was judged before this run.

        Raises:
            SandboxError: none does, or it is too old.
        """
        client = await in_thread(connect_engine)
        bounds = bounds or Bounds()
        return cls(
            client=client,
            run_id=run_id,
            tools=tools,
            progress=progress,
            directory=directory,
            bounds=bounds,
            checks=Checks(before=before),
            _building=anyio.Semaphore(bounds.builds),
            _judging=anyio.Semaphore(bounds.judges),
        )

    async def versions(self) -> Mapping[str, str]:
        """The engine's."""
        with talking("ask the engine for its version"):
            engine = await in_thread(self.client.version)
        return {
            "engine": str(engine["Version"]),
            "api": str(engine["ApiVersion"]),
            "kernel": str(engine.get("KernelVersion", "")),
        }

    @asynccontextmanager
    async def at_work(self, lock: LockFile) -> AsyncIterator[None]:
        """Remove what dead runs left, see to the base image, and at the end remove what this run still has.

        Raises:
            SandboxError: the engine does not answer, or there is no base image.
        """
        problems = RunJudge(run=self.run_id, most=self.bounds.judges, say=self.progress.say)
        try:
            async with background() as beside:
                judges = Spares(background=beside, fit=ReadyJudge.is_fit, dispose=ReadyJudge.dispose)
                try:
                    base, machine = await self._settled_in()
                    self._working = lock, self._kit_maker(base, machine, beside, judges, problems)
                    yield
                finally:
                    with anyio.CancelScope(shield=True):
                        await judges.close()
        finally:
            problems.close()
            await self._leave_nothing()

    def _kit_maker(
        self, base: str, machine: str, beside: Background, judges: Spares[ReadyJudge], problems: RunJudge
    ) -> KitMaker:
        return KitMaker(
            client=self.client,
            run_id=self.run_id,
            base=base,
            machine=machine,
            bases=self.directory / "bases",
            tools=self.tools,
            checks=self.checks,
            judge_places=self._judging,
            background=beside,
            judges=judges,
            run_judge=problems,
            say=self.progress.say,
        )

    async def _settled_in(self) -> tuple[str, str]:
        """The base image, and what machines it is for."""
        try:
            return await self._settle_in()
        except EngineGone:
            await self.look_around()
            return await self._settle_in()

    async def _settle_in(self) -> tuple[str, str]:
        await in_thread(owner.reap, self.client)
        base = await in_thread(images.ensure_base, self.client, say=self.progress.say)
        return base, await in_thread(images.machine_of, self.client)

    async def _leave_nothing(self) -> None:
        """Remove whatever this run still has in the engine; if that stays away, the next run does it."""
        with anyio.CancelScope(shield=True):
            given_up = time.monotonic() + LEAVING_AWAITED
            while True:
                with contextlib.suppress(RoadtestError):
                    await in_thread(owner.reap, self.client, run=self.run_id)
                    return
                # An engine that is starting anew at the very end is waited for; one that was given up is not.
                if self.stopped or time.monotonic() >= given_up:
                    return
                await anyio.sleep(LOOK_EVERY)

    async def look_around(self) -> None:
        """Wait a while for an engine that is gone (it may be starting anew); stop the run if it stays away."""
        async with self._looking:
            given_up = time.monotonic() + ENGINE_AWAITED
            while not self.stopped:
                try:
                    await in_thread(_look)
                    return
                except EngineGone as exc:
                    if time.monotonic() >= given_up:
                        self.stopped = str(exc)
                    else:
                        self.progress.say(f"waiting for the Docker engine: {exc}")
                        await anyio.sleep(LOOK_EVERY)

    def means(self, trial: Trial, journal: Journal) -> Means:
        """Containers, and the candidate itself."""

        async def prepare(step: Step) -> InContainers | AtJudge:
            step("waiting for the image")
            kit = await self.kit(trial.task)
            if trial.task.problem is not None:
                return AtJudge(kit, trial, journal)
            if trial.task.services:
                return BesideServices(kit, trial, journal)
            return (InContainers if trial.task.harbor is None else InHarbor)(kit, trial, journal)

        return Means(prepare=prepare, connect=lambda: connect(trial), pace=self._pace(trial))

    def is_paused(self, trial: Trial) -> bool:
        """Whether the provider of a trial's candidate asked for patience."""
        pace = self._pace(trial)
        return pace is not None and pace.paused_for > 0

    def _pace(self, trial: Trial) -> Pace | None:
        candidate = trial.candidate
        if candidate.scripted:
            return None
        # Keys have allowances of their own.
        who = candidate.model_name.partition("/")[0], f"{candidate.api_base} {candidate.key}"
        return self.paces.setdefault(who, Pace(self.bounds.model_calls))

    async def make_ready(self, task: Task) -> None:
        """Build the image of a task, if need be, and read what its trials share."""
        with contextlib.suppress(Exception):  # each of its trials will be told
            await self.kit(task)

    def done_with(self, task: Task) -> None:
        """Forget what only the trials of a task need; a run may have many tasks."""
        kit = self.kits.pop(task.name, None)
        self.locks.pop(task.name, None)
        if kit is not None:
            self.checks.drop(kit.image)
            self._at_work()[1].judges.drop(lambda of: isinstance(of, tuple) and of[0] == task.name)

    async def kit(self, task: Task) -> Kit:
        """The kit of a task; its image is built when the first trial asks."""
        lock = self.locks.setdefault(task.name, anyio.Lock())
        async with lock:
            if task.name in self.broken:
                raise self.broken[task.name]
            if task.name not in self.kits:
                self._see_to_pattern(task)
                try:
                    async with self._building:
                        self.kits[task.name] = await in_thread(self._at_work()[1].make, task)
                except (BadInput, TaskError) as exc:
                    self.broken[task.name] = exc
                    raise
                self._write_down(task, self.kits[task.name])
            return self.kits[task.name]

    def _see_to_pattern(self, task: Task) -> None:
        """Have containers without a network started at half the price, if this is the first task that needs any."""
        if self._has_pattern or task.harbor is not None or task.problem is not None:
            return
        self._has_pattern = True
        self._at_work()[1].background.begin(self._make_pattern)

    def _make_pattern(self) -> None:
        labels = owner.labels(run=self.run_id, trial="", role="pattern")
        ended, (_, maker) = {"command": ["true"]}, self._at_work()
        container = Container.start(
            self.client, maker.base, labels=labels, resources=Resources(), keep_workspace=False, changes=ended
        )
        loopback.learn(self.client, container.id)

    def _write_down(self, task: Task, kit: Kit) -> None:
        lock = self._at_work()[0]
        lock.add_image(task.name, kit.image)
        if isinstance(kit.surroundings, ServiceKit):
            lock.add_services(task.name, kit.surroundings.images)
        code = own_code() if task.problem is None else cp_code()
        lock.add_exams(task.name, facts_of(kit.exams[0].task, (exam.tests for exam in kit.exams), code))

    def _at_work(self) -> tuple[LockFile, KitMaker]:
        assert self._working is not None, "a kit is made while at work"
        return self._working


def _look() -> None:
    """Return if the engine answers."""
    connect_engine(min(LOOK_SECONDS, look_seconds())).close()


def connect(trial: Trial) -> Client:
    """The client that a trial's candidate is asked through."""
    if trial.candidate.scripted:
        return ScriptedClient(turns_for(trial.plays, trial.task), persistent=bool(trial.how.faults))
    from sandbox.llm.litellm_client import LiteLLMClient

    return LiteLLMClient(trial.candidate)
