"""Stopping cleanly: the first SIGINT or SIGTERM cancels and cleans up, the second ends at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")

INTERRUPTED = 130


async def interruptible(make: Callable[[], Awaitable[T]]) -> T:
    """Await `make()`; a signal cancels it.

    Raises:
        KeyboardInterrupt: after a signal, once everything is cleaned up.
    """
    caught = False
    result: list[T] = []
    failure: Exception | None = None

    async def listen(scope: anyio.CancelScope) -> None:
        nonlocal caught
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                if caught:
                    os._exit(INTERRUPTED)
                caught = True
                print("\nstopping: removing containers (again to stop at once)", file=sys.stderr, flush=True)
                scope.cancel()

    async with anyio.create_task_group() as listeners:
        with anyio.CancelScope() as scope:
            listeners.start_soon(listen, scope)
            try:
                result.append(await make())
            except Exception as exc:  # kept whole: a task group would wrap it
                failure = exc
        listeners.cancel_scope.cancel()
    if caught:
        raise KeyboardInterrupt
    if failure is not None:
        raise failure
    return result[0]
