"""Carrying out the trials of a run: which goes on when, which is tried again, and what ends it before its time.

waiting list → a place to work → trial → record, or back to the end of the list
     │                │
     │                └ given up when the candidate is through; judging has places of its own
     └ fair over candidates; only tasks whose image is there, which is seen to ahead of need
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import anyio

from sandbox.aftermath import Aftermath, aftermath, provider_held_out
from sandbox.bounds import Bounds
from sandbox.caps import Purse, in_words
from sandbox.errors import HarnessError
from sandbox.journal import Journal, RunDirectory
from sandbox.place import Means, Shop
from sandbox.plan import Trial
from sandbox.progress import Progress
from sandbox.replay_record import Recorder
from sandbox.resuming import of_attempts
from sandbox.room import need_room
from sandbox.task import Task
from sandbox.trial import run_trial
from sandbox.waiting_list import WaitingList

# After so many trials in a row that a candidate's provider failed, its others wait for the run to be gone on with.
HOPELESS_AFTER = 3
TICK = 5.0


@dataclass(slots=True, kw_only=True)
class Scheduler:
    """The trials of one run that are left to do.

    recorder: None if nothing is recorded. stopped: why a candidate's trials are not run, by its name.
    """

    directory: RunDirectory
    shop: Shop
    bounds: Bounds
    purse: Purse
    progress: Progress
    recorder: Recorder | None = None
    stopped: dict[str, str] = field(default_factory=dict)
    _waiting: WaitingList = field(default_factory=lambda: WaitingList(()))
    _looking: int = 0
    _ready: dict[str, Task] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)
    _tries: Counter[str] = field(default_factory=Counter)
    _failing: Counter[str] = field(default_factory=Counter)
    _changed: anyio.Event = field(default_factory=anyio.Event)

    async def run(self, trials: Sequence[Trial]) -> None:
        """Run trials until all have their record, or nothing more can be done."""
        self._waiting = WaitingList(trials)
        async with anyio.create_task_group() as beside:
            beside.start_soon(self._tick)
            tasks = iter(self._waiting.tasks())
            for _ in range(self.bounds.builds):
                beside.start_soon(self._make_ready, tasks)
            async with anyio.create_task_group() as group:
                while trial := await self._next():
                    self._begun.add(trial.task.name)
                    group.start_soon(self._one, trial)
            beside.cancel_scope.cancel()

    async def _next(self) -> Trial | None:
        """The next trial, once there is room for it; None if there will be no further one."""
        while True:
            changed = self._changed
            self._look_at_caps()
            if self.shop.stopped or not (len(self._waiting) or self._waiting.running):
                return None
            if not self._looking and self._has_room() and (trial := self._take()):
                if self._may_begin(trial):
                    return trial
                continue
            await changed.wait()

    def _has_room(self) -> bool:
        return self._waiting.at_work < self.bounds.containers and self._waiting.running < self.bounds.in_flight

    def _take(self) -> Trial | None:
        """One whose provider takes questions now, if there is one; else one that will wait with the rest."""

        def ready(trial: Trial) -> bool:
            return trial.task.name in self._ready

        def asked_at_once(trial: Trial) -> bool:
            return ready(trial) and not self.shop.is_paused(trial)

        return self._waiting.take(asked_at_once) or self._waiting.take(ready)

    def _may_begin(self, trial: Trial) -> bool:
        """Whether there is room on the disk for it; without, the run stops before anything is torn."""
        try:
            need_room(self.directory.path)
        except HarnessError as exc:
            self.shop.stopped = str(exc)
            self._waiting.leave(trial)
            self._waiting.give_back(trial, again=True)
            return False
        return True

    def _look_at_caps(self) -> None:
        """Take out those whom a cap keeps from being asked."""
        for candidate in self._waiting.candidates():
            if hit := self.purse.hit(candidate):
                self._stop(candidate, in_words(hit, candidate))

    def _stop(self, candidate: str, why: str) -> None:
        dropped = self._waiting.drop(candidate)
        if candidate not in self.stopped:
            self.stopped[candidate] = why
            self.progress.say(f"{candidate}: {why}" + (f"; {dropped} of its trials are not run" if dropped else ""))
        self._wake()

    async def _make_ready(self, tasks: Iterator[Task]) -> None:
        """See to tasks, one after the other, and not many more than are needed next."""
        for task in tasks:
            while self._ready_ahead() > self.bounds.in_flight:
                changed = self._changed
                await changed.wait()
            if not self._waiting.is_through(task):
                await self.shop.make_ready(task)
            self._ready[task.name] = task
            self._wake()

    def _ready_ahead(self) -> int:
        """Tasks that are ready and whose trials are still to come; those of candidates that were stopped will not."""
        unbegun = [task for name, task in self._ready.items() if name not in self._begun]
        return sum(not self._waiting.is_through(task) for task in unbegun)

    async def _one(self, trial: Trial) -> None:
        """One trial into its directory and the results; whatever happens, its place is given back."""
        seat = _Seat(leave=lambda: self._leave(trial))
        again = False
        try:
            journal = Journal.open(self.directory.path / "trials" / trial.key)
            with self._recording(trial, journal, seat) as means:
                try:
                    record = await run_trial(trial, journal, means, step=self._step(trial))
                finally:
                    journal.close()
            self._through(trial, journal, seat)
            again = await self._after(trial, journal, {**record, **of_attempts(journal.folder)})
        except HarnessError as exc:
            self.shop.stopped = str(exc)
        finally:
            seat.leave_once()
            self._waiting.give_back(trial, again=again)
            if self._waiting.is_through(trial.task):
                self.shop.done_with(trial.task)
            self._wake()

    async def _after(self, trial: Trial, journal: Journal, record: dict[str, Any]) -> bool:
        """Write down what came of a trial; whether it is tried again instead."""
        what, candidate = aftermath(journal.events), trial.candidate.name
        if what is Aftermath.OVER:
            self._put_down(trial, record)
            return False
        if what is Aftermath.HOPELESS or self._failing[candidate] >= HOPELESS_AFTER:
            self._stop(candidate, record["reason"])
        if what is Aftermath.AGAIN:
            await self._look_around()
        self._tries[trial.key] += 1
        tries = self._tries[trial.key]
        if what is Aftermath.AGAIN and tries <= self.bounds.retries and not self._is_over_for(candidate):
            self.progress.again(trial.key, record)
            await anyio.sleep(self.bounds.retry_wait * tries)
            return True
        self._put_down(trial, record)
        return False

    def _is_over_for(self, candidate: str) -> bool:
        return candidate in self.stopped or self.shop.stopped is not None

    def _put_down(self, trial: Trial, record: dict[str, Any]) -> None:
        self.directory.append(record)
        self.progress.done(trial.key, record)

    async def _look_around(self) -> None:
        """See whether trials can come to a verdict at all; none is begun meanwhile."""
        self._looking += 1
        try:
            await self.shop.look_around()
        finally:
            self._looking -= 1
            self._wake()

    def _recording(self, trial: Trial, journal: Journal, seat: _Seat) -> AbstractContextManager[Means]:
        """The means of a trial; recorded, if this run is, before its result is written."""
        name = trial.candidate.name
        means = replace(
            self.shop.means(trial, journal),
            afford=lambda: self.purse.afford(name),
            spend=lambda charge: self.purse.spend(name, charge),
            leave=lambda: self._through(trial, journal, seat),
        )
        return nullcontext(means) if self.recorder is None else self.recorder.recording(trial, journal, means)

    def _step(self, trial: Trial) -> Callable[[str], None]:
        return lambda text: self.progress.step(trial.key, text)

    def _through(self, trial: Trial, journal: Journal, seat: _Seat) -> None:
        """Give up its place as its candidate is through, and count how its provider did, in this order of time."""
        if seat.left:
            return
        held_out = provider_held_out(journal.events)
        if held_out is not None:
            self._failing[trial.candidate.name] = 0 if held_out else self._failing[trial.candidate.name] + 1
        seat.leave_once()

    def _leave(self, trial: Trial) -> None:
        self._waiting.leave(trial)
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    async def _tick(self) -> None:
        while True:
            await anyio.sleep(TICK)
            self.progress.tick()


@dataclass(slots=True, kw_only=True)
class _Seat:
    """The place where one candidate works, given up once."""

    leave: Callable[[], None]
    left: bool = False

    def leave_once(self) -> None:
        if not self.left:
            self.left = True
            self.leave()
