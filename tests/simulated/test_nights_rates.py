"""What the tests over nights promise, held against years of nights whose truth is known.

The figures are kept in docs/design/nights.md. Seeds are fixed, so nothing here passes or fails by luck of the day.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sandbox.nights.counts import drops_of
from sandbox.nights.cusum import cusum
from sandbox.nights.sequential import sequence
from sandbox.nights.simulate import Years, draw

pytestmark = pytest.mark.slow

MANY, AT_ONCE = 400, 50
# Laws of the tasks' rates: of all kinds, near none or all, of one kind, nearly solved, all but solved.
SHAPES = {"mixed": (2.0, 1.0), "apart": (0.3, 0.3), "alike": (5.0, 5.0), "high": (30.0, 1.0), "highest": (200.0, 1.0)}
BASELINES = (1, 7, 30)
WEEK = 7


def alarms(years: Years, many: int = MANY, seed: int = 1) -> tuple[NDArray[np.bool_], NDArray[np.bool_], float]:
    """Of each year whether an alarm was there by each night, of the test and of CUSUM, shape (many, nights).

    And in what share of years the confidence sequence held the true drop on all nights.
    """
    tests, sums, held = [], [], []
    for number in range(0, many, AT_ONCE):
        drops = drops_of(*draw(years, AT_ONCE, seed * 100_000 + number))
        found = sequence(drops)
        tests.append(found.alarms())
        sums.append(cusum(drops).alarms)
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


def usual(baseline: int, many: int = MANY) -> tuple[float, float, float]:
    """What is usually done, one-sided at 5%: in what share of years in which nothing changes it alarms.

    A z-test of each night; one of all nights so far; a confidence sequence that takes the baseline for the truth.
    """
    each, every, frozen = 0, 0, 0
    for number in range(0, many, AT_ONCE):
        drops = drops_of(*draw(Years(baseline=baseline), AT_ONCE, 7_000_000 + number))
        base, weight = drops.base[:, None], drops.weight.cumsum(axis=1)
        mean = (drops.weight * drops.drop).cumsum(axis=1) / weight
        each += (drops.drop / np.sqrt(drops.variance * (1 / drops.weight + 1 / base)) > 1.645).any(axis=1).sum()
        every += (mean / np.sqrt(drops.variance * (1 / weight + 1 / base)) > 1.645).any(axis=1).sum()
        ratio = 0.1**2 * weight / drops.variance
        half = 0.1 * np.sqrt((1 + ratio) * (np.log1p(ratio) + 2 * np.log(20))) / ratio
        frozen += (mean > half).any(axis=1).sum()
    return each / many, every / many, frozen / many


@pytest.mark.parametrize("baseline", BASELINES)
def test_what_is_usually_done_alarms_more_often(baseline: int) -> None:
    each, every, frozen = usual(baseline)
    assert each > 0.5
    assert every > 0.1
    assert frozen > 0.1
