"""What the tests over nights promise, held against years of nights whose truth is known.

The figures are kept in docs/design/nights.md. Seeds are fixed, so nothing here passes or fails by luck of the day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sandbox.nights.counts import Contrast, Counts, Floats, tallies_of
from sandbox.nights.cusum import cusum
from sandbox.nights.sequential import sequence
from sandbox.nights.simulate import Years, draw

pytestmark = pytest.mark.slow

MANY, AT_ONCE = 400, 50
# Laws of the tasks' rates: of all kinds, near none or all, of one kind, nearly solved, all but solved.
SHAPES = {"mixed": (2.0, 1.0), "apart": (0.3, 0.3), "alike": (5.0, 5.0), "high": (30.0, 1.0), "highest": (200.0, 1.0)}
BASELINES = (1, 7, 30)
WEEK = 7


Drawn = tuple[Counts, Counts]


def alarms(
    years: Years, many: int = MANY, seed: int = 1, thinned: Callable[[Drawn], Drawn] = lambda drawn: drawn
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], float]:
    """Of each year whether an alarm was there by each night, of the test and of CUSUM, shape (many, nights).

    And in what share of years the confidence sequence held the true drop on all nights.
    """
    tests, sums, held = [], [], []
    for number in range(0, many, AT_ONCE):
        tallies = tallies_of(*thinned(draw(years, AT_ONCE, seed * 100_000 + number)))
        found = sequence(tallies)
        tests.append(found.alarms())
        sums.append(cusum(tallies).alarms)
        held.append(((found.low <= years.drop) & (years.drop <= found.high)).all(axis=1))
    return np.concatenate(tests), np.concatenate(sums), float(np.concatenate(held).mean())


def found_within(alarmed: NDArray[np.bool_], since: int, nights: int = WEEK) -> float:
    """Of the years without an alarm before, the share that has one so many nights after."""
    clean = ~alarmed[:, since - 1] if since else np.ones(len(alarmed), dtype=bool)
    return float(alarmed[clean, since + nights - 1].mean())


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("shape", SHAPES)
def test_where_nothing_changes_few_years_have_an_alarm(shape: str, baseline: int) -> None:
    test, sums, held = alarms(Years(shape=SHAPES[shape], baseline=baseline))
    assert test[:, -1].mean() <= 0.05
    assert sums[:, -1].mean() <= 0.05
    assert held >= 0.95


@pytest.mark.parametrize("repeats", [1, 5])
@pytest.mark.parametrize("tasks", [12, 200])
def test_nor_in_suites_of_other_sizes(tasks: int, repeats: int) -> None:
    test, sums, _ = alarms(Years(tasks=tasks, repeats=repeats, baseline=3), many=200)
    assert test[:, -1].mean() <= 0.05
    assert sums[:, -1].mean() <= 0.07


@pytest.mark.parametrize("since", [0, 3, 30, 180])
@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("shape", ["mixed", "apart", "alike"])
def test_a_drop_of_15_points_is_found_within_a_week(shape: str, baseline: int, since: int) -> None:
    years = Years(shape=SHAPES[shape], baseline=baseline, drop=0.15, since=since, nights=since + WEEK)
    test, _, _ = alarms(years, many=300)
    assert found_within(test, since) >= 0.8


@pytest.mark.parametrize("baseline", [7, 30])
def test_nights_that_differ_a_little_all_alike_make_few_alarms(baseline: int) -> None:
    years = Years(baseline=baseline, night_effect=0.2)
    assert alarms(years, many=300)[0][:, -1].mean() <= 0.06
    lowered = replace(years, drop=0.15, since=30, nights=37)
    assert found_within(alarms(lowered, many=300)[0], 30) >= 0.8


def shrinking(drawn: Drawn) -> Drawn:
    """Every second task leaves after 30 nights, of the others two of three after half a year."""
    first, rest = drawn
    for values in (rest.accepted, rest.trials):
        values[:, 30:, ::2] = 0
        values[:, 180:, 1::6] = values[:, 180:, 3::6] = 0
    return first, rest


def changing(drawn: Drawn) -> Drawn:
    """Each task comes and goes, in spells of two months on and one off."""
    first, rest = drawn
    random = np.random.default_rng(9)
    there = np.ones(rest.trials[:, 0].shape, dtype=bool)
    for night in range(rest.trials.shape[1]):
        there ^= random.random(there.shape) < np.where(there, 1 / 60, 1 / 30)
        rest.trials[:, night] *= there
        rest.accepted[:, night] *= there
    return first, rest


@pytest.mark.parametrize(
    ("thinned", "baseline", "many"), [(shrinking, 1, 200), (shrinking, 7, 200), (changing, 1, 100)]
)
def test_nor_where_tasks_come_and_go(thinned: Callable[[Drawn], Drawn], baseline: int, many: int) -> None:
    test, sums, held = alarms(Years(baseline=baseline), many, thinned=thinned)
    assert test[:, -1].mean() <= 0.05
    assert sums[:, -1].mean() <= 0.05
    assert held >= 0.95


def usual(baseline: int, many: int = MANY) -> tuple[float, float, float]:
    """What is usually done, one-sided at 5%: in what share of years in which nothing changes it alarms.

    A z-test of each night; one of all nights so far; a confidence sequence that takes the baseline for the truth.
    """
    each, every, frozen = 0, 0, 0
    for number in range(0, many, AT_ONCE):
        tallies = tallies_of(*draw(Years(baseline=baseline), AT_ONCE, 7_000_000 + number))
        counts, summed = tallies.counts, tallies.summed()
        base, rest = counts.rows(slice(0, 1)), slice(1, None)
        alone = tallies.contrast(base, counts.rows(rest), slice(None))
        whole = tallies.contrast(base, summed.rows(rest).without(base), slice(None))
        each += (standard_errors(alone) > 1.645).any(axis=1).sum()
        every += (standard_errors(whole) > 1.645).any(axis=1).sum()
        mean, weight = whole.drop, 180.0 * np.arange(1, 366)
        ratio = 0.1**2 * weight / whole.variance
        half = 0.1 * np.sqrt((1 + ratio) * (np.log1p(ratio) + 2 * np.log(20))) / ratio
        frozen += (mean > half).any(axis=1).sum()
    return each / many, every / many, frozen / many


def standard_errors(held: Contrast) -> Floats:
    return held.drop * np.sqrt(held.trials / held.variance)


@pytest.mark.parametrize("baseline", BASELINES)
def test_what_is_usually_done_alarms_more_often(baseline: int) -> None:
    each, every, frozen = usual(baseline)
    assert each > 0.5
    assert every > 0.1
    assert frozen > 0.1
