"""Paired differences over clusters: by hand, against scipy and statsmodels, against the textbook's matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

from sandbox.gap.adjust import benjamini_hochberg, holm
from sandbox.gap.paired import CR2, EXACT, GREATER, SAMPLED_FLIPS, UNSEEN, Clusters, paired, unseen
from sandbox.gap.power import minimum_detectable, smallest_p
from sandbox.gap.retention import FIELLER, retention
from sandbox.gap.signflip import sign_flip_p
from sandbox.stats import wilson

SIX = [-0.5, -0.25, -0.5, -1.0, -0.25, -0.75]
CLUSTERED = st.lists(
    st.tuples(st.integers(-3, 3).map(lambda thirds: thirds / 3), st.integers(0, 7)), min_size=4, max_size=30
)


# --- the interval ---


def test_clusters_of_one_item_are_the_textbooks_t_test() -> None:
    found, usual = paired(SIX, range(6)), stats.ttest_1samp(SIX, 0)
    assert found.value == pytest.approx(-3.25 / 6)
    low, high = usual.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.freedom == pytest.approx(5)
    assert (found.interval_by, found.test, found.items, found.clusters) == (CR2, EXACT, 6, 6)


def test_clusters_of_one_size_are_a_t_test_of_their_means() -> None:
    values, clusters = [0.0, 1.0, -1.0, -1.0, 0.5, -0.5, -1.0, 0.0], list("aabbccdd")
    usual = stats.ttest_1samp([0.5, -1.0, 0.0, -0.5], 0)
    found = paired(values, clusters)
    assert found.error == pytest.approx(0.5**0.5 / 2 * (5 / 6) ** 0.5)
    assert (found.low, found.high) == pytest.approx(tuple(max(-1.0, end) for end in usual.confidence_interval(0.95)))


@given(CLUSTERED)
def test_variance_and_freedom_are_those_of_bell_and_mccaffrey(drawn: list[tuple[float, int]]) -> None:
    values, names = np.array([value for value, _ in drawn]), [name for _, name in drawn]
    groups = Clusters.of(names)
    if groups.count < 2:
        return
    variance, freedom = by_matrices(values, groups)
    assert groups.covariance(values, values) == pytest.approx(variance, abs=1e-12)
    assert groups.freedom == pytest.approx(freedom)


def by_matrices(values: np.ndarray, groups: Clusters) -> tuple[float, float]:
    """CR2 of an intercept as it is written for any regression, with residuals and their adjustment by matrices."""
    items = values.size
    design = np.ones((items, 1))
    bread = np.linalg.inv(design.T @ design)
    left = np.eye(items) - design @ bread @ design.T
    residuals, variance, vectors = left @ values, 0.0, []
    for number in range(groups.count):
        here = groups.index == number
        weights, axes = np.linalg.eigh(left[np.ix_(here, here)])
        adjusted = axes @ np.diag(weights**-0.5) @ axes.T
        variance += float((bread @ design[here].T @ adjusted @ residuals[here])[0] ** 2)
        vectors.append(left[here].T @ adjusted @ design[here] @ bread)
    spread = np.linalg.eigvalsh(np.hstack(vectors).T @ np.hstack(vectors))
    return variance, float(spread.sum() ** 2 / (spread**2).sum())


def test_a_cluster_tells_nothing_of_others() -> None:
    found = paired([0.5, -0.5, 0.25], ["a"] * 3)
    assert found.value == pytest.approx(0.25 / 3)
    assert (found.low, found.p, found.detectable, found.smallest_p) == (None, None, None, 1.0)
    assert paired([], []).value is None


def test_where_nothing_varies_the_interval_has_a_width_all_the_same() -> None:
    found = paired([0.0] * 12, range(12))
    limits = wilson(0, 12)
    assert limits is not None
    assert unseen(12) == pytest.approx(limits[1])
    assert (found.low, found.high) == pytest.approx((-limits[1], limits[1]))
    assert (found.interval_by, found.detectable) == (UNSEEN, None)
    gone = paired([-1.0] * 12, range(12))
    assert gone.low == -1
    assert gone.high is not None
    assert -1 < gone.high < 0


def test_an_interval_stays_where_differences_can_be() -> None:
    assert paired([1.0, -1.0], "ab").low == -1
    assert paired([2.0, -2.0], "ab", bound=2.0).high == 2


# --- the test ---


def test_six_repos_that_all_lose_give_the_smallest_p_there_is() -> None:
    assert paired(SIX, range(6)).p == smallest_p(6) == 1 / 32
    assert paired([-one for one in SIX], range(6), alternative=GREATER).p == smallest_p(6, one_sided=True) == 1 / 64
    assert paired(SIX, range(6), alternative=GREATER).p == 1
    assert smallest_p(5) > 0.05
    assert smallest_p(19) == 2**-18


def test_p_worked_by_hand() -> None:
    # Of the eight ways to sign 3, 2 and -1 those as far out as 4 are ±(3,2,-1) and ±(3,2,1).
    assert sign_flip_p(np.array([3.0, 2.0, -1.0])) == 4 / 8
    assert sign_flip_p(np.array([3.0, 2.0, -1.0]), one_sided=True) == 2 / 8
    assert sign_flip_p(np.zeros(3)) == 1


@pytest.mark.parametrize(("one_sided", "alternative"), [(False, "two-sided"), (True, "greater")])
def test_p_is_that_of_scipys_permutation_test(one_sided: bool, alternative: str) -> None:
    sums = np.array([0.4, -0.3, 1.2, 0.9, 0.05, -0.6, 0.7, 0.8])
    usual = stats.permutation_test(
        (sums,), lambda one, axis: one.sum(axis=axis), permutation_type="samples", alternative=alternative,
        vectorized=True, n_resamples=np.inf,
    )  # fmt: skip
    assert sign_flip_p(sums, one_sided=one_sided) == pytest.approx(usual.pvalue)


def test_many_clusters_are_sampled_the_same_way_each_time() -> None:
    values = np.random.default_rng(5).normal(0.35, 1, 24)
    found = paired(values, range(24), bound=math.inf)
    assert found.test == SAMPLED_FLIPS
    assert found.p == paired(values, range(24), bound=math.inf).p
    assert found.p == pytest.approx(float(stats.ttest_1samp(values, 0).pvalue), abs=0.02)
    assert paired([1.0] * 24, range(24)).p == smallest_p(24) == 1e-4


def test_rounding_does_not_move_p() -> None:
    thirds = [1 / 3 + 1 / 3 + 1 / 3 - 1, 0.1 + 0.2, -0.3, 0.3, 0.3, 0.3]
    assert paired(thirds, range(6)).p == paired([0, 0.3, -0.3, 0.3, 0.3, 0.3], range(6)).p


# --- what could have been seen ---


@pytest.mark.parametrize("clusters", [13, 16, 24, 60])
def test_what_is_detectable_agrees_with_statsmodels(clusters: int) -> None:
    effect = TTestPower().solve_power(effect_size=None, nobs=clusters, alpha=0.05, power=0.8, alternative="two-sided")
    error = 0.07
    assert minimum_detectable(error, clusters - 1, clusters) == pytest.approx(effect * error * clusters**0.5, rel=1e-4)


def test_few_repos_detect_less_or_nothing() -> None:
    assert minimum_detectable(0.1, 4, 5) is None
    assert minimum_detectable(0.1, 5, 6) == pytest.approx(0.439)
    # 0.8 = Φ(x)^6 for six normal differences that all have to have one sign.
    assert stats.norm.cdf(4.39 / 6**0.5) ** 6 == pytest.approx(0.8, abs=0.005)
    assert paired([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0], range(7)).detectable is None


def test_a_hundred_tasks_three_times_see_about_13_points() -> None:
    # Rates of a half on both sides, and differences between tasks that have a deviation of 0.22.
    error = ((2 * 0.25 / 3 + 0.22**2) / 100) ** 0.5
    assert minimum_detectable(error, 99, 100) == pytest.approx(0.13, abs=0.005)


# --- retention ---


def test_fiellers_ends_are_where_the_test_just_rejects() -> None:
    lab, road, clusters = [1.0, 0.5, 1.0, 0.75, 1.0, 0.5, 1.0], [0.5, 0.5, 0.25, 0.5, 0.0, 0.25, 1.0], list("aabbcde")
    found = retention(lab, road, clusters)
    assert found.value == pytest.approx(3.0 / 5.75)
    assert found.interval_by == FIELLER
    groups = Clusters.of(clusters)
    for end in (found.low, found.high):
        assert end is not None
        rest = np.array(road) - end * np.array(lab)
        t = abs(rest.mean()) / groups.covariance(rest, rest) ** 0.5
        assert t == pytest.approx(stats.t.ppf(0.975, groups.freedom))


def test_a_lab_rate_like_zero_leaves_no_upper_end() -> None:
    found = retention([0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 1.0, 1.0], "abcd")
    assert (found.value, found.high) == (3.0, None)
    assert found.low is not None
    assert 0 <= found.low < 3
    assert found.reason
    assert retention([0.0, 0.0], [1.0, 0.0], "ab").value is None
    assert retention([1.0, 0.5], [0.5, 0.5], "aa").low is None


def test_retention_where_nothing_varies() -> None:
    found = retention([1.0] * 6, [1.0] * 6, range(6))
    assert (found.value, found.interval_by) == (1.0, UNSEEN)
    assert found.low == pytest.approx(1 - unseen(6))
    gone = retention([1.0] * 6, [0.0] * 6, range(6))
    assert (gone.value, gone.low) == (0.0, 0.0)
    assert gone.high == pytest.approx(unseen(6))


# --- several at once ---


def test_adjusted_by_hand() -> None:
    # Holm: 0.01·4, max(0.04, 0.02·3), …; Benjamini-Hochberg: 0.01·4/1, 0.02·4/2, 0.03·4/3, 0.2.
    values = [0.02, None, 0.01, 0.2, 0.03]
    assert holm(values) == pytest.approx([0.06, None, 0.04, 0.2, 0.06])
    assert benjamini_hochberg(values) == pytest.approx([0.04, None, 0.04, 0.2, 0.04])
    assert holm([]) == []
    assert holm([None]) == [None]


@pytest.mark.parametrize("seed", range(3))
def test_adjusted_as_by_statsmodels(seed: int) -> None:
    values = (np.random.default_rng(seed).random(12) ** 3).round(2).tolist()
    assert holm(values) == pytest.approx(multipletests(values, method="holm")[1])
    assert benjamini_hochberg(values) == pytest.approx(multipletests(values, method="fdr_bh")[1])
