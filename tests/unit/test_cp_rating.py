"""Ratings: worked values, order, finiteness, and whether intervals hold the rating that outcomes were drawn from."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cp.rating import PRIORS, TIERS, Faced, Rating, chance, rate
from sandbox.stats import Z95

THOROUGH = os.environ.get("ROADTEST_EXAMPLES") == "thorough"


def faced(*outcomes: Sequence[float], tier: int = 2, difficulty: float | None = None) -> list[Faced]:
    return [
        Faced(problem=str(place), outcomes=tuple(row), tier=tier, difficulty=difficulty)
        for place, row in enumerate(outcomes)
    ]


def rated(problems: Sequence[Faced], resamples: int = 0) -> Rating:
    found = rate(problems, resamples=resamples)
    assert found is not None
    return found


def test_chances_are_those_of_elo() -> None:
    assert chance(1500, 1500) == 0.5
    assert chance(1900, 1500) == pytest.approx(10 / 11)
    assert chance(1100, 1500) == pytest.approx(1 / 11)
    assert chance(-1e9, 1500) == pytest.approx(0, abs=1e-300)
    assert chance(1e9, 1500) == 1


def test_what_speaks_for_the_prior_leaves_it_where_it_is() -> None:
    mean, deviation = PRIORS["human"]
    found = rated(faced([1, 0], difficulty=mean))
    slope = math.log(10) / 400
    assert found.rating == pytest.approx(mean)
    # Two attempts at even odds: information slope² / 4 each.
    assert found.se == pytest.approx((2 * slope**2 / 4 + deviation**-2) ** -0.5)
    assert found.interval == pytest.approx((mean - Z95 * found.se, mean + Z95 * found.se))
    assert (found.n_problems, found.n_attempts, found.bootstrap_se) == (1, 2, None)


def test_with_much_evidence_it_is_the_likeliest() -> None:
    # 10 of 11 solved is what 400 above the difficulty gives; the prior moves it little.
    found = rated(faced(*[[1] * 10 + [0]] * 40, difficulty=1500.0))
    assert found.rating == pytest.approx(1900, abs=5)


def test_the_slope_is_nought_there() -> None:
    problems = [
        Faced(problem="a", outcomes=(1.0, 0.25), tier=1),
        Faced(problem="b", outcomes=(0.0,), tier=3),
        Faced(problem="c", outcomes=(1.0, 1.0, 0.0), tier=4),
    ]
    found, (mean, deviation) = rated(problems).rating, PRIORS["internal"]
    pull = sum(y - chance(found, TIERS[one.tier or 0]) for one in problems for y in one.outcomes)
    assert math.log(10) / 400 * pull == pytest.approx((found - mean) / deviation**2, abs=1e-9)


@pytest.mark.parametrize("outcome", [0.0, 1.0])
@pytest.mark.parametrize("count", [1, 24, 5000])
def test_all_or_nothing_stays_finite_and_is_owned_up_to(outcome: float, count: int) -> None:
    found = rated(faced(*[[outcome]] * count, tier=4 if outcome else 1))
    assert abs(found.rating - 1400) < 3500
    assert found.se > 100
    assert ("Everything was solved" in found.caveat) == bool(outcome)
    assert ("Nothing was solved" in found.caveat) == (not outcome)


def test_scales_never_mix() -> None:
    human, ours = Faced(problem="h", outcomes=(1.0,), difficulty=1700.0), Faced(problem="o", outcomes=(1.0,), tier=3)
    assert rated([human]).scale == "human"
    both = rated([human, ours])
    assert (both.scale, both.n_problems) == ("internal", 1)
    assert "Left out, as no tier places them on this scale: 1." in both.caveat
    assert "CP-style score" in both.caveat
    assert "CP-style" not in rated([human]).caveat
    assert rate([]) is None
    assert rate([Faced(problem="h", outcomes=(1.0,))]) is None
    assert rate([Faced(problem="h", outcomes=(), tier=1)]) is None


def test_scores_in_part_count_as_shares() -> None:
    half, mixed = rated(faced([0.5], [0.5])), rated(faced([1.0], [0.0]))
    assert half.rating == pytest.approx(mixed.rating)
    assert half.se == pytest.approx(mixed.se)
    assert "counted as shares of a success: 2 of 2 problems" in half.caveat
    with pytest.raises(ValueError, match="within 0 to 1"):
        rate(faced([1.5]))


def test_repeats_that_go_alike_widen_the_interval_by_the_bootstrap() -> None:
    alike = rated(faced(*[[1.0] * 10] * 6, *[[0.0] * 10] * 6), resamples=200)
    mixed = rated(faced(*[[1.0, 0.0] * 5] * 12), resamples=200)
    assert alike.rating == pytest.approx(mixed.rating)
    assert alike.se == pytest.approx(mixed.se)
    assert alike.bootstrap_se is not None
    assert alike.bootstrap_se > 2 * alike.se
    assert alike.interval[1] - alike.rating == pytest.approx(Z95 * alike.bootstrap_se)
    assert mixed.bootstrap_se == pytest.approx(0, abs=1e-3)
    assert mixed.interval[1] - mixed.rating == pytest.approx(Z95 * mixed.se)


def test_the_same_seed_gives_the_same_interval() -> None:
    problems = faced([1.0], [0.0], [1.0], [0.0, 1.0])
    assert rate(problems, seed=1) == rate(problems, seed=1)
    assert rate(problems, seed=1) != rate(problems, seed=2)


OUTCOMES = st.lists(st.tuples(st.sampled_from([1, 2, 3, 4]), st.floats(0, 1)), min_size=1, max_size=12)


@given(OUTCOMES, st.integers(0, 11), st.floats(0, 1))
def test_doing_better_never_lowers_a_rating(pairs: list[tuple[int, float]], which: int, outcome: float) -> None:
    which %= len(pairs)
    better = [(tier, max(y, outcome) if place == which else y) for place, (tier, y) in enumerate(pairs)]
    before, after = (
        rated([Faced(problem=str(place), outcomes=(y,), tier=tier) for place, (tier, y) in enumerate(row)]).rating
        for row in (pairs, better)
    )
    assert after >= before - 1e-6


@given(OUTCOMES, st.randoms(use_true_random=False))
def test_the_order_of_problems_does_not_matter(pairs: list[tuple[int, float]], draw: random.Random) -> None:
    problems = [Faced(problem=str(place), outcomes=(y,), tier=tier) for place, (tier, y) in enumerate(pairs)]
    shuffled = draw.sample(problems, len(problems))
    assert rated(shuffled).rating == pytest.approx(rated(problems).rating, abs=1e-5)


# --- coverage ---


def test_the_curvature_holds_the_rating_exactly_as_often_as_it_says() -> None:
    """Without chance: with one slope the rating depends on how many are solved alone, and that has a known law."""
    problems = [Faced(problem=f"{tier}-{place}", outcomes=(), tier=tier) for tier in TIERS for place in range(6)]
    found = [
        rated(
            [
                Faced(problem=one.problem, outcomes=(float(place < solved),), tier=one.tier)
                for place, one in enumerate(problems)
            ]
        )
        for solved in range(len(problems) + 1)
    ]
    held = []
    for true in range(800, 2001, 25):
        law = [1.0]
        for one in problems:
            p = chance(true, TIERS[one.tier or 0])
            law = [a * (1 - p) + b * p for a, b in zip([*law, 0.0], [0.0, *law], strict=True)]
        held.append(sum(odds for odds, one in zip(law, found, strict=True) if abs(one.rating - true) <= Z95 * one.se))
    assert 0.93 <= sum(held) / len(held) <= 0.97
    assert min(held) > 0.9


@pytest.mark.parametrize(
    ("repeats", "misjudged", "least", "most"),
    [(1, 0.0, 0.93, 0.97), (3, 0.0, 0.93, 0.98), (5, 200.0, 0.9, 0.97)],
    ids=["as the model says", "repeats", "difficulties off by 200"],
)
def test_the_interval_holds_the_rating_that_outcomes_were_drawn_from(
    repeats: int, misjudged: float, least: float, most: float
) -> None:
    draw, trials = random.Random(7), 2000 if THOROUGH else 150
    held = narrow = 0
    for trial in range(trials):
        true = draw.uniform(800, 2000)
        problems = []
        for tier, place in [(tier, place) for tier in TIERS for place in range(6)]:
            p = chance(true, TIERS[tier] + draw.gauss(0, misjudged))
            outcomes = tuple(float(draw.random() < p) for _ in range(repeats))
            problems.append(Faced(problem=f"{tier}-{place}", outcomes=outcomes, tier=tier))
        found = rate(problems, resamples=40, seed=trial)
        assert found is not None
        held += found.interval[0] <= true <= found.interval[1]
        narrow += abs(found.rating - true) <= Z95 * found.se
    assert least <= held / trials <= most
    # Where difficulties are off, the curvature alone holds far less.
    assert not misjudged or narrow / trials < 0.9
