"""Intervals for what is reported."""

from __future__ import annotations

import math


def wilson(successes: int, total: int, z: float = 1.959963984540054) -> tuple[float, float] | None:
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
