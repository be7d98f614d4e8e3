"""Work that goes on beside the main path: begun early, waited for late, or not at all.

Everything blocks in threads of its own, and is seen through to its end even if the
run is being stopped: a container half made would be lost.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

import anyio
from anyio.abc import TaskGroup

from sandbox.errors import RoadtestError
from sandbox.threads import in_thread

T = TypeVar("T")


class Later(Generic[T]):
    """The outcome of a call that is under way."""

    def __init__(self) -> None:
        self._done = anyio.Event()
        self._result: list[T] = []
        self._failure: Exception | None = None

    async def result(self) -> T:
        """Wait for it.

        Raises:
            Exception: what the call raised.
        """
        await self._done.wait()
        if self._failure is not None:
            raise self._failure
        return self._result[0]

    @property
    def has_failed(self) -> bool:
        """Whether it is known that the call raised."""
        return self._failure is not None

    async def carry_out(self, function: Callable[[], T]) -> None:
        """Make the call."""
        try:
            with anyio.CancelScope(shield=True):
                self._result.append(await in_thread(function))
        except Exception as exc:
            self._failure = exc
        finally:
            self._done.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Begins calls."""

    group: TaskGroup

    def begin(self, function: Callable[[], T]) -> Later[T]:
        """Begin a blocking call; its outcome, which nobody has to ask for."""
        later: Later[T] = Later()
        self.group.start_soon(later.carry_out, function)
        return later


@asynccontextmanager
async def background() -> AsyncIterator[Background]:
    """A background for a block; at its end all that was begun is waited for.

    Raises:
        Exception: what the block raised, itself and not in a group.
    """
    failure: BaseException | None = None
    async with anyio.create_task_group() as group:
        try:
            yield Background(group=group)
        except Exception as exc:
            failure = exc
    if failure is not None:
        raise failure


@dataclass(slots=True, kw_only=True)
class Spares(Generic[T]):
    """Things that take a while to make: begun ahead of need, used once, or kept for the next who needs one.

    fit: whether one that was kept can still be used. dispose: gets rid of one. Both block.
    """

    background: Background
    fit: Callable[[T], bool]
    dispose: Callable[[T], None]
    idle: dict[Hashable, list[Later[T]]] = field(default_factory=dict)

    def order(self, key: Hashable, make: Callable[[], T]) -> Order[T]:
        """Begin to make one, unless one for the same `key` was left over."""
        left = self.idle.get(key)
        later = left.pop() if left else self.background.begin(make)
        return Order(spares=self, key=key, make=make, later=later)

    def drop(self, unneeded: Callable[[Hashable], bool]) -> None:
        """Get rid of those left over that nobody will need any more, beside what goes on."""
        for key in [key for key in self.idle if unneeded(key)]:
            for later in self.idle.pop(key):
                self.background.group.start_soon(self._dispose_of, later)

    async def _dispose_of(self, later: Later[T]) -> None:
        with anyio.CancelScope(shield=True), contextlib.suppress(RoadtestError):
            await in_thread(self.dispose, await later.result())

    async def close(self) -> None:
        """Get rid of all that nobody took."""
        for later in [later for row in self.idle.values() for later in row]:
            with contextlib.suppress(RoadtestError):
                await in_thread(self.dispose, await later.result())
        self.idle.clear()


@dataclass(slots=True, kw_only=True)
class Order(Generic[T]):
    """One that was ordered."""

    spares: Spares[T]
    key: Hashable
    make: Callable[[], T]
    later: Later[T] | None

    async def take(self) -> T:
        """Have it, now the caller's to dispose of. One that could not be made, or has gone bad, is made anew.

        Raises:
            Exception: what making it anew raised.
        """
        assert self.later is not None, "taken or left before"
        # Kept in `later` until it is ours: a wait that is cancelled leaves it behind to be disposed of.
        with contextlib.suppress(RoadtestError):
            made = await self.later.result()
            if await in_thread(self.spares.fit, made):
                self.later = None
                return made
            self.spares.background.begin(partial(self.spares.dispose, made))
        self.later = self.spares.background.begin(self.make)
        made = await self.later.result()
        self.later = None
        return made

    def leave(self) -> None:
        """Not to need it; fine after `take`."""
        if self.later is not None and not self.later.has_failed:
            self.spares.idle.setdefault(self.key, []).append(self.later)
            self.later = None
