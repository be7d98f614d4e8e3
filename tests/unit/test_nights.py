"""The tests over nights: by hand, against the likelihoods that they stand for, with nights and tasks missing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from sandbox.nights.blame import HOLDS, MACHINE, WORSE, finding
from sandbox.nights.counts import Contrast, Counts, Floats, Tallies, tallies_of
from sandbox.nights.cusum import ALLOWANCE, cusum, limit
from sandbox.nights.sequential import log_ratio, sequence, standard
from sandbox.nights.simulate import Years, draw


def counts(nights: list[list[float]], k: float = 4) -> Counts:
    accepted = np.array(nights, dtype=np.float64)
    return Counts(accepted=accepted, trials=np.full(accepted.shape, float(k)))


def made_of(accepted: Floats, trials: Floats) -> Counts:
    return Counts(accepted=accepted, trials=trials)


# So many that the one task of a half, which is added to the variance, is next to nothing.
TASKS = 1_000_000


def drops(values: list[float], *, trials: float = 100, base: float = 300, variance: float = 0.2) -> Tallies:
    """Nights of so many trials each, on which so much less is accepted than in the baseline."""
    made = np.array([base, *[trials] * len(values)])[:, None]
    rates = np.array([0.0, *values])[:, None]
    return Tallies(
        counts=Counts(accepted=-rates * made, trials=made / TASKS),
        tasks=np.array([float(TASKS)]),
        spread=np.full((len(values), 1), variance * TASKS),
        beyond=np.ones(len(values)),
    )


def log_mixture(
    values: list[float], since: int, *, trials: float, base: float, variance: float, typical: float
) -> float:
    """The ratio that `log_ratio` is to be, from the law of all differences to the baseline, by quadrature."""
    nights = len(values)
    law = variance * (np.eye(nights) / trials + np.ones((nights, nights)) / base)
    shift = (np.arange(nights) >= since).astype(float)
    none = stats.multivariate_normal(np.zeros(nights), law).pdf(values)

    def ratio(drop: float) -> float:
        there = stats.multivariate_normal(drop * shift, law).pdf(values)
        return float(there / none * 2 * stats.norm.pdf(drop, scale=typical))

    return math.log(integrate.quad(ratio, 0, 10 * typical, points=[0.01, 0.05])[0])


# --- counts ---


def whole(found: Tallies) -> Contrast:
    """Each night against the baseline."""
    return found.contrast(found.counts.rows(slice(0, 1)), found.counts.rows(slice(1, None)), slice(None))


def test_a_drop_is_the_mean_over_tasks() -> None:
    found = whole(tallies_of(counts([[4, 2, 0], [4, 4, 0]]), counts([[2, 3, 0], [4, 0, 4]])))
    assert found.drop == pytest.approx([(0.5 + 0 + 0) / 3, (0 + 0.75 - 1) / 3])
    assert found.trials == pytest.approx([1 / (1 / 24 + 1 / 12)] * 2)


def test_tasks_that_are_missing_somewhere_count_where_they_are_there() -> None:
    first = Counts(accepted=np.array([[2.0, 4, 0]]), trials=np.array([[4.0, 4, 0]]))
    rest = Counts(accepted=np.array([[1.0, 0, 3], [0, 0, 3]]), trials=np.array([[4.0, 0, 4], [0, 0, 4]]))
    found = tallies_of(first, rest)
    assert whole(found).drop == pytest.approx([0.25, 0])
    assert whole(found).trials == pytest.approx([2, 0])
    assert np.isfinite(sequence(found).evidence).all()


def test_tasks_that_are_run_alike_are_reckoned_as_one() -> None:
    random = np.random.default_rng(5)
    trials = np.repeat(random.integers(0, 4, (9, 3)), 4, axis=1).astype(float)[:, random.permutation(12)]
    trials[0] = 3
    accepted = random.binomial(trials.astype(int), 0.7).astype(float)
    made = Counts(accepted=accepted, trials=trials)
    found = tallies_of(made.rows(slice(0, 2)), made.rows(slice(2, None)))
    assert found.tasks.tolist() == [4, 4, 4]
    parts = [Counts(accepted=made.accepted[:, [n]], trials=made.trials[:, [n]]) for n in range(12)]
    alone = [whole(tallies_of(part.rows(slice(0, 2)), part.rows(slice(2, None)))) for part in parts]
    told = np.array([one.trials for one in alone])
    assert whole(found).trials == pytest.approx(told.sum(axis=0))
    each = np.array([one.drop for one in alone])
    assert whole(found).drop == pytest.approx((told * each).sum(axis=0) / np.maximum(told.sum(axis=0), 1e-9))


def test_the_variance_of_a_trial_is_without_bias() -> None:
    first, rest = draw(Years(shape=(2, 2), baseline=1, nights=1), 4_000, 1)
    pooled = whole(tallies_of(first, rest)).variance[:, 0].mean()
    # Of a beta law p(1−p) has the mean ab/((a+b)(a+b+1)); one task of a half is added.
    assert pooled == pytest.approx(4 / 20 + 0.25 / 60, rel=0.01)


def test_the_variance_is_of_the_tasks_that_are_held_against_each_other() -> None:
    steady, odd = [4.0] * 9, [2.0]
    both = tallies_of(counts([steady + odd]), counts([steady + odd]))
    last = counts([steady + odd])
    last.trials[0, :9] = last.accepted[0, :9] = 0
    alone = tallies_of(counts([steady + odd]), last)
    assert whole(both).variance[0] < 0.06
    assert whole(alone).variance[0] == 0.25


def test_tasks_that_go_take_their_luck_with_them() -> None:
    """Half the tasks had a lucky baseline, half an unlucky one; when those go, nothing has changed for the others."""
    lucky, not_lucky = [4.0] * 10, [0.0] * 10
    first, usual, gone = counts([lucky + not_lucky]), counts([[2.0] * 20] * 30), counts([[2.0] * 20] * 60)
    gone.trials[:, 10:] = gone.accepted[:, 10:] = 0
    both = made_of(*(np.concatenate([getattr(one, name) for one in (usual, gone)]) for name in ("accepted", "trials")))
    found = sequence(tallies_of(first, both))
    assert not found.alarms()[29]
    assert not found.alarms()[-1]


def test_where_nothing_varies_the_variance_is_not_zero() -> None:
    found = tallies_of(counts([[4] * 5]), counts([[4] * 5] * 3))
    assert (whole(found).variance == 0.05).all()
    assert sequence(found).p[-1] > 0.3


def test_nights_that_differ_by_more_than_chance_are_told_by_their_neighbours() -> None:
    quiet, loud = (draw(Years(baseline=10, nights=3, night_effect=effect), 100, 2) for effect in (0.0, 0.6))
    one, two = (whole(tallies_of(*both)).variance.mean() for both in (quiet, loud))
    assert two > 2.5 * one


# --- the test ---


@pytest.mark.parametrize("since", [0, 1, 3])
def test_the_evidence_is_the_ratio_of_likelihoods(since: int) -> None:
    values = [-0.01, 0.02, -0.03, -0.02, 0.0]
    said = {"trials": 100.0, "base": 300.0, "variance": 0.2}
    after, before = 100.0 * (5 - since), 300.0 + 100.0 * since
    drop = np.mean(values[since:]) - np.sum(values[:since]) * 100 / before
    assert drop < 0, "of which Bennett's bound changes nothing"
    trials = after * before / (after + before)
    held = Contrast(drop=np.array(drop), trials=np.array(trials), variance=np.array(0.2))
    found = log_ratio(held, 0.1)
    assert found == pytest.approx(log_mixture(values, since, typical=0.1, **said), abs=1e-6)


def test_the_test_is_the_mean_over_nights_of_change() -> None:
    said = {"trials": 100.0, "base": 300.0, "variance": 0.2}
    values = [-0.02, -0.02, -0.03]
    parts = [
        math.exp(log_mixture(values, since, typical=0.1, **said)) / ((since + 1) * (since + 2)) for since in (0, 1, 2)
    ]
    found = sequence(drops(values, **said)).evidence[-1]
    assert found == pytest.approx(math.log(sum(parts) + 1 / 4), abs=1e-6)


def test_for_the_worse_there_is_less_evidence_than_the_normal_law_has() -> None:
    trials, variance = np.array(100.0), np.array(0.02)
    assert standard(np.array(0.1), trials, variance) < 0.1 / math.sqrt(0.02 / 100)
    assert standard(np.array(-0.1), trials, variance) == pytest.approx(-0.1 / math.sqrt(0.02 / 100))
    assert standard(np.array(1e-5), trials, variance) == pytest.approx(1e-5 / math.sqrt(0.02 / 100), rel=1e-3)


def test_a_drop_alarms_and_says_since_when() -> None:
    found = sequence(drops([0.0] * 20 + [0.15] * 7, trials=180))
    assert not found.alarms()[19]
    assert found.alarms()[26]
    assert found.since[26] == 20
    assert (np.diff(found.p) <= 0).all()
    assert not sequence(drops([-0.15] * 30, trials=180)).alarms().any()


def test_the_baselines_own_error_is_in_it() -> None:
    values = [0.1] * 300
    poor, good = (sequence(drops(values, trials=180, base=base)) for base in (20.0, 5_000.0))
    assert not poor.alarms().any(), "a baseline of few trials cannot bear it, however many nights follow"
    assert good.alarms()[2]
    assert (poor.high - poor.low)[-1] > 0.3
    assert (good.high - good.low)[-1] < 0.1


def test_nights_without_trials_change_nothing() -> None:
    random = np.random.default_rng(4)
    made = Counts(accepted=random.binomial(4, 0.6, (8, 20)).astype(float), trials=np.full((8, 20), 4.0))
    gap = made_of(*(np.insert(values, 5, 0.0, axis=0) for values in (made.accepted, made.trials)))
    one, two = (sequence(tallies_of(all_.rows(slice(0, 2)), all_.rows(slice(2, None)))) for all_ in (gap, made))
    assert one.drop[-1] == pytest.approx(two.drop[-1])
    assert (one.low[-1], one.high[-1]) == pytest.approx((two.low[-1], two.high[-1]))


# --- CUSUM ---


def test_the_limit_fits_the_rate() -> None:
    height = limit(0.05, 365, ALLOWANCE)
    random = np.random.default_rng(7)
    held, passed = np.zeros(20_000), np.zeros(20_000, dtype=bool)
    for _ in range(365):
        held = np.maximum(0, held + random.normal(size=20_000) - ALLOWANCE)
        passed |= held > height
    assert passed.mean() == pytest.approx(0.05, abs=0.006)


def test_its_steps_are_independent_though_they_share_a_baseline() -> None:
    random = np.random.default_rng(3)
    base = random.normal(0, math.sqrt(0.2 / 50), (20_000, 1))
    night = random.normal(0, math.sqrt(0.2 / 100), (20_000, 5))
    values: Floats = base - night
    before = (np.cumsum(values, axis=1) - values) * 100 / (50 + 100 * np.arange(5))
    trials = 100 * (50 + 100 * np.arange(5)) / (150 + 100 * np.arange(5))
    steps = (values - before) / np.sqrt(0.2 / trials)
    assert np.corrcoef(steps.T) == pytest.approx(np.eye(5), abs=0.03)
    one = drops(list(-abs(values[0])), base=50)
    assert cusum(one).sums.shape == (5,)


def test_cusum_finds_a_small_drop_that_stays() -> None:
    found = cusum(drops([0.0] * 30 + [0.06] * 30, trials=180, base=180 * 7))
    assert not found.alarms[29]
    assert found.alarms[-1]


# --- whose drift ---


def test_drift_of_the_machine_is_not_laid_at_the_models_door() -> None:
    fallen, level = (sequence(drops([value] * 7, trials=180, base=1260)) for value in (0.15, 0.0))
    assert finding(fallen, level).state == WORSE
    assert finding(fallen, fallen).state == MACHINE
    assert finding(level, level).state == HOLDS
    alone = finding(fallen, None)
    assert (alone.state, alone.referenced, alone.since) == (WORSE, False, 0)
    assert finding(level, level).since is None
