"""Limits of one trial, and what was used of them."""

from __future__ import annotations

import time
from dataclasses import dataclass

MODEL_REPLIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """None means no limit. `seconds` is wall time from the moment the environment is ready."""

    replies: int | None
    seconds: float


@dataclass(slots=True, kw_only=True)
class Meter:
    """Counts one trial against its limits."""

    limits: Limits
    started: float
    replies: int = 0

    @classmethod
    def start(cls, limits: Limits) -> Meter:
        """Begin counting now."""
        return cls(limits=limits, started=time.monotonic())

    def hit(self) -> tuple[str, float, float] | None:
        """The limit that is reached, as (name, value, bound), or None."""
        if self.limits.replies is not None and self.replies >= self.limits.replies:
            return "replies", float(self.replies), float(self.limits.replies)
        spent = time.monotonic() - self.started
        return ("seconds", spent, self.limits.seconds) if spent >= self.limits.seconds else None

    def left(self) -> float:
        """Seconds until the wall clock runs out; never negative."""
        return max(0.0, self.limits.seconds - (time.monotonic() - self.started))
