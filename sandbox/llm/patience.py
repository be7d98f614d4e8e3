"""Asking again when a provider falters: the only layer that does, bounded and written down."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio

from sandbox.errors import ProviderError
from sandbox.llm.client import Answer, Client, Message

PASSING = frozenset({"rate-limit", "server", "timeout", "connection"})
ATTEMPTS = 5
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0


async def ask_patiently(
    client: Client,
    messages: Sequence[Message],
    tools: Sequence[Mapping[str, Any]],
    *,
    failed: Callable[[Mapping[str, Any]], None],
    attempts: int = ATTEMPTS,
    first_wait: float = FIRST_WAIT,
    sleep: Callable[[float], Awaitable[None]] | None = None,
) -> Answer:
    """Ask, and ask again after failures that may pass, at most `attempts` times.

    Args:
        failed: told of each failure: attempt, kind, message, wait (seconds, None at the last).
        first_wait: seconds before the second attempt; doubled each time, with jitter.
            A longer wait that the provider asks for (Retry-After) counts instead.
        sleep: lets so many seconds pass; they pass by themselves if it is None.

    Raises:
        ProviderError: it will not pass, or did not in time.
    """
    for attempt in range(1, attempts + 1):
        try:
            return await client.ask(messages, tools)
        except ProviderError as exc:
            again = exc.kind in PASSING and attempt < attempts
            wait = _wait(exc, attempt, first_wait) if again else None
            failed({"attempt": attempt, "kind": exc.kind, "message": str(exc), "wait": wait})
            if wait is None:
                raise
            await (sleep or anyio.sleep)(wait)
    raise AssertionError("unreachable")


def _wait(exc: ProviderError, attempt: int, first_wait: float) -> float:
    backoff = first_wait * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)
    return float(min(LONGEST_WAIT, max(exc.retry_after or 0.0, backoff)))
