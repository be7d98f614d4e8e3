"""Figures over many trials, against values of other programs and worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.oscillation import Checkpoint, Findings, Snapshot, Trajectory, Unit, detect
from sandbox.detect.pooling import UNITS, pool
from sandbox.stats import Ratio, clopper_pearson, rate_ratio, wilson
from sandbox.survival import kaplan_meier

# scipy 1.17.1: beta.ppf(0.025, k, n - k + 1), beta.ppf(0.975, k + 1, n - k).
EXACT = {
    (0, 10): (0.0, 0.3084971078187607),
    (1, 10): (0.0025285785444617848, 0.4450161170281954),
    (5, 10): (0.18708602844739855, 0.8129139715526015),
    (10, 10): (0.6915028921812392, 1.0),
    (7, 8): (0.47349032912479344, 0.9968402764687481),
    (3, 1000): (0.0006190999316495713, 0.008742023238478303),
    (81, 263): (0.25273674558527126, 0.36762192260135135),
    (1, 2_500_000): (1.0127123142436638e-08, 2.2286553186814717e-06),
    (1_250_000, 2_500_000): (0.49938000526799814, 0.5006199947320018),
}


@pytest.mark.parametrize("case", EXACT)
def test_the_exact_interval_of_a_proportion(case: tuple[int, int]) -> None:
    assert clopper_pearson(*case) == pytest.approx(EXACT[case], rel=1e-7, abs=1e-15)


def test_without_trials_there_is_no_interval() -> None:
    assert clopper_pearson(0, 0) is None


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_exact_interval_holds_the_share_and_mirrors(case: tuple[int, int]) -> None:
    successes, total = case
    low, high = clopper_pearson(successes, total) or (1.0, 0.0)
    assert 0 <= low <= successes / total <= high <= 1
    other = clopper_pearson(total - successes, total)
    assert other == pytest.approx((1 - high, 1 - low), abs=1e-12)


# scipy 1.17.1: the limits of the share, p/(1 - p) times the second exposure over the first.
RATIOS = {
    ((8, 2), (100, 100)): (4.0, 0.7982524004966308, 38.66565607971537),
    ((12, 5), (400, 900)): (5.4, 1.7708532618888362, 19.565957517030608),
    ((3, 0), (10, 10)): (None, 0.41323135503089387, None),
    ((0, 3), (10, 10)): (0.0, 0.0, 2.4199518933533923),
}


@pytest.mark.parametrize("case", RATIOS)
def test_the_exact_interval_of_a_ratio(case: tuple[tuple[int, int], tuple[int, int]]) -> None:
    found = rate_ratio(*case)
    assert isinstance(found, Ratio)
    for one, other in zip((found.value, found.low, found.high), RATIOS[case], strict=True):
        assert one == (other if other is None else pytest.approx(other, rel=1e-9))


@pytest.mark.parametrize("case", [((0, 0), (10, 10)), ((0, 1), (0, 10)), ((1, 0), (10, 0))])
def test_without_events_or_exposure_there_is_no_ratio(case: tuple[tuple[int, int], tuple[int, int]]) -> None:
    assert rate_ratio(*case) is None


# Weeks in remission under 6-mercaptopurine: E. J. Freireich et al., Blood 21 (1963); + is censored.
WEEKS = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
# lifelines' KaplanMeierFitter: time: survival, interval.
CURVE = {
    6: (0.857143, 0.619718, 0.951552),
    7: (0.806723, 0.563147, 0.922809),
    10: (0.752941, 0.503200, 0.889362),
    13: (0.690196, 0.431610, 0.849066),
    16: (0.627451, 0.367511, 0.804912),
    22: (0.537815, 0.267779, 0.746791),
    23: (0.448179, 0.188052, 0.680143),
}


def test_the_survival_of_a_published_sample() -> None:
    points = kaplan_meier((float(week.removesuffix("+")), not week.endswith("+")) for week in reversed(WEEKS.split()))
    assert [point.time for point in points] == list(CURVE)
    assert [(point.at_risk, point.events) for point in points] == [
        *((21, 3), (17, 1), (15, 1), (12, 1), (11, 1), (7, 1), (6, 1))
    ]
    for point in points:
        assert (point.survival, *(point.interval or ())) == pytest.approx(CURVE[int(point.time)], abs=1e-6)


def test_survival_at_its_ends() -> None:
    assert kaplan_meier([]) == ()
    assert kaplan_meier([(3, False), (0, False)]) == ()
    (point,) = kaplan_meier([(2, True), (2, True)])
    assert (point.survival, point.interval) == (0.0, None)


def findings(bugs: dict[str, str], *, steps: tuple[int, ...] = (), truncated: bool = False, back: int = 0) -> Findings:
    """A trial by the sequence of each bug. back: returns by text at its last checkpoint."""
    length = max(map(len, bugs.values()))
    states = [
        Checkpoint(
            tier="T0",
            step=place - 1,
            tree=f"t{place}",
            statuses={name: text[place] for name, text in bugs.items()},
            calls=5 * place,
        )
        for place in range(length)
    ]
    asked = steps or (None,) * len(bugs)
    units = tuple(Unit(name=name, kind="bug", step=step) for name, step in zip(bugs, asked, strict=True))
    saved = [Snapshot(tree=tree, checkpoint=length - 2) for tree in ("x", "t0") * back]
    return detect(
        Trajectory(
            units=units, start=states[0], checkpoints=tuple(states[1:]), snapshots=tuple(saved), truncated=truncated
        )
    )


def test_numerators_and_denominators_are_added_up() -> None:
    pooled = pool([findings({"A": "FPF", "B": "PPF"}), findings({"A": "FPPPP"}), findings({"A": "FF"}, truncated=True)])
    assert (pooled.trials, pooled.truncated, pooled.fixes, pooled.regressions) == (3, 1, 2, 1)
    # Never the mean of 1/1 and 0/3.
    assert (pooled.hazard.events, pooled.hazard.total, pooled.hazard.value) == (1, 4, 0.25)
    assert pooled.hazard.interval == clopper_pearson(1, 4)
    assert (pooled.clustered.successes, pooled.clustered.total, pooled.clustered.clusters) == (1, 4, 2)
    assert (pooled.untouched.events, pooled.untouched.total) == (1, 2)
    assert pooled.lift == rate_ratio((1, 1), (4, 2))
    assert (pooled.incidence.events, pooled.incidence.total, pooled.incidence.interval) == (1, 3, wilson(1, 3))
    # Of A, B and A: 1 − 1/3 and 0; the third trial has none.
    assert pooled.index_median == pytest.approx(1 / 3)
    assert (pooled.oscillating.events, pooled.oscillating.total) == (1, 2)
    assert pooled.alternation_max == 0


def test_fixes_last_in_each_unit_of_time() -> None:
    pooled = pool([findings({"A": "FPPF"}), findings({"A": "FPPPPP"}), findings({"A": "FPFP"})])
    assert set(pooled.survival) == set(UNITS)
    # Lost after 2 and 1 checkpoints, kept for 4 and 0.
    curve = pooled.survival["checkpoints"]
    assert [(one.time, one.at_risk, one.events) for one in curve] == [(1, 3, 1), (2, 2, 1)]
    assert [one.survival for one in curve] == pytest.approx([2 / 3, 1 / 3])
    assert [one.time for one in pooled.survival["calls"]] == [5, 10]


def test_cycles_and_the_highest_alternation_over_trials() -> None:
    pooled = pool([findings({"A": "FFP"}, back=1), findings({"A": "FPF", "B": "FFP"}, back=1)])
    assert (pooled.state_cycles, pooled.harmful_cycles) == (2, 1)
    assert pooled.alternation_max == 1


def test_retention_and_forgetting_over_chains() -> None:
    chains = [findings({"A": "FPPF", "B": "FFPP", "C": "FFFP"}, steps=(0, 1, 2)) for _ in range(2)]
    kept = findings({"A": "FPPP", "B": "FFPP", "C": "FFFF"}, steps=(0, 1, 2))
    pooled = pool([*chains, kept, findings({"A": "FP"})])
    assert {distance: (one.events, one.total) for distance, one in pooled.retention.items()} == {1: (6, 6), 2: (1, 3)}
    assert pooled.forgetting == pytest.approx((0.5 + 0.5 + 0) / 3)


def test_no_trial_says_nothing() -> None:
    pooled = pool([])
    assert (pooled.hazard.value, pooled.hazard.interval, pooled.lift, pooled.incidence.interval) == (None,) * 4
    assert (pooled.index_median, pooled.alternation_max, pooled.forgetting) == (None,) * 3
