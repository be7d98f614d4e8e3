"""Whether nights are worse than the baseline: a test that may be looked at every night, forever. Pure.

For each night s on which the change may have come, the likelihood of the nights from s on having dropped is held
against that of nothing having changed. The baseline's rate is not known but estimated, so only differences count, and
what was before s is baseline too: the difference of two means of N and B trials, of variance v(1/N + 1/B), task by
task where not all were run alike (`counts.Contrast`). Over the size of the drop a half-normal prior is put, over s one
that falls as 1/s². The mean of all these ratios is a martingale where nothing has changed: it reaches 1/α ever, on any
night, in at most α of histories (Ville). That is exact for normal nights of known variance; that it also holds with an
estimated one was measured (docs/design/nights.md).

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

from sandbox.nights.counts import Contrast, Floats, Tallies

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


def sequence(tallies: Tallies, alpha: float = ALPHA, typical: float = TYPICAL_DROP) -> Sequence:
    """The test over all nights."""
    summed, nights = tallies.summed(), tallies.beyond.shape[-1]
    start = np.arange(1, nights + 1)
    prior = -np.log(start * (start + 1.0))
    evidence = np.zeros(tallies.beyond.shape)
    since = np.zeros(evidence.shape, dtype=np.intp)
    for night in range(nights):
        first = slice(0, night + 1)
        before, now = summed.rows(first), slice(night, night + 1)
        held = tallies.contrast(before, summed.rows(slice(night + 1, night + 2)).without(before), now)
        ratios = prior[first] + log_ratio(held, typical)
        since[..., night] = ratios.argmax(axis=-1)
        evidence[..., night] = _log_sum(ratios, -math.log(night + 2))
    baseline = summed.rows(slice(0, 1))
    whole = tallies.contrast(baseline, summed.rows(slice(1, None)).without(baseline), slice(None))
    half = _half_width(whole, alpha, typical)
    return Sequence(evidence=evidence, since=since, drop=whole.drop, low=whole.drop - half, high=whole.drop + half)


def log_ratio(held: Contrast, typical: float) -> Floats:
    """How much likelier a drop of unknown size is than none: the logarithm of the ratio; 0 without trials."""
    from scipy.special import log_ndtr

    information = held.trials / held.variance
    z = standard(held.drop, held.trials, held.variance)
    shrunk = information / (information + typical**-2)
    found: Floats = math.log(2) + 0.5 * np.log1p(-shrunk) + 0.5 * shrunk * z**2 + log_ndtr(z * np.sqrt(shrunk))
    return found


def standard(drop: Floats, trials: Floats, variance: Floats) -> Floats:
    """A drop in standard errors, one for the worse by Bennett's bound."""
    scaled = drop / variance
    jumps = np.maximum(scaled, 0.0)
    bennett = np.sqrt(2 * np.maximum((1 + jumps) * np.log1p(jumps) - jumps, 0.0))
    return np.sqrt(variance * trials) * np.where(scaled > 0, bennett, scaled)


def _half_width(whole: Contrast, alpha: float, typical: float) -> Floats:
    """Half the width of the confidence sequence (Robbins's normal mixture)."""
    ratio = whole.trials / whole.variance * typical**2
    width = np.sqrt((1 + ratio) * (np.log1p(ratio) + 2 * math.log(1 / alpha)))
    return np.divide(width * typical, ratio, out=np.ones_like(ratio), where=ratio > 0)


def _log_sum(logs: Floats, rest: float) -> Floats:
    """The logarithm of the sum of these, and of what the prior has left for later nights."""
    top = np.maximum(logs.max(axis=-1), rest)
    found: Floats = top + np.log(np.exp(logs - top[..., None]).sum(axis=-1) + np.exp(rest - top))
    return found
