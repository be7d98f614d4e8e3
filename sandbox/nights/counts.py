"""Nights as counts of accepted trials by task, and what the tests need of them. Pure.

All arrays may have axes in front (many histories at once); below, only the last ones are named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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

    def rows(self, rows: slice) -> Counts:
        """Only these nights."""
        return Counts(accepted=self.accepted[..., rows, :], trials=self.trials[..., rows, :])

    def without(self, other: Counts) -> Counts:
        """What remains when others are taken away."""
        return Counts(accepted=self.accepted - other.accepted, trials=self.trials - other.trials)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """How much lower the rate is after than before, task by task, as far as both have trials of a task.

    drop: before minus after; each task counts with as much as its trials tell. trials: how many on one side, were the
    other side known, tell as much; 0 where nothing is in common. variance: of one trial within its task. The drop's own
    variance is variance / trials.
    """

    drop: Floats
    trials: Floats
    variance: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """The baseline as a whole and each night after it; tasks that had as many trials each night are one group.

    counts: accepted of all tasks of a group together, trials of each task of it; the baseline is the first row, shape
    (1 + nights, groups). tasks: how many are in a group, shape (groups,). spread: the variance of one trial within its
    task, by the baseline and all nights so far, added up over the group, shape (nights, groups). beyond: how many
    times the variance of chance nights differ by, shape (nights,).
    """

    counts: Counts
    tasks: Floats
    spread: Floats
    beyond: Floats

    def contrast(self, before: Counts, after: Counts, nights: slice) -> Contrast:
        """What is after against what is before, by the variance as it is known on `nights`; shape (rows, groups)."""
        found = _contrast(before, after, self.tasks, self.spread[..., nights, :])
        return replace(found, variance=found.variance * self.beyond[..., nights])

    def summed(self) -> Counts:
        """The baseline alone, and with all nights up to each."""
        return Counts(accepted=self.counts.accepted.cumsum(axis=-2), trials=self.counts.trials.cumsum(axis=-2))


def tallies_of(baseline: Counts, nights: Counts) -> Tallies:
    """What the tests need of counts; tasks that the baseline does not have are in none of them.

    Args:
        baseline, nights: one after the other; of the same tasks in the same order.
    """
    accepted = np.concatenate([baseline.accepted, nights.accepted], axis=-2)
    trials = np.concatenate([baseline.trials, nights.trials], axis=-2)
    first = baseline.trials.shape[-2]
    known = baseline.trials.sum(axis=-2, keepdims=True) > 0
    accepted, trials = np.where(known, accepted, 0.0), np.where(known, trials, 0.0)
    spread = _spread(accepted, trials)
    order, starts = _alike(trials)
    accepted, spread = (np.add.reduceat(values[..., order], starts, axis=-1) for values in (accepted, spread))
    trials = trials[..., order[starts]]
    tasks = np.diff(np.append(starts, len(order))).astype(np.float64)
    beyond = _beyond_chance(Counts(accepted=accepted, trials=trials), tasks, spread, first)
    return Tallies(
        counts=Counts(accepted=_whole_first(accepted, first), trials=_whole_first(trials, first)),
        tasks=tasks,
        spread=spread[..., first:, :],
        beyond=beyond[..., first:],
    )


def _alike(trials: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """An order of tasks in which those with the same trials every night stand together; where each group begins."""
    rows = trials.reshape(-1, trials.shape[-1])
    _, group = np.unique(rows, axis=1, return_inverse=True)
    order = np.argsort(group.reshape(-1), kind="stable")
    return order, np.flatnonzero(np.diff(group.reshape(-1)[order], prepend=-1))


def _whole_first(values: Floats, first: int) -> Floats:
    return np.concatenate([values[..., :first, :].sum(axis=-2, keepdims=True), values[..., first:, :]], axis=-2)


def _contrast(before: Counts, after: Counts, tasks: Floats, spread: Floats) -> Contrast:
    """Task by task, for the tasks before and after need not be the same, and each has its own rate.

    To the variance one task of a half is added. It keeps it from zero where nothing varied so far, and stands for what
    a variance does not yet know.
    """
    each = _over(before.trials * after.trials, before.trials + after.trials)
    whole = (each * tasks).sum(axis=-1)
    lost = each * (_over(before.accepted, before.trials) - _over(after.accepted, after.trials))
    odd = _over(np.full_like(whole, 0.25), ((each > 0) * tasks).sum(axis=-1))
    variance = np.minimum(0.25, _over((each * spread).sum(axis=-1), whole) + odd)
    return Contrast(drop=_over(lost.sum(axis=-1), whole), trials=whole, variance=np.where(whole > 0, variance, 0.25))


def _spread(accepted: Floats, trials: Floats) -> Floats:
    """The variance of one trial of each task, over all nights up to each, without bias; 0 where it is not known yet."""
    trials, accepted = trials.cumsum(axis=-2), accepted.cumsum(axis=-2)
    return np.where(trials >= 2, _over(accepted * (trials - accepted), trials * (trials - 1)), 0.0)


def _beyond_chance(counts: Counts, tasks: Floats, spread: Floats, first: int) -> Floats:
    """How many times the variance of chance nights differ by, from neighbours up to the night before; at least 1.

    What is done to all tasks of a night alike (a slow machine, a provider's bad day) is no change that stays. A drop
    that stays is in one pair of neighbours only; where the baseline ends (at `first`) one is to be expected, and that
    pair does not count.
    """
    pair = _contrast(counts.rows(slice(None, -1)), counts.rows(slice(1, None)), tasks, spread[..., 1:, :])
    both = pair.trials > 0
    both[..., first - 1] = False
    seen = np.where(both, pair.drop**2 * pair.trials / pair.variance, 0.0).cumsum(axis=-1)
    pairs = both.cumsum(axis=-1)
    found = np.maximum(1.0, (BELIEVED + seen) / (BELIEVED + pairs))
    return np.concatenate([np.ones((*both.shape[:-1], 2)), found], axis=-1)[..., : both.shape[-1] + 1]


def _over(one: Floats, two: Floats) -> Floats:
    """The quotient, 0 where nothing is below."""
    one, two = np.broadcast_arrays(one, two)
    return np.divide(one, two, out=np.zeros(one.shape), where=two > 0)
