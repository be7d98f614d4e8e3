"""How often the gate of two runs fails, held against runs whose drop was built in. Figures: docs/design/nights.md."""

from __future__ import annotations

import numpy as np
import pytest

from sandbox.gap.paired import GREATER, paired
from sandbox.gap.simulate import UNEVEN

pytestmark = pytest.mark.slow

REPEATS, PAIRS = 3, 2_000


def failing(repos: int, drop: float, margin: float, pairs: int = PAIRS) -> float:
    """In how many percent of pairs of runs the gate fails; a drop is tasks lost altogether."""
    random = np.random.default_rng(0)
    clusters = np.repeat(np.arange(repos), [UNEVEN[number % len(UNEVEN)] for number in range(repos)])
    failed = 0
    for _ in range(pairs):
        before = random.beta(2, 1, clusters.size)
        lost = random.random(clusters.size) < drop / before.mean()
        after = np.where(lost, 0.0, before)
        worse = (random.binomial(REPEATS, before) - random.binomial(REPEATS, after)) / REPEATS
        found = paired(worse - margin, list(clusters), alternative=GREATER, bound=1 + margin)
        assert found.p is not None
        failed += found.p <= 0.05
    return 100 * failed / pairs


@pytest.mark.parametrize("repos", [6, 12, 24])
@pytest.mark.parametrize(("drop", "margin"), [(0.0, 0.0), (0.05, 0.05), (0.1, 0.1), (0.0, 0.05)])
def test_a_drop_within_the_margin_fails_seldom(repos: int, drop: float, margin: float) -> None:
    assert failing(repos, drop, margin) <= 5.5


def test_a_drop_beyond_it_fails_where_repos_are_enough() -> None:
    assert failing(24, 0.15, 0.0, pairs=500) >= 90
