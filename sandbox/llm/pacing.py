"""How fast one provider is asked: as many questions at a time as it takes, and none while it asks for patience.

Refused for asking too much (429), the number of questions at a time is halved, down to one, and nobody asks before
the wait that the provider named is over; with answers it grows again, by about one for each round of answers. That is
additive increase, multiplicative decrease, as networks share a line. Refusals of questions that were sent before the
last cut do not cut again: they are news of the same crowd.

Source: D.-M. Chiu, R. Jain, Analysis of the increase and decrease algorithms for congestion avoidance in computer
networks, Computer Networks and ISDN Systems 17 (1989).
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from sandbox.bounds import MODEL_CALLS

# Only this much of what was allowed is left after a refusal.
CUT = 0.5


class Pace:
    """The pace of one provider, for all who ask it.

    most: questions at a time, whatever it would take.
    """

    def __init__(self, most: int = MODEL_CALLS) -> None:
        self.most = most
        self.allowed = float(most)
        self.asking = 0
        self.refusals = 0
        self._not_before = 0.0
        self._last_cut = 0.0
        self._changed = anyio.Event()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn to ask, and have it for the block.

        What the block tells through `answered` and `refused` is of the question that began with the turn.
        """
        await self._wait()
        self.asking += 1
        try:
            yield
        finally:
            self.asking -= 1
            self._tell()

    async def _wait(self) -> None:
        while True:
            # Read before looking: what changes after that is not missed.
            changed = self._changed
            pause = self._not_before - time.monotonic()
            if pause <= 0 and self.asking < max(1, int(self.allowed)):
                return
            with anyio.move_on_after(max(pause, 0.0) if pause > 0 else None):
                await changed.wait()

    def answered(self) -> None:
        """A question was answered."""
        self.allowed = min(float(self.most), self.allowed + 1 / self.allowed)
        self._tell()

    def refused(self, wait: float, *, asked_at: float) -> None:
        """A question was refused for there being too many.

        Args:
            wait: seconds for which nobody should ask.
            asked_at: when it was sent, by the monotonic clock.
        """
        now = time.monotonic()
        self.refusals += 1
        self._not_before = max(self._not_before, now + wait)
        if asked_at >= self._last_cut:
            # What was allowed and never made use of says nothing about what the provider takes.
            self.allowed = max(1.0, min(self.allowed, float(self.asking)) * CUT)
            self._last_cut = now

    @property
    def paused_for(self) -> float:
        """Seconds until anybody may ask again; 0 if that is now."""
        return max(0.0, self._not_before - time.monotonic())

    def _tell(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
