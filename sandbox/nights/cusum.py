"""CUSUM beside the test: quick at small drops that stay, with a limit that fits a rate of false alarms. Pure.

Each night is held against the baseline and all nights before it, so that the baseline's own error is in each step and
the steps are independent where nothing has changed. Sources: E. S. Page, Continuous inspection schemes, Biometrika 41
(1954); D. M. Hawkins, Self-starting cusum charts for location and scale, The Statistician 36 (1987); D. Brook,
D. A. Evans, An approach to the probability distribution of cusum run length, Biometrika 59 (1972).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sandbox.nights.counts import Floats, Tallies
from sandbox.nights.sequential import standard

YEAR, RATE = 365, 0.05
# In standard errors of a night: half of the drop that is looked for.
ALLOWANCE = 1.0
_STATES = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Cusum:
    """The sum after each night, shape (nights,), and the limit: it is an alarm to be above."""

    sums: Floats
    limit: float

    @property
    def alarms(self) -> NDArray[np.bool_]:
        """Whether it was above on or before each night."""
        return np.maximum.accumulate(self.sums, axis=-1) > self.limit


def cusum(tallies: Tallies, rate: float = RATE, nights: int = YEAR, allowance: float = ALLOWANCE) -> Cusum:
    """The sums over all nights.

    Args:
        rate: of histories in which nothing changes, in how many there is an alarm within so many `nights`.
    """
    before, each = tallies.summed().rows(slice(None, -1)), tallies.counts.rows(slice(1, None))
    held = tallies.contrast(before, each, slice(None))
    steps = standard(held.drop, held.trials, held.variance)
    sums, last = np.zeros(steps.shape), np.zeros(steps.shape[:-1])
    for night in range(steps.shape[-1]):
        there = held.trials[..., night] > 0
        last = np.where(there, np.maximum(0.0, last + steps[..., night] - allowance), last)
        sums[..., night] = last
    return Cusum(sums=sums, limit=limit(rate, nights, allowance))


@lru_cache(maxsize=16)
def limit(rate: float, nights: int, allowance: float) -> float:
    """The limit that standard normal steps pass within so many nights in so many of histories."""
    low, high = 0.1, 40.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if _passed(middle, nights, allowance) > rate else (low, middle)
    return high


def _passed(height: float, nights: int, allowance: float) -> float:
    """The chance to pass a limit, by a chain of states between 0 and it."""
    from scipy.special import ndtr

    width = 2 * height / (2 * _STATES - 1)
    at = np.arange(_STATES) * width
    edges = at[None, :] - at[:, None] + allowance
    upper = ndtr(edges + width / 2)
    moves = upper - ndtr(edges - width / 2)
    moves[:, 0] = upper[:, 0]  # what would be below zero stays there
    state = np.zeros(_STATES)
    state[0] = 1.0
    for _ in range(nights):
        state = state @ moves
    return float(1 - state.sum())
