"""The mean of paired differences over items that come in clusters (repos): interval, test, what it could have shown.

The interval is Student's t with the bias-reduced cluster variance (CR2) and the degrees of freedom that go with it; for
clusters of one size that is t over the clusters' means with C−1 degrees of freedom. The p-value is that of the
sign-flip test. Why these: `docs/design/gap.md`, with the coverage measured.

Sources: R. M. Bell, D. F. McCaffrey, Bias reduction in standard errors for linear regression with multi-stage samples,
Survey Methodology 28 (2002), in the closed form that it has for a mean.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sandbox.gap.power import SAMPLED_FROM, minimum_detectable, smallest_p
from sandbox.gap.signflip import sign_flip_p
from sandbox.stats import Z95

Floats = NDArray[np.float64]

CR2, UNSEEN = "CR2 t", "nothing varied: Wilson's bound on what was not seen"
EXACT, SAMPLED_FLIPS = "sign-flip, exact", "sign-flip, sampled"
TWO_SIDED, GREATER = "two-sided", "greater"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Which items go together.

    index: the cluster of each item, shape (items,). sizes: items in each, shape (clusters,).
    """

    index: NDArray[np.intp]
    sizes: Floats

    @classmethod
    def of(cls, names: Sequence[Hashable]) -> Clusters:
        """From the name of each item's cluster."""
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        index = np.array([numbers[name] for name in names], dtype=np.intp)
        return cls(index=index, sizes=np.bincount(index, minlength=len(numbers)).astype(np.float64))

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.sizes.size)

    @property
    def shares(self) -> Floats:
        """Of all items those in each, shape (clusters,)."""
        total: float = self.sizes.sum()
        return self.sizes / total

    def sums(self, values: Floats) -> Floats:
        """The sum over each cluster, shape (clusters,)."""
        found = np.zeros(self.count)
        np.add.at(found, self.index, values)
        return found

    def covariance(self, first: Floats, second: Floats) -> float:
        """CR2 covariance of the means of two values of each item; needs two clusters."""
        shares, items = self.shares, self.index.size
        one, two = (self.sums(values - values.mean()) for values in (first, second))
        return float((one * two / (1 - shares)).sum()) / items**2

    @property
    def freedom(self) -> float:
        """Bell's and McCaffrey's degrees of freedom of that variance: C−1 for clusters of one size, else fewer."""
        squares = self.shares**2
        weights = squares / (1 - self.shares)
        return 1 / float(squares.sum() + weights.sum() ** 2 - (weights**2).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """A mean of paired differences.

    value: the mean over items, None without any. low, high: its 95% interval, None with fewer than two clusters.
    interval_by, test: the methods, by name. p: None with fewer than two clusters. alternative: two-sided or greater
    (than zero). smallest_p: the smallest that the test could have given. error: standard error. freedom: its degrees of
    freedom. detectable: the smallest true difference found in 80% (`minimum_detectable`), None where none there is.
    """

    value: float | None
    low: float | None
    high: float | None
    interval_by: str | None
    p: float | None
    test: str | None
    alternative: str
    smallest_p: float
    error: float | None
    freedom: float | None
    detectable: float | None
    items: int
    clusters: int


def paired(
    differences: Sequence[float] | Floats,
    clusters: Sequence[Hashable],
    *,
    alternative: str = TWO_SIDED,
    bound: float = 1.0,
) -> Paired:
    """The mean of differences, each item counting alike.

    Args:
        differences: one for each item. clusters: the cluster of each item.
        alternative: what speaks against "no difference": any, or only a positive one.
        bound: differences lie between −bound and bound, and so does the interval.
    """
    values, groups = np.asarray(differences, dtype=np.float64), Clusters.of(clusters)
    one_sided = alternative == GREATER
    alone = _without_interval(values, groups.count, alternative)
    if groups.count < 2:
        return alone
    value, freedom = float(values.mean()), groups.freedom
    error = math.sqrt(groups.covariance(values, values))
    low, high, interval_by = _interval(value, error, freedom, groups.count, bound)
    return replace(
        alone,
        low=max(-bound, low),
        high=min(bound, high),
        interval_by=interval_by,
        p=sign_flip_p(groups.sums(values), one_sided=one_sided),
        test=EXACT if groups.count < SAMPLED_FROM else SAMPLED_FLIPS,
        error=error,
        freedom=freedom,
        detectable=_detectable(error, freedom, groups.count, bound),
    )


def _detectable(error: float, freedom: float, clusters: int, bound: float) -> float | None:
    found = minimum_detectable(error, freedom, clusters) if varies(error) else None
    return None if found is None or found > bound else found


def _without_interval(values: Floats, clusters: int, alternative: str) -> Paired:
    """All that can be said without variance between clusters."""
    return Paired(
        value=float(values.mean()) if values.size else None,
        low=None,
        high=None,
        interval_by=None,
        p=None,
        test=None,
        alternative=alternative,
        smallest_p=smallest_p(clusters, one_sided=alternative == GREATER),
        error=None,
        freedom=None,
        detectable=None,
        items=int(values.size),
        clusters=clusters,
    )


def varies(error: float) -> bool:
    """Whether a standard error is more than what rounding leaves."""
    return error > 1e-9


def _interval(value: float, error: float, freedom: float, clusters: int, bound: float) -> tuple[float, float, str]:
    if varies(error):
        half = t_limit(freedom) * error
        return value - half, value + half, CR2
    share = unseen(clusters)
    return value - share * (value + bound), value + share * (bound - value), UNSEEN


def t_limit(freedom: float) -> float:
    """The 97.5% point of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def unseen(clusters: int) -> float:
    """The share of clusters that may be otherwise though none was seen to be: Wilson's upper limit for 0 of so many."""
    return Z95**2 / (clusters + Z95**2)
