"""Blocking work in threads, for the asynchronous half."""

from __future__ import annotations

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
