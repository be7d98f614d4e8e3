"""From nights in a real database to what is said of a candidate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sandbox.nights.blame import HOLDS, MACHINE, WORSE
from sandbox.nights.history import History
from sandbox.nights.timeline import BASELINE, UNTESTED
from sandbox.nights.watching import timeline, watch
from tests.support.nights import night, put


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "h.sqlite3") as made:
        yield made


def fill(history: History, model: list[int], reference: list[int], tasks: int = 20) -> None:
    """Nights on each of which so many tasks are solved, two trials each."""
    for day, (solved, sure) in enumerate(zip(model, reference, strict=True), start=1):
        rows = night([2] * solved + [0] * (tasks - solved), 2)
        rows += night([2] * sure + [0] * (tasks - sure), 2, candidate="reference")
        put(history, day, rows)


def test_a_model_that_got_worse_is_told_from_a_machine_that_did(history: History) -> None:
    fill(history, [18] * 7 + [18, 12, 12, 12, 12], [20] * 12)
    found = watch(history, "nightly", "m", first=7, reference="reference").finding
    assert found is not None
    assert (found.state, found.since, found.referenced) == (WORSE, 1, True)
    alone = watch(history, "nightly", "m", first=7, reference="nobody").finding
    assert alone is not None
    assert not alone.referenced


def test_where_the_reference_falls_too_it_is_the_machine(history: History) -> None:
    fill(history, [18] * 7 + [12] * 5, [20] * 7 + [12] * 5)
    found = watch(history, "nightly", "m", first=7, reference="reference").finding
    assert found is not None
    assert found.state == MACHINE


def test_where_nothing_changes_it_holds_and_before_that_nothing_is_said(history: History) -> None:
    fill(history, [18] * 8, [20] * 8)
    found = watch(history, "nightly", "m", first=7, reference="reference")
    assert found.finding is not None
    assert (found.finding.state, found.finding.drop, len(found.after)) == (HOLDS, 0, 1)
    assert watch(history, "nightly", "m", first=8).finding is None
    assert watch(history, "nightly", "nobody", first=1).finding is None


def test_a_baseline_that_was_set_goes_before_the_first_nights(history: History) -> None:
    fill(history, [18] * 3 + [12] * 7, [20] * 10)
    first = watch(history, "nightly", "m", first=3).finding
    assert first is not None
    assert first.state == WORSE
    history.set_baseline("nightly", "m", ("run-4", "run-7"), at="2026-01-08", reason="another model on purpose")
    again = watch(history, "nightly", "m", first=3)
    assert [one.run for one in again.baseline] == ["run-4", "run-5", "run-6", "run-7"]
    assert [one.run for one in again.after] == ["run-8", "run-9", "run-10"]
    assert again.finding is not None
    assert again.finding.state == HOLDS


def test_a_season_of_nights_is_watched_in_a_moment(history: History) -> None:
    random = np.random.default_rng(2)
    for day in range(1, 91):
        rows = night(list(random.binomial(2, 0.7, 15)), 2)
        digests = {f"{row['suite']}/{row['task']}": "d" for row in rows}
        history.record(f"run-{day}", f"2026-{day:04}", "nightly", rows, digests, version="1")
    began = time.process_time()
    found = watch(history, "nightly", "m", first=7)
    assert time.process_time() - began < 1
    assert found.finding is not None
    assert found.finding.state == HOLDS


def test_nights_of_other_tasks_than_the_baseline_are_not_tested(history: History) -> None:
    for day in range(1, 8):
        put(history, day, night([3] * 10 if day < 6 else [0] * 10), digest="d" if day < 6 else "e")
    found = watch(history, "nightly", "m", first=3)
    assert [line.state for line in timeline(found, "m", None).lines] == [BASELINE] * 3 + [HOLDS] * 2 + [UNTESTED] * 2
    assert [found.shared(one) for one in found.after] == [(10, 10)] * 2 + [(0, 10)] * 2
