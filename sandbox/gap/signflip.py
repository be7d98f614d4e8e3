"""The sign-flip test over clusters.

If nothing differs between the two sides, the sum of the differences of each cluster might as well have had the other
sign. Under 20 clusters all 2^C ways are gone through and p is exact; above, 9,999 ways drawn with a fixed seed and the
one seen, which keeps the error of the first kind too.

Source: E. J. G. Pitman, Significance tests which may be applied to samples from any populations, JRSS Suppl. 4 (1937);
B. Phipson, G. K. Smyth, Permutation p-values should never be zero, SAGMB 9 (2010), for the sampled one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sandbox.gap.power import SAMPLED, SAMPLED_FROM

_SEED = 20260131


def sign_flip_p(sums: NDArray[np.float64], *, one_sided: bool = False) -> float:
    """How often a sum as far from zero comes of random signs.

    Args:
        sums: of each cluster the sum of its differences, shape (clusters,).
        one_sided: only a positive sum speaks against the hypothesis.
    """
    seen = float(sums.sum())
    near = 1e-9 * max(1.0, float(np.abs(sums).sum()))  # sums of fractions that are equal but for rounding
    if sums.size < SAMPLED_FROM:
        flipped = _every_sum(sums)
        as_far = flipped >= seen - near if one_sided else np.abs(flipped) >= abs(seen) - near
        return float(as_far.mean())
    flipped = _signs(sums.size) @ sums
    as_far = flipped >= seen - near if one_sided else np.abs(flipped) >= abs(seen) - near
    return (int(as_far.sum()) + 1) / (SAMPLED + 1)


def _every_sum(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums of all ways to give signs, shape (2^clusters,)."""
    found = np.zeros(1)
    for one in sums:
        found = np.concatenate([found + one, found - one])
    return found


@lru_cache(maxsize=32)
def _signs(clusters: int) -> NDArray[np.float64]:
    random = np.random.default_rng((_SEED, clusters))
    return random.choice(np.array([-1.0, 1.0]), (SAMPLED, clusters))
