"""The place of a trial of a task with services: they stand beside the agent's container, and their state is kept.

before the candidate is asked   services up, their state written down
at each checkpoint              once the workspace is read: state and service log
judging                         hidden tests on the tree, if there are any; the outcome, from what was written down
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.env import owner
from sandbox.env.constellation import Constellation, Setup
from sandbox.env.container import Container
from sandbox.env.container_options import describe_bounds
from sandbox.env.workspace import AgentEnvironment
from sandbox.events import Event
from sandbox.judging import InContainers
from sandbox.kit import NO_TESTS, Exam, opened
from sandbox.outcomes.spec import Spec
from sandbox.plan import ORACLE
from sandbox.probe import ReadyJudge
from sandbox.probing import Want
from sandbox.serving import verdict
from sandbox.serving.bench import Keeper, ServedBench
from sandbox.task import Task
from sandbox.threads import in_thread
from sandbox.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceKit:
    """What the trials of a task with services share beside their kit. images, seeds: as in `Setup`."""

    images: Mapping[str, str]
    seeds: Mapping[str, bytes]

    def named(self, digest: str, task: Task) -> str:
        """What a tree is judged by, named: hidden tests, and what stands beside them. digest: that of the tests."""
        seeds = {name: hashlib.sha256(seed).hexdigest() for name, seed in self.seeds.items()}
        words = (digest, sorted(self.images.items()), sorted(seeds.items()), task.services, task.environment)
        return hashlib.sha256(repr(words).encode()).hexdigest()


class Served:
    """The agent's environment with the services beside it, as `kit.Removable`."""

    def __init__(self, env: AgentEnvironment, services: Constellation) -> None:
        self._env = env
        self.services = services
        self.transport = env.transport
        self.call = env.call
        self.hold = env.hold
        self.doubt = env.doubt
        self.seal = env.seal
        self.look = env.look
        self.quarters = env.quarters
        self.look_alive = env.look_alive

    @property
    def container(self) -> Container:
        """The agent's."""
        return self._env.container

    def close(self) -> None:
        """Remove all of it."""
        try:
            self._env.close()
        finally:
            self.services.close()


class BesideServices(InContainers):
    """The place of one trial of a task with services."""

    def __enter__(self) -> BesideServices:
        if self._trial.task.hidden_ids:
            super().__enter__()
        return self

    def workbench(self) -> AbstractAsyncContextManager[ServedBench]:
        """The agent's container, services beside it, and the history of the workspace."""
        return self._workbench()

    @asynccontextmanager
    async def _workbench(self) -> AsyncIterator[ServedBench]:
        up: list[Served] = []

        def start() -> tuple[Served, dict[str, Any]]:
            served, facts = self._start()
            up.append(served)
            return served, facts

        bounds = {**describe_bounds(self._trial.task.resources), "network_mode": "loopback, with services"}
        async with opened(self._kit, self._trial, self._journal, start, bounds) as bench:
            keeper = Keeper(up[0].services, self._journal)
            await keeper.keep(verdict.START, self._journal.events[-1])
            yield ServedBench(bench, keeper)

    def _start(self) -> tuple[Served, dict[str, Any]]:
        """Services and, beside them as they come up, the agent's container. Blocks."""
        kit, trial = self._kit, self._trial
        chance = f"{trial.draw('services').getrandbits(64):016x}"
        setup = self._setup(trial.how.service_faults, chance)
        services = Constellation.open(kit.client, setup, run=kit.run_id, trial=trial.key)
        made: list[AgentEnvironment] = []

        def start_agent() -> dict[str, Any]:
            env, facts = AgentEnvironment.start(
                kit.client,
                kit.image,
                labels=owner.labels(run=kit.run_id, trial=trial.key, role="agent"),
                resources=trial.task.resources,
                tools=kit.tools,
                environment=trial.task.environment,
                solution=kit.solution if trial.plays.kind == ORACLE else None,
                changes=services.joining,
            )
            made.append(env)
            return facts

        try:
            started = time.monotonic()
            with ThreadPoolExecutor(max_workers=1) as beside:
                agent = beside.submit(start_agent)
                services.start()
                ready = time.monotonic() - started
                facts = agent.result()
            return Served(made[0], services), {**facts, "services": {**self._service_kit.images, "seconds": ready}}
        except BaseException:
            with ExitStack() as closing:
                closing.callback(services.close)
                for env in made:
                    closing.callback(env.close)
            raise

    def _setup(self, faults: Mapping[str, float], seed: str) -> Setup:
        kit = self._service_kit
        services = self._trial.task.services
        return Setup(services=services, images=kit.images, seeds=kit.seeds, faults=faults, seed=seed)

    def _judge_of(self, exam: Exam) -> ReadyJudge:
        """A judge beside fresh services, whose chance is the same for every trial: so equal trees are judged once."""
        kit, trial = self._kit, self._trial
        company = Constellation.open(kit.client, self._setup({}, trial.task.name), run=kit.run_id, trial=trial.key)
        try:
            company.start()
            labels = owner.labels(run=kit.run_id, trial=trial.key, role="judge")
            return ReadyJudge.start(
                kit.client, kit.image, task=exam.task, tests=exam.tests, labels=labels, company=company
            )
        except BaseException:
            company.close()
            raise

    @property
    def _service_kit(self) -> ServiceKit:
        kit = self._kit.surroundings
        assert isinstance(kit, ServiceKit), "the kit of a task with services has it"
        return kit

    @property
    def _spec(self) -> Spec:
        spec = self._trial.task.outcome
        assert spec is not None, "a task with services says what they must end in"
        return spec

    async def judge_start(self) -> None:
        """Check the untouched workspace, if there are hidden tests.

        Raises:
            SandboxError, TaskError: as `probe.check`.
        """
        if self._trial.task.hidden_ids:
            await super().judge_start()

    async def probe(self) -> None:
        """Look into what came back, if there are bugs: an outcome alone does not say which behaviour that would be."""
        if self._trial.task.hidden_ids:
            await super().probe()

    async def _check(self, want: Want, tree: Tree, *, run: int, cause: Event | None) -> None:
        if self._trial.task.hidden_ids:
            await super()._check(want, tree, run=run, cause=cause)
            return
        started = time.monotonic()
        data = await self._told({**_NOTHING_RUN, "purpose": want.purpose, "exam": want.exam}, cause)
        data |= {
            "judge": self._trial.task.judge.kind,
            "source": want.tree,
            "tests_digest": self._kit.exams[want.exam].digest,
            "answer": self._journal.blob(json.dumps(data["outcome"]).encode("ascii")),
            "seconds": time.monotonic() - started,
        }
        self._journal.write("check.ran", data, cause=cause)

    async def _told(self, data: dict[str, Any], cause: Event | None) -> dict[str, Any]:
        """The data of a check that a verdict rests on, with the outcome in it; of any other as it is.

        Raises:
            HarnessError, TaskError: as `verdict.judged`.
        """
        if data["purpose"] != "score":
            return data
        assert cause is not None, "what a verdict rests on is checked at a checkpoint"
        events, blob = self._journal.events, self._journal.read_blob
        told = await in_thread(lambda: verdict.judged(self._spec, events, cause, blob))
        return {**data, "outcome": told, "score": min(data["score"], verdict.score_of(told))}


_NOTHING_RUN: Mapping[str, Any] = {**NO_TESTS, "cached": False, "bugs": {}, "score": 1.0, "suite_seconds": 0.0}
