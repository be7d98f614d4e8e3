"""pass@k, pass^k, and intervals over tasks: hand-worked values, brute force, properties, coverage."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.stats import clustered_mean, clustered_share, pass_at_k, pass_hat_k, wilson

COUNTS = st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


# --- pass@k and pass^k ---

# n, c, k, pass@k, pass^k. Of 5 with 2 right: pairs without a right one C(3,2)=3 of 10, with both right 1 of 10.
WORKED = [
    (5, 2, 1, 0.4, 0.4),
    (5, 2, 2, 0.7, 0.1),
    (5, 2, 3, 0.9, 0.0),
    (5, 2, 4, 1.0, 0.0),
    (4, 3, 2, 1.0, 0.5),
    (3, 0, 3, 0.0, 0.0),
    (3, 3, 3, 1.0, 1.0),
    (1, 1, 1, 1.0, 1.0),
]


@pytest.mark.parametrize(("n", "c", "k", "at", "hat"), WORKED)
def test_worked_values(n: int, c: int, k: int, at: float, hat: float) -> None:
    assert (pass_at_k(n, c, k), pass_hat_k(n, c, k)) == (at, hat)


@pytest.mark.parametrize("n", range(1, 8))
def test_they_are_shares_of_all_draws(n: int) -> None:
    for c in range(n + 1):
        for k in range(1, n + 1):
            draws = list(combinations([True] * c + [False] * (n - c), k))
            assert pass_at_k(n, c, k) == sum(map(any, draws)) / len(draws)
            assert pass_hat_k(n, c, k) == sum(map(all, draws)) / len(draws)


@given(COUNTS)
def test_one_draw_is_the_rate_and_more_draws_part_from_it(case: tuple[int, int]) -> None:
    n, c = case
    at = [pass_at_k(n, c, k) or 0.0 for k in range(1, n + 1)]
    hat = [pass_hat_k(n, c, k) or 0.0 for k in range(1, n + 1)]
    assert at[0] == hat[0] == c / n
    assert at == sorted(at)
    assert hat == sorted(hat, reverse=True)
    assert at[-1] == float(c > 0)
    assert hat[-1] == float(c == n)


@given(COUNTS, st.integers(1, 60))
def test_failing_always_is_the_mirror_of_succeeding_once(case: tuple[int, int], k: int) -> None:
    n, c = case
    at, hat = pass_at_k(n, c, k), pass_hat_k(n, n - c, k)
    if k > n:
        assert at is None
        assert hat is None
    else:
        assert at is not None
        assert hat is not None
        assert at == pytest.approx(1 - hat, abs=1e-15)


def test_large_counts_are_exact_and_quick() -> None:
    # One in a million is right: the chance that a draw of k has it is k/n, where 1 - (1 - …) loses digits.
    assert pass_at_k(10**6, 1, 3) == 3e-6
    assert pass_at_k(10**6, 5 * 10**5, 1) == 0.5
    assert pass_hat_k(10**6, 10**6 - 1, 5 * 10**5) == 0.5
    assert pass_hat_k(2000, 1000, 900) == float(Fraction(math.comb(1000, 900), math.comb(2000, 900)))
    assert pass_at_k(2000, 1000, 900) == 1.0


@pytest.mark.parametrize(("n", "c", "k"), [(3, 4, 1), (3, -1, 1), (3, 1, 0)])
def test_impossible_counts_are_refused(n: int, c: int, k: int) -> None:
    for function in (pass_at_k, pass_hat_k):
        with pytest.raises(ValueError, match="no counts"):
            function(n, c, k)


# --- means over tasks ---


@given(st.integers(1, 9).flatmap(lambda n: st.lists(st.tuples(st.integers(0, n), st.just(n)), min_size=1, max_size=12)))
def test_of_rates_of_equal_tasks_it_is_the_clustered_share(tasks: list[tuple[int, int]]) -> None:
    share = clustered_share(tasks, wary=True)
    mean = clustered_mean((c / n, n) for c, n in tasks)
    assert mean.value == pytest.approx(share.rate)
    assert mean.effective == pytest.approx(share.effective)
    assert mean.interval == pytest.approx(share.interval)


VALUES = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=12)


@given(VALUES)
def test_it_tells_at_least_one_case_a_task_and_holds_the_mean(values: list[tuple[float, int]]) -> None:
    found = clustered_mean(values)
    assert found.value is not None
    assert found.interval is not None
    assert found.interval[0] - 1e-9 <= found.value <= found.interval[1] + 1e-9
    assert len(values) - 1e-9 <= found.effective <= sum(cases for _, cases in values) + 1e-9


def test_one_trial_of_each_task_has_wilsons_interval() -> None:
    assert clustered_mean([(1.0, 1)] * 3 + [(0.0, 1)] * 7).interval == pytest.approx(wilson(3, 10))
    assert clustered_mean([]).interval is None
    assert clustered_mean([]).value is None


def test_tasks_that_are_all_or_nothing_count_once_and_those_alike_count_more() -> None:
    apart = clustered_mean([(1.0, 8)] * 5 + [(0.0, 8)] * 5)
    alike = clustered_mean([(0.5, 8)] * 10)
    assert apart.effective == pytest.approx(10)
    # Eighty cases, shrunk by the square of 1.96 over t with nine degrees of freedom, 2.2622.
    assert alike.effective == pytest.approx(80 * (1.95996 / 2.2622) ** 2, rel=0.01)


def test_a_task_of_few_cases_weighs_as_much_as_one_of_many() -> None:
    # Weights of one half each: the variance is that of 2² / (1/1 + 1/9) cases, before it is shrunk.
    assert clustered_mean([(0.5, 1), (0.5, 9)]).effective == 2
    assert clustered_mean([(0.5, 1)] * 40 + [(0.5, 9)] * 40).effective == pytest.approx(
        80**2 / (40 + 40 / 9) * (1.95996 / 1.9905) ** 2, rel=0.001
    )


def test_nothing_solved_in_ten_tasks_is_no_proof_of_eighty_trials() -> None:
    nothing = clustered_mean([(0.0, 8)] * 10).interval
    assert nothing == wilson(0, 10)
    assert clustered_share([(0, 8)] * 10, wary=True).interval == wilson(0, 10)
    assert clustered_share([(8, 8)] * 10, wary=True).interval == wilson(10, 10)
    assert clustered_share([(0, 8)] * 10).effective > 50


def _coverage(rate: float, tasks: int, interval: object) -> float:
    """How often an interval holds the rate, where each task is solved in all of eight repeats or in none."""
    held = 0.0
    for solved in range(tasks + 1):
        low, high = interval(solved)  # type: ignore[operator]
        chance = math.comb(tasks, solved) * rate**solved * (1 - rate) ** (tasks - solved)
        held += chance * (low <= rate <= high)
    return held


def test_where_repeats_are_all_alike_only_the_clustered_interval_holds_the_rate() -> None:
    for rate in (0.1, 0.3, 0.5):
        clustered = _coverage(
            rate, 10, lambda s: clustered_share([(8, 8)] * s + [(0, 8)] * (10 - s), wary=True).interval
        )
        pooled = _coverage(rate, 10, lambda s: wilson(8 * s, 80))
        assert clustered > 0.89
        assert pooled < 0.75
