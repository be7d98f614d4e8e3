"""How much of a run goes on at a time, how often a trial is tried again, and what may be spent. Pure."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from sandbox.caps import Caps

MODEL_CALLS = 64
RETRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What runs beside what.

    containers: candidates at work, each in a container of its own.
    judges: trees that are judged at a time. While one trial is judged another may begin.
    builds: images that are built at a time, ahead of the trials that need them.
    model_calls: questions to one provider at a time; fewer where it refuses some for being too many.
    retries: how often a trial that ended without a verdict is tried again. retry_wait: seconds before the first of
        them; twice that before the second, and so on.
    """

    containers: int = 2
    judges: int = 2
    builds: int = 1
    model_calls: int = MODEL_CALLS
    retries: int = RETRIES
    retry_wait: float = 1.0
    caps: Caps = field(default_factory=Caps)

    @property
    def in_flight(self) -> int:
        """Trials that may be under way, at work or waiting to be judged."""
        return self.containers + self.judges


def bounds_for(
    concurrency: int,
    *,
    judges: int | None = None,
    builds: int = 1,
    model_calls: int = MODEL_CALLS,
    retries: int = RETRIES,
    caps: Caps | None = None,
) -> Bounds:
    """Bounds from what was typed.

    Args:
        concurrency: candidates at work at a time.
        judges: without, as many as candidates and no more than processors: judging is what takes those.
    """
    return Bounds(
        containers=concurrency,
        judges=judges or max(1, min(concurrency, os.cpu_count() or 1)),
        builds=builds,
        model_calls=model_calls,
        retries=retries,
        caps=caps or Caps(),
    )
