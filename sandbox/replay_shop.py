"""What the trials of a run share when they are replayed: a recording, with or without containers beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sandbox.journal import Journal
from sandbox.lockfile import LockFile
from sandbox.place import Means, Shop
from sandbox.plan import Trial
from sandbox.replay import Replay
from sandbox.replay_execute import executed
from sandbox.replay_serve import played
from sandbox.task import Task
from sandbox.tooling import Toolset


class ReplayShop:
    """Plays trials from a recording; no engine is needed."""

    stopped: str | None = None

    def __init__(self, replay: Replay, tools: Toolset) -> None:
        self._replay = replay
        self._tools = tools

    async def versions(self) -> Mapping[str, str]:
        """There is nothing to have a version."""
        return {}

    @asynccontextmanager
    async def at_work(self, lock: LockFile) -> AsyncIterator[None]:
        """Note the images that the recorded trials ran in, and what they were judged by."""
        for task, image in self._replay.inputs.get("images", {}).items():
            if task in lock.document["inputs"]["tasks"]:
                lock.add_image(task, image)
        for task, facts in self._replay.inputs.get("exams", {}).items():
            if task in lock.document["inputs"]["tasks"]:
                lock.add_exams(task, facts)
        yield

    async def make_ready(self, task: Task) -> None:
        """All is there."""

    def done_with(self, task: Task) -> None:
        """All stays there."""

    def is_paused(self, trial: Trial) -> bool:
        """No provider is asked."""
        return False

    async def look_around(self) -> None:
        """Nothing here can be gone."""

    def means(self, trial: Trial, journal: Journal) -> Means:
        """The tape of a trial."""
        return played(trial, journal, self._replay.trials[trial.key], self._tools)


class ExecutingShop:
    """Carries recorded trials out again, in another shop."""

    def __init__(self, shop: Shop, replay: Replay) -> None:
        self._shop = shop
        self._replay = replay
        self.versions = shop.versions
        self.look_around = shop.look_around
        self.make_ready = shop.make_ready
        self.done_with = shop.done_with
        self.is_paused = shop.is_paused

    @property
    def stopped(self) -> str | None:
        """As the other shop's."""
        return self._shop.stopped

    @stopped.setter
    def stopped(self, why: str | None) -> None:
        self._shop.stopped = why

    def at_work(self, lock: LockFile) -> AbstractAsyncContextManager[None]:
        """As the other shop's."""
        return self._shop.at_work(lock)

    def means(self, trial: Trial, journal: Journal) -> Means:
        """Real means, with a recording to hold them against."""
        return executed(
            self._shop.means(trial, journal),
            self._replay.trials[trial.key],
            journal,
            seconds=trial.limits.seconds,
            strict=self._replay.strict,
        )
