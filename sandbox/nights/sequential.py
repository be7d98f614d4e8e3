"""Whether nights are worse than the baseline: a test that may be looked at every night, forever. Pure.

For each night s on which the change may have come, the likelihood of the nights from s on having dropped is held
against that of nothing having changed. The baseline's rate is not known but estimated, so only differences count, and
what was before s is baseline too: the difference of two means of N and B trials, of variance v(1/N + 1/B). Over the
size of the drop a half-normal prior is put, over s one that falls as 1/s². The mean of all these ratios is a martingale
where nothing has changed: it reaches 1/α ever, on any night, in at most α of histories (Ville). That is exact for
normal nights of known variance; that it also holds with an estimated one was measured (docs/design/nights.md).

A rate near 1 falls in jumps, and the normal law makes too much of them: evidence for a drop goes by Bennett's bound in
place of the square, which is less, and the same where the drop is small.

Sources: J. Ville, Étude critique de la notion de collectif (1939); H. Robbins, Statistical methods related to the law
of the iterated logarithm, Ann. Math. Statist. 41 (1970); S. R. Howard, A. Ramdas, J. McAuliffe, J. Sekhon,
Time-uniform, nonparametric, nonasymptotic confidence sequences, Ann. Statist. 49 (2021); G. Bennett, Probability
inequalities for the sum of independent random variables, JASA 57 (1962).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.nights.counts import Drops, Floats

ALPHA = 0.05
# The size of drops that the test looks for first, in rates; larger and smaller ones are found too.
TYPICAL_DROP = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """The test after each night, shape (nights,).

    evidence: the martingale, as a natural logarithm. since: the night (from 0) since which a drop is likeliest.
    drop: over all nights since the baseline, baseline minus nights. low, high: its confidence sequence, which holds the
    true drop on all nights at once in 1 − α of histories, if that drop was the same on all.
    """

    evidence: Floats
    since: NDArray[np.intp]
    drop: Floats
    low: Floats
    high: Floats

    @property
    def p(self) -> Floats:
        """The always-valid p-value: it never rises, and is at most α ever in at most α of histories."""
        return np.minimum(1.0, np.exp(-np.maximum.accumulate(np.maximum(self.evidence, 0.0), axis=-1)))

    def alarms(self, alpha: float = ALPHA) -> NDArray[np.bool_]:
        """Whether on or before each night the test has said that it got worse."""
        return np.maximum.accumulate(self.evidence, axis=-1) >= math.log(1 / alpha)


def sequence(drops: Drops, alpha: float = ALPHA, typical: float = TYPICAL_DROP) -> Sequence:
    """The test over all nights."""
    nights = drops.drop.shape[-1]
    weight, total = (_from_zero(values.cumsum(axis=-1)) for values in (drops.weight, drops.weight * drops.drop))
    start = np.arange(1, nights + 1)
    prior = -np.log(start * (start + 1.0))
    evidence, since = np.zeros(drops.drop.shape), np.zeros(drops.drop.shape, dtype=np.intp)
    for night in range(nights):
        first = slice(0, night + 1)
        after, before = weight[..., [night + 1]] - weight[..., first], drops.base[..., None] + weight[..., first]
        means = _over(total[..., [night + 1]] - total[..., first], after) - _over(total[..., first], before)
        ratios = prior[first] + log_ratio(means, after, before, drops.variance[..., [night]], typical)
        since[..., night] = ratios.argmax(axis=-1)
        evidence[..., night] = _log_sum(ratios, -math.log(night + 2))
    drop, half = _since_baseline(drops, weight, total, alpha, typical)
    return Sequence(evidence=evidence, since=since, drop=drop, low=drop - half, high=drop + half)


def log_ratio(drop: Floats, after: Floats, before: Floats, variance: Floats, typical: float) -> Floats:
    """How much likelier a drop of unknown size is than none: the logarithm of the ratio.

    Args:
        drop: between the means of so many trials. after, before: how many; without any on a side the ratio is 1.
    """
    from scipy.special import log_ndtr

    both = _over(after * before, after + before)
    information = both / variance
    z = standard(drop, both, variance)
    shrunk = information / (information + typical**-2)
    found: Floats = math.log(2) + 0.5 * np.log1p(-shrunk) + 0.5 * shrunk * z**2 + log_ndtr(z * np.sqrt(shrunk))
    return found


def standard(drop: Floats, trials: Floats, variance: Floats) -> Floats:
    """A drop in standard errors, one for the worse by Bennett's bound."""
    scaled = drop / variance
    jumps = np.maximum(scaled, 0.0)
    bennett = np.sqrt(2 * np.maximum((1 + jumps) * np.log1p(jumps) - jumps, 0.0))
    return np.sqrt(variance * trials) * np.where(scaled > 0, bennett, scaled)


def _since_baseline(drops: Drops, weight: Floats, total: Floats, alpha: float, typical: float) -> tuple[Floats, Floats]:
    """The drop over all nights so far, and half the width of its confidence sequence (Robbins's normal mixture)."""
    after, base = weight[..., 1:], drops.base[..., None]
    information = _over(after * base, after + base) / drops.variance
    ratio = information * typical**2
    width = np.sqrt((1 + ratio) * (np.log1p(ratio) + 2 * math.log(1 / alpha)))
    half = np.divide(width * typical, ratio, out=np.ones_like(ratio), where=ratio > 0)
    return _over(total[..., 1:], after), half


def _from_zero(values: Floats) -> Floats:
    return np.concatenate([np.zeros((*values.shape[:-1], 1)), values], axis=-1)


def _over(one: Floats, two: Floats) -> Floats:
    """The quotient, 0 where nothing is below."""
    one, two = np.broadcast_arrays(one, two)
    return np.divide(one, two, out=np.zeros(one.shape), where=two > 0)


def _log_sum(logs: Floats, rest: float) -> Floats:
    """The logarithm of the sum of these, and of what the prior has left for later nights."""
    top = np.maximum(logs.max(axis=-1), rest)
    found: Floats = top + np.log(np.exp(logs - top[..., None]).sum(axis=-1) + np.exp(rest - top))
    return found
