"""Where a trial takes place: in containers, or on a recording of one that did. What either has to offer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import anyio

from sandbox.events import Event
from sandbox.journal import Journal
from sandbox.limits import Charge, Limits, Meter
from sandbox.llm.client import Client
from sandbox.llm.pacing import Pace
from sandbox.lockfile import LockFile
from sandbox.plan import Trial
from sandbox.task import Task
from sandbox.tooling import Tool, Toolset
from sandbox.tree import Tree

Step = Callable[[str], None]


class Bench(Protocol):
    """Where a candidate works. Everything that happens there is written down in the journal."""

    async def run(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Run one checked call, whose `tool.started` was just written; the data of `tool.returned`."""
        ...

    async def settle(self, returned: Event, tool: Tool, arguments: Mapping[str, Any]) -> None:
        """Keep the state that the last call left."""
        ...

    async def look_alive(self) -> None:
        """Return if there is still something to run calls in."""
        ...

    async def hold(self, ended: Event) -> Tree:
        """Read what is there at a checkpoint after which the candidate goes on; its source tree."""
        ...

    async def seal(self, ended: Event) -> Tree:
        """End the agent and read what it left; its source tree."""
        ...


class Place(Protocol):
    """All that one trial needs around its candidate. Raises what ends a trial as a RoadtestError."""

    @property
    def tools(self) -> Toolset:
        """What the candidate may call."""
        ...

    def workbench(self) -> AbstractAsyncContextManager[Bench]:
        """Where the candidate works; put away at the end, come what may."""
        ...

    async def judge_start(self) -> None:
        """Check the untouched workspace and write down what was found, unless that was done."""
        ...

    async def judge(self, tree: Tree, ended: Event) -> None:
        """Check the tree of a checkpoint and write down what was found."""
        ...

    async def probe(self) -> None:
        """Check what else has to be known of the states that the candidate went through."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What one trial is carried out with.

    prepare: coroutine function that gives the place (building images if need be).
    connect: makes the client that the candidate is asked through.
    meter: begins to count against limits.
    sleep: lets seconds pass before a provider is asked again.
    pace: that of the candidate's provider, if it is kept.
    afford: raises CapReached where nothing more may be spent. spend: told what each reply takes.
    leave: told when the candidate is through and its container given up.
    """

    prepare: Callable[[Step], Awaitable[AbstractContextManager[Place]]]
    connect: Callable[[], Client]
    meter: Callable[[Limits], Meter] = Meter.start
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    pace: Pace | None = None
    afford: Callable[[], None] = lambda: None
    spend: Callable[[Charge], None] = lambda charge: None
    leave: Callable[[], None] = lambda: None


class Shop(Protocol):
    """What the trials of one run share. `stopped`: why no further trial can come to a verdict, if so."""

    stopped: str | None

    async def versions(self) -> Mapping[str, str]:
        """What it works with, by name."""
        ...

    def at_work(self, lock: LockFile) -> AbstractAsyncContextManager[None]:
        """Get ready for trials, and leave nothing behind."""
        ...

    async def make_ready(self, task: Task) -> None:
        """See to what the trials of a task share, ahead of the first. What fails there fails them, not this."""
        ...

    def done_with(self, task: Task) -> None:
        """No further trial of a task will come."""
        ...

    def is_paused(self, trial: Trial) -> bool:
        """Whether a trial's candidate could not be asked now."""
        ...

    async def look_around(self) -> None:
        """After a trial without a verdict: see whether others can come to one, and wait a while if not."""
        ...

    def means(self, trial: Trial, journal: Journal) -> Means:
        """What a trial is carried out with."""
        ...
