"""p-values that stand beside each other, adjusted for how many they are.

Written out rather than taken from statsmodels, whose function goes through the whole heap for garbage at each call
(0.2 s); the tests hold them against it.

Sources: S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6 (1979); Y. Benjamini,
Y. Hochberg, Controlling the false discovery rate, JRSS B 57 (1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def holm(values: Sequence[float | None]) -> list[float | None]:
    """Holm's p-values: at 5% the chance of any false rejection is at most 5%. None stays None and does not count."""
    order = _order(values)
    scaled = [(len(order) - rank) * p for rank, (p, _) in enumerate(order)]
    return _put_back(values, order, list(accumulate(scaled, max)))


def benjamini_hochberg(values: Sequence[float | None]) -> list[float | None]:
    """Benjamini's and Hochberg's: at 5% at most 5% of rejections are expected to be false. None as in `holm`."""
    order = _order(values)
    scaled = [len(order) / rank * p for rank, (p, _) in enumerate(order, 1)]
    return _put_back(values, order, list(accumulate(reversed(scaled), min))[::-1])


def _order(values: Sequence[float | None]) -> list[tuple[float, int]]:
    """The p-values with their places, the smallest first."""
    return sorted((value, place) for place, value in enumerate(values) if value is not None)


def _put_back(
    values: Sequence[float | None], order: Sequence[tuple[float, int]], adjusted: Sequence[float]
) -> list[float | None]:
    found = list(values)
    for (_, place), p in zip(order, adjusted, strict=True):
        found[place] = min(1.0, p)
    return found
