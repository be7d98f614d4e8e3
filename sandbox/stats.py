"""Intervals for what is reported."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Z95 = 1.959963984540054


def wilson(successes: float, total: float, z: float = Z95) -> tuple[float, float] | None:
    """Wilson's score interval for one proportion (95% unless `z` says otherwise); None without trials.

    Source: E. B. Wilson, Probable inference, the law of succession, and
    statistical inference, JASA 22 (1927).
    """
    if total == 0:
        return None
    share = successes / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A proportion over clusters.

    design_effect: how many times the variance of independent cases, at least 1. effective: how many independent cases
    tell as much; the 95% interval is Wilson's for so many.
    """

    successes: int
    total: int
    clusters: int
    design_effect: float
    effective: float
    interval: tuple[float, float] | None

    @property
    def rate(self) -> float | None:
        """Successes over total; None without any."""
        return self.successes / self.total if self.total else None


def clustered_share(clusters: Iterable[tuple[int, int]], *, wary: bool = False) -> Share:
    """A proportion whose cases come in clusters (calls in tasks), with Wilson's interval on the effective sample.

    The variance of the ratio y/m between clusters over that of independent cases is the design effect; below 1, or
    where nothing or everything is a success, it is taken as 1: that clusters agree more than by chance is luck. Few
    clusters tell their own variance badly, so the sample is shrunk by (z/t)² too, t with one degree of freedom less
    than clusters. It is never less than (Σm)²/Σm², as if all cases of a cluster went the same way: so two clusters of
    one size count as two cases, and equal samples give intervals that can be compared. With one cluster variance
    between clusters cannot be seen at all: plain Wilson, which speaks of that cluster alone.

    Simulated (beta-binomial, 4 to 20 cases a cluster, rates 0.05 and 0.3): at an intra-cluster correlation of 0.02 and
    0.1 it holds the true rate in 93-100% for 2 to 20 clusters, at 0.3 in 87-100%.

    Sources: J. N. K. Rao, A. J. Scott, A simple method for the analysis of clustered binary data, Biometrics 48 (1992);
    E. L. Korn, B. I. Graubard, Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data, Survey Methodology 24 (1998).

    Args:
        clusters: (successes, cases) of each; those without cases are left out.
        wary: where nothing or everything is a success, count a cluster as one case. For cases that go much alike, such
            as repeats of one task (see `clustered_mean`): there "nothing in ten tasks, eight times each" is closer
            to ten cases than to eighty.
    """
    counted = [(successes, cases) for successes, cases in clusters if cases]
    successes, total = sum(one for one, _ in counted), sum(cases for _, cases in counted)
    effect, effective = 1.0, float(total)
    if len(counted) > 1:
        effect = _design_effect(counted)
        shrunk = total / effect * (Z95 / t_quantile_975(len(counted) - 1)) ** 2
        least = total**2 / sum(cases**2 for _, cases in counted)
        effective = least if wary and successes in (0, total) else min(max(shrunk, least), float(total))
    return Share(
        successes=successes,
        total=total,
        clusters=len(counted),
        design_effect=effect,
        effective=effective,
        interval=wilson(successes / total * effective, effective) if total else None,
    )


def _design_effect(clusters: Sequence[tuple[int, int]]) -> float:
    successes, total = sum(one for one, _ in clusters), sum(cases for _, cases in clusters)
    rate, count = successes / total, len(clusters)
    if not 0 < rate < 1:
        return 1.0
    squares = sum((one - rate * cases) ** 2 for one, cases in clusters)
    return max(1.0, count / (count - 1) * squares / (total * rate * (1 - rate)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean over clusters of values between 0 and 1. effective: how many independent yes-or-no cases tell as much."""

    value: float | None
    clusters: int
    effective: float
    interval: tuple[float, float] | None


def clustered_mean(values: Iterable[tuple[float, int]]) -> Mean:
    """The mean of one estimate for each cluster (pass@k of each task), with Wilson's interval on the effective sample.

    Repeats of a task are no independent trials: some tasks are nearly always solved and some never. Wilson's interval
    on all trials, as if they were, holds the true rate in as little as 15% at an intra-task correlation of 0.9. The
    textbook's t over clusters' values has no width where all agree (nothing solved in three tasks: 0-0%). So the
    variance between clusters is turned into a number of yes-or-no cases, and Wilson's interval is that of so many: at
    least one a cluster, at most `cases`; one a cluster where nothing or everything succeeds, so that variance cannot be
    seen. Of rates with clusters of one size this is what a wary `clustered_share` gives.

    Simulated (beta-binomial, 3 and 8 repeats, k of 1 to 8, 2 to 50 tasks, rates 0.05 to 0.8): it holds the true pass@k
    and pass^k in 98% on average without intra-task correlation, in 95% at 0.9; in 82% at worst (two or three tasks and
    true values near 0), which is where Wilson's interval for one trial of each task has its worst too.

    Args:
        values: of each cluster its estimate, and how many independent cases that rests on, at least 1. For pass@k of n
            repeats that is n // k: of disjoint samples of k there are so many, and the estimate varies no more than
            their mean does (W. Hoeffding, JASA 58 (1963), section 5).
    """
    counted = list(values)
    clusters = len(counted)
    if not clusters:
        return Mean(value=None, clusters=0, effective=0.0, interval=None)
    mean = math.fsum(value for value, _ in counted) / clusters
    effective = clusters**2 / math.fsum(1 / cases for _, cases in counted)
    if clusters > 1:
        effective = min(max(_cases_seen(counted, mean, effective), clusters), effective)
    return Mean(value=mean, clusters=clusters, effective=effective, interval=wilson(mean * effective, effective))


def _cases_seen(values: Sequence[tuple[float, int]], mean: float, most: float) -> float:
    """How many independent cases would vary as much, shrunk as in `clustered_share`; 0 where no variance is seen."""
    if all(value == 0 for value, _ in values) or all(value == 1 for value, _ in values):
        return 0.0
    clusters = len(values)
    variance = math.fsum((value - mean) ** 2 for value, _ in values) / (clusters - 1) / clusters
    # A variance below that of the most cases there can be is luck.
    variance = max(variance, mean * (1 - mean) / most)
    return mean * (1 - mean) / variance * (Z95 / t_quantile_975(clusters - 1)) ** 2


def pass_at_k(n: int, c: int, k: int) -> float | None:
    """The chance that of k trials at least one succeeds, estimated without bias: 1 − C(n−c,k)/C(n,k).

    Source: M. Chen et al., Evaluating large language models trained on code (2021), arXiv:2107.03374.

    Args:
        n: trials that were made. c: those that succeeded. k: how many are taken, at least 1.

    Returns:
        the correctly rounded value; None for k above n, where nothing can be estimated.
    """
    _check_counts(n, c, k)
    if k > n:
        return None
    whole, without = _draws_without(n, c, k)
    return (whole - without) / whole


def pass_hat_k(n: int, c: int, k: int) -> float | None:
    """pass^k, the chance that k trials all succeed, estimated without bias: C(c,k)/C(n,k).

    Source: S. Yao et al., tau-bench: a benchmark for tool-agent-user interaction in real-world domains (2024),
    arXiv:2406.12045.

    Args:
        n, c, k: as for `pass_at_k`.

    Returns:
        the correctly rounded value; None for k above n.
    """
    _check_counts(n, c, k)
    if k > n:
        return None
    whole, without = _draws_without(n, n - c, k)
    return without / whole


def _check_counts(n: int, c: int, k: int) -> None:
    if not (0 <= c <= n and k >= 1):
        raise ValueError(f"no counts of trials: n={n}, c={c}, k={k}")


def _draws_without(n: int, marked: int, k: int) -> tuple[int, int]:
    """Draws of k out of n, all of them and those without any marked one, up to a common factor."""
    # C(n-m,k)/C(n,k) does not change when m and k change places; with the smaller one below numbers stay small.
    fewer, more = sorted((marked, k))
    return math.comb(n, fewer), math.comb(n - more, fewer)


def t_quantile_975(freedom: int) -> float:
    """The 97.5% point of Student's t, to 0.5% (exact for one and two degrees of freedom).

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    if freedom == 1:
        return math.tan(math.pi * 0.475)
    if freedom == 2:
        return 0.95 * math.sqrt(2 / (1 - 0.95**2))
    z, n = Z95, float(freedom)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / n + second / n**2 + third / n**3 + fourth / n**4


def clopper_pearson(successes: int, total: int, alpha: float = 0.05) -> tuple[float, float] | None:
    """The exact interval for one proportion: it holds the true one in at least 1 − alpha; None without trials.

    Source: C. J. Clopper, E. S. Pearson, The use of confidence or fiducial limits illustrated in the case of the
    binomial, Biometrika 26 (1934).
    """
    if total == 0:
        return None
    rest = total - successes
    low = _beta_quantile(successes, rest + 1, alpha / 2) if successes else 0.0
    high = _beta_quantile(successes + 1, rest, 1 - alpha / 2) if rest else 1.0
    return low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio with its 95% interval; None stands for infinite."""

    value: float | None
    low: float | None
    high: float | None


def rate_ratio(events: tuple[int, int], exposures: tuple[int, int]) -> Ratio | None:
    """The ratio of two rates, the first over the second, with an exact interval; None without an event or an exposure.

    Given how many events there are in all, those of the first are binomial; the interval is Clopper's and Pearson's
    for their share, scaled by the exposures. Exact for rare events; for independent frequent ones it is too wide, and
    for events that come in clusters it may be too narrow.

    Source: J. Przyborowski, H. Wilenski, Homogeneity of results in testing samples from Poisson series, Biometrika 31
    (1940).
    """
    first, second = events
    shares = clopper_pearson(first, first + second)
    if shares is None or not all(exposures):
        return None
    scale = exposures[1] / exposures[0]
    low, high = (share / (1 - share) * scale if share < 1 else None for share in shares)
    return Ratio(value=first / second * scale if second else None, low=low, high=high)


def _beta_quantile(a: float, b: float, level: float) -> float:
    low, high = 0.0, 1.0
    while high - low > 1e-14 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _beta_share(a, b, middle) < level else (low, middle)
    return (low + high) / 2


def _beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22) after Lentz."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(b, a, 1 - x)
    if x <= 0:
        return 0.0
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    fraction, place, change = d, 0, 0.0
    while abs(change - 1) > 1e-15 and place < 100_000:
        place += 1
        even = place * (b - place) * x / ((a + 2 * place - 1) * (a + 2 * place))
        odd = -(a + place) * (a + b + place) * x / ((a + 2 * place) * (a + 2 * place + 1))
        change = 1.0
        for term in (even, odd):
            c, d = 1 + term / c, 1 / (1 + term * d)
            change *= c * d
        fraction *= change
    return math.exp(front) * fraction / a
