"""Whose time it is while an answer is waited for.

The time until an answer begins to arrive is the candidate's, as long as the attempt does not fail: a model that is
slow is slow. The time that it takes to arrive is the provider's, and so is an attempt that the provider fails.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Protocol, TypeVar

import anyio

from sandbox.errors import ProviderError

T = TypeVar("T")


class Clock(Protocol):
    """The time that a candidate has, in seconds. lost: what was forgiven so far."""

    @property
    def lost(self) -> float: ...

    def left(self) -> float:
        """Until it is over; never negative."""
        ...

    def until_deadline(self) -> float:
        """Until it is over whoever takes it; infinite without a deadline."""
        ...

    def forgive(self, seconds: float) -> None:
        """Take so much off what was spent."""
        ...


class _Wait:
    """One wait for one answer."""

    def __init__(self, scope: anyio.CancelScope) -> None:
        self._scope = scope
        self._began: float | None = None
        self.arriving = 0.0

    def begin(self, most: float) -> None:
        self._began = time.monotonic()
        self._scope.deadline += most

    def end(self) -> None:
        if self._began is not None:
            self.arriving += time.monotonic() - self._began
            self._began = None


# A client is reached through others that wrap it; what it has to say of time goes past them.
_CURRENT: ContextVar[_Wait | None] = ContextVar("_CURRENT", default=None)


async def within(clock: Clock, ask: Callable[[], Awaitable[T]]) -> T:
    """Wait for one answer, for as long as the candidate has time.

    Raises:
        ProviderError: there is none; the wait was forgiven.
        TimeoutError: the time was over.
    """
    began = time.monotonic()
    with anyio.fail_after(clock.left()) as scope:
        wait = _Wait(scope)
        token = _CURRENT.set(wait)
        try:
            answer = await ask()
        except ProviderError:
            clock.forgive(time.monotonic() - began)
            raise
        finally:
            _CURRENT.reset(token)
    clock.forgive(wait.arriving)
    return answer


def arrival_begins(most: float) -> None:
    """An answer begins to arrive, and will have arrived or be given up within `most` seconds."""
    if wait := _CURRENT.get():
        wait.begin(most)


def arrival_ends() -> None:
    """It has arrived, or was given up."""
    if wait := _CURRENT.get():
        wait.end()
