"""Nights as counts of accepted trials by task, and what the tests need of them. Pure.

All arrays may have axes in front (many histories at once); below, only the last ones are named.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Pairs of nights that are taken to differ as chance has it, before any are seen.
BELIEVED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """accepted, trials: of each night and task, shape (nights, tasks). Without trials the task was not run."""

    accepted: Floats
    trials: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Drops:
    """Each night against the baseline.

    drop: the baseline's rate minus the night's, mean over the tasks that both have, shape (nights,).
    weight: how many trials of tasks that are run alike tell as much, 0 where nothing is in common, shape (nights,).
    base: the same of the whole baseline, shape (). variance: of one trial within its task, from the baseline and all
    nights so far, times what nights differ by beyond chance, shape (nights,).
    """

    drop: Floats
    weight: Floats
    base: Floats
    variance: Floats


def drops_of(baseline: Counts, nights: Counts) -> Drops:
    """From counts to drops; tasks that the baseline does not have are in none of them.

    Args:
        baseline, nights: one after the other; of the same tasks in the same order.
    """
    accepted = np.concatenate([baseline.accepted, nights.accepted], axis=-2)
    trials = np.concatenate([baseline.trials, nights.trials], axis=-2)
    first = baseline.trials.shape[-2]
    base_trials = baseline.trials.sum(axis=-2)
    known = base_trials > 0
    rate = _over(baseline.accepted.sum(axis=-2), base_trials)
    there = (trials > 0) & known[..., None, :]
    tasks = there.sum(axis=-1).astype(np.float64)
    drop = _over(np.where(there, rate[..., None, :] - _over(accepted, trials), 0.0).sum(axis=-1), tasks)
    weight, variance = _weight(trials, there), _variance(accepted, trials, there)
    variance = variance * _beyond_chance(drop, weight, variance, first)
    return Drops(
        drop=drop[..., first:],
        weight=weight[..., first:],
        base=_weight(base_trials, known),
        variance=variance[..., first:],
    )


def _weight(trials: Floats, there: NDArray[np.bool_]) -> Floats:
    """Trials that tell as much as a mean over tasks of unequal trials does."""
    tasks = there.sum(axis=-1).astype(np.float64)
    return _over(tasks**2, np.where(there, _over(np.ones_like(trials), trials), 0.0).sum(axis=-1))


def _variance(accepted: Floats, trials: Floats, there: NDArray[np.bool_]) -> Floats:
    """Within tasks, over all nights up to each, without bias, pooled over tasks; and one task more, of a half.

    That one more keeps it from zero where nothing varied so far, and stands for what a variance does not yet know.
    """
    trials, accepted = (np.where(there, values, 0.0).cumsum(axis=-2) for values in (trials, accepted))
    within = np.where(trials >= 2, _over(accepted * (trials - accepted), trials * (trials - 1)), 0.0)
    tasks = (trials >= 2).sum(axis=-1).astype(np.float64)
    return np.where(tasks > 0, np.minimum(0.25, (within.sum(axis=-1) + 0.25) / np.maximum(tasks, 1.0)), 0.25)


def _beyond_chance(drop: Floats, weight: Floats, variance: Floats, first: int) -> Floats:
    """How many times the variance of chance nights differ by, from neighbours up to the night before; at least 1.

    What is done to all tasks of a night alike (a slow machine, a provider's bad day) is no change that stays. A drop
    that stays is in one pair of neighbours only; where the baseline ends (at `first`) one is to be expected, and that
    pair does not count.
    """
    each = _over(np.ones_like(weight), weight)
    chance = variance[..., 1:] * (each[..., 1:] + each[..., :-1])
    both = (weight[..., 1:] > 0) & (weight[..., :-1] > 0)
    both[..., first - 1] = False
    seen = np.where(both, _over(np.diff(drop) ** 2, chance), 0.0).cumsum(axis=-1)
    pairs = both.cumsum(axis=-1)
    found = np.maximum(1.0, (BELIEVED + seen) / (BELIEVED + pairs))
    return np.concatenate([np.ones((*drop.shape[:-1], 2)), found], axis=-1)[..., : drop.shape[-1]]


def _over(one: Floats, two: Floats) -> Floats:
    """The quotient, 0 where nothing is below."""
    return np.divide(one, two, out=np.zeros_like(one), where=two > 0)
