"""Blocking work in threads, for the asynchronous half."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread

P = ParamSpec("P")
T = TypeVar("T")

_LIMIT = 64


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking function in a thread; when cancelled, leave it to finish by itself."""
    limiter = anyio.to_thread.current_default_thread_limiter()
    limiter.total_tokens = _LIMIT
    return await anyio.to_thread.run_sync(partial(function, *args, **kwargs), abandon_on_cancel=True)


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Gives what `make` makes, which is made when it is first asked for, from whatever thread."""
    made: list[T] = []
    lock = threading.Lock()

    def ask() -> T:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return ask
