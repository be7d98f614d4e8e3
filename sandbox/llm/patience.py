"""Asking again when a provider falters: the only layer that does, bounded and written down."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio

from sandbox.errors import DeadlinePassed, ProviderError
from sandbox.limits import DEADLINE
from sandbox.llm.client import Answer, Client, Message
from sandbox.llm.pacing import Pace
from sandbox.llm.waiting import Clock, within

PASSING = frozenset({"rate-limit", "server", "timeout", "connection"})
ATTEMPTS = 5
# Where the pace is kept, being refused for asking too much is no sign that the next attempt will be.
ATTEMPTS_AT_PACE = 30
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
# A provider that asks for more patience than this at a time is taken at its word up to here.
LONGEST_ASKED_FOR = 900.0
# Seconds that one trial may lose to its provider.
MOST_LOST = 3600.0


async def ask_patiently(
    client: Client,
    messages: Sequence[Message],
    tools: Sequence[Mapping[str, Any]],
    *,
    failed: Callable[[Mapping[str, Any]], None],
    attempts: int = ATTEMPTS,
    first_wait: float = FIRST_WAIT,
    sleep: Callable[[float], Awaitable[None]] | None = None,
    clock: Clock | None = None,
    most_lost: float = MOST_LOST,
    pace: Pace | None = None,
) -> Answer:
    """Ask, and ask again after failures that may pass, at most `attempts` times.

    What is lost to the provider (attempts that it fails, waits after them, the time that a reply takes to arrive once
    it has begun) is taken off the candidate's time. So that a trial ends all the same, it has a bound of its own.

    Args:
        failed: told of each failure: attempt, kind, message, wait (seconds, None at the last).
        first_wait: seconds before the second attempt; doubled each time, with jitter.
            A longer wait that the provider asks for (Retry-After) counts instead.
        sleep: lets so many seconds pass; they pass by themselves if it is None.
        clock: the candidate's time; None: it has all there is.
        most_lost: seconds by the clock after which a failure is not followed by another attempt.
        pace: that of the provider, kept by all who ask it; None: this is the only one.

    Raises:
        ProviderError: it will not pass, or did not in time.
        TimeoutError: the candidate's time is over.
    """
    attempt = crowded = 0
    while True:
        attempt += 1
        try:
            return await _ask_in_turn(client, messages, tools, clock, pace)
        except ProviderError as exc:
            crowded += exc.kind == "rate-limit" and pace is not None
            again = exc.kind in PASSING and attempt - crowded < attempts and attempt < ATTEMPTS_AT_PACE
            wait = _wait(exc, attempt, first_wait) if again else None
            if wait is not None and clock is not None and _is_too_long(wait, clock, most_lost):
                wait = None
            failed({"attempt": attempt, "kind": exc.kind, "message": str(exc), "wait": wait})
            if wait is None:
                raise
            await _pass(wait, sleep or anyio.sleep, clock)


async def _ask_in_turn(
    client: Client,
    messages: Sequence[Message],
    tools: Sequence[Mapping[str, Any]],
    clock: Clock | None,
    pace: Pace | None,
) -> Answer:
    if pace is None:
        return await _ask(client, messages, tools, clock)
    began = time.monotonic()
    if clock is not None and pace.paused_for > clock.until_deadline():
        words = f"the provider asks for {pace.paused_for:.0f} s of patience, and {DEADLINE} comes before"
        raise DeadlinePassed(words, kind="rate-limit", retry_after=pace.paused_for)
    async with pace.turn():
        asked_at = time.monotonic()
        if clock is not None:
            clock.forgive(asked_at - began)
        try:
            answer = await _ask(client, messages, tools, clock)
        except ProviderError as exc:
            if exc.kind == "rate-limit":
                pace.refused(min(LONGEST_ASKED_FOR, exc.retry_after or FIRST_WAIT), asked_at=asked_at)
            raise
        pace.answered()
        return answer


def _is_too_long(wait: float, clock: Clock, most_lost: float) -> bool:
    """Whether a wait would take all that may be lost, or the rest of the trial."""
    return clock.lost + wait > most_lost or wait >= clock.until_deadline()


async def _ask(
    client: Client, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], clock: Clock | None
) -> Answer:
    if clock is None:
        return await client.ask(messages, tools)
    if clock.left() <= 0:
        raise TimeoutError
    return await within(clock, lambda: client.ask(messages, tools))


async def _pass(wait: float, sleep: Callable[[float], Awaitable[None]], clock: Clock | None) -> None:
    began = time.monotonic()
    await sleep(wait)
    if clock is not None:
        clock.forgive(time.monotonic() - began)


def _wait(exc: ProviderError, attempt: int, first_wait: float) -> float:
    backoff = min(LONGEST_WAIT, first_wait * 2 ** min(attempt - 1, 16) * random.uniform(0.5, 1.5))
    return float(max(backoff, min(LONGEST_ASKED_FOR, exc.retry_after or 0.0)))
