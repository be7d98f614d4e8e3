"""What a comparison could have shown at all: the smallest p there can be, the smallest effect that it would see."""

from __future__ import annotations

from functools import lru_cache

ALPHA, POWER = 0.05, 0.80
# From so many clusters on not all sign-flips are gone through but a seeded sample of so many.
SAMPLED_FROM, SAMPLED = 20, 9_999

# Smallest effect in standard errors that the exact sign-flip test sees in 80%, by clusters of one size and normal
# differences (40,000 simulated for each). With few clusters few p-values exist, and the t-test's figure is too small
# (3.51 for 6).
_SIGN_FLIP_NEEDS = {6: 4.39, 7: 3.53, 8: 3.37, 9: 3.27, 10: 3.19, 11: 3.13, 12: 3.11}


def smallest_p(clusters: int, *, one_sided: bool = False) -> float:
    """The smallest p-value that the sign-flip test can give; 6 clusters: 0.031, one-sided 0.016."""
    if clusters >= SAMPLED_FROM:
        return 1 / (SAMPLED + 1)
    return min(1.0, (0.5 if one_sided else 1.0) * 2.0 ** (1 - clusters))


def minimum_detectable(error: float, freedom: float, clusters: int) -> float | None:
    """The smallest true difference that is found (two-sided 5%) in 80% of such comparisons.

    For clusters not too unequal: with six of 1 to 8 items it may be a third more.

    Args:
        error: standard error of the mean difference. freedom: degrees of freedom of that error.

    Returns:
        the difference, in units of `error`'s; None where no difference whatever could be found: too few clusters, or
        an error that cannot be seen.
    """
    if smallest_p(clusters) > ALPHA or not error > 0:
        return None
    return error * max(_t_needs(freedom), _SIGN_FLIP_NEEDS.get(clusters, 0.0))


@lru_cache(maxsize=1024)
def _t_needs(freedom: float) -> float:
    """The same in standard errors for the t-test, by the non-central t distribution."""
    from scipy.special import nctdtr, stdtrit

    limit = float(stdtrit(freedom, 1 - ALPHA / 2))
    # The other tail holds less than a millionth of the power here.
    low, high = 0.0, 8.0 * limit
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - nctdtr(freedom, middle, limit) < POWER else (low, middle)
    return high
