"""The history in a real SQLite file: recorded once, read back as counts, migrated, refused in one line."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine

from sandbox.errors import BadInput, HarnessError
from sandbox.nights.history import History
from sandbox.nights.migrations import MIGRATIONS, migrate
from sandbox.nights.recording import record_run
from sandbox.nights.tables import metadata
from tests.support.nights import night, put, write_run


def test_what_is_recorded_is_read_back_by_night_and_task(tmp_path: Path) -> None:
    with History(tmp_path / "h.sqlite3") as history:
        assert put(history, 2, night([3, 0]))
        assert put(history, 1, night([1, 2]))
        assert not put(history, 2, night([0, 0])), "a run is recorded once"
    with History(tmp_path / "h.sqlite3") as history:
        found = history.counts("nightly", "m")
        assert [one.run for one in found.nights] == ["run-1", "run-2"], "by when they began"
        assert found.counts.accepted.tolist() == [[1, 2], [3, 0]]
        assert found.counts.trials.tolist() == [[3, 3], [3, 3]]
        assert history.candidates("nightly") == ["m"]
        assert history.nights("other") == []
        assert history.counts("nightly", "n").counts.trials.shape == (2, 0)


def test_trials_without_a_verdict_and_changed_tasks_stand_apart(tmp_path: Path) -> None:
    with History(tmp_path / "h.sqlite3") as history:
        rows = night([3, 3])
        rows[0] = {**rows[0], "verdict": "infra-error", "score": None}
        put(history, 1, rows)
        put(history, 2, night([3, 3]), digest="e")
        found = history.counts("nightly", "m")
    assert found.counts.trials.tolist() == [[2, 0, 3, 0], [0, 3, 0, 3]]
    assert [task[2] for task in found.tasks] == ["d", "e", "d", "e"]


def test_a_task_under_a_condition_that_changed_is_another_one(tmp_path: Path) -> None:
    with History(tmp_path / "h.sqlite3") as history:
        for day, digest in enumerate([None, "a", None, "b", "b"], start=1):
            known = {} if digest is None else {"field": digest, "nobody's": "x"}
            history.record(f"run-{day}", f"2026-01-0{day}", "nightly", night([3]), {}, version="1", conditions=known)
        found = history.counts("nightly", "m")
        assert found.counts.trials.tolist() == [[3, 0], [3, 0], [3, 0], [0, 3], [0, 3]], "what is not told is as before"
        assert [task[3] for task in found.tasks] == ["a", "b"]
        history.record(
            "run-5", "2026-01-05", "nightly", night([3]), {}, version="1", conditions={"field": "a"}, again=True
        )
        assert history.counts("nightly", "m").counts.trials.tolist()[-1] == [3, 0]


def test_a_baseline_is_from_one_run_to_another_and_the_last_one_set_counts(tmp_path: Path) -> None:
    with History(tmp_path / "h.sqlite3") as history:
        for day in range(1, 6):
            put(history, day, night([day % 4, 1]))
        assert history.baseline("nightly", "m") is None
        history.set_baseline("nightly", "m", ("run-1", "run-2"), at="2026-01-03", reason="the first")
        history.set_baseline("nightly", "m", ("run-2", "run-4"), at="2026-01-05", reason="a new model")
        chosen = history.baseline("nightly", "m")
        assert chosen is not None
        assert (chosen.ends, chosen.at, chosen.reason) == (("run-2", "run-4"), "2026-01-05", "a new model")
        for ends, words in ((("run-1", "run-9"), "no run run-9"), (("run-3", "run-1"), "before it begins")):
            with pytest.raises(BadInput, match=words):
                history.set_baseline("nightly", "m", ends, at="x", reason="")
        put(history, 6, night([3], candidate="n"))
        with pytest.raises(BadInput, match="no trial of m from run-6 to run-6 has a verdict"):
            history.set_baseline("nightly", "m", ("run-6", "run-6"), at="x", reason="")


def test_a_history_of_before_is_brought_up_to_date_with_all_that_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        assert migrate(connection, to=1) == 1
    engine.dispose()
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO runs (run, at, suite, roadtest) VALUES ('old', '2025', 'nightly', '0')")
        raw.execute(
            "INSERT INTO trials (run_id, trial, task, task_digest, candidate, condition, repeat, rung, verdict, "
            "accepted, calls, model_s, wall_s, tokens) "
            "VALUES (1, 't', 's/t', 'd', 'm', 'field', 0, 'report', 'accepted', 1, 0, 0, 0, 0)"
        )
    raw.close()
    with History(path) as history:
        assert history.migrated == len(MIGRATIONS) - 1
        assert [one.run for one in history.nights("nightly")] == ["old"]
        history.set_baseline("nightly", "m", ("old", "old"), at="x", reason="")
    with History(path) as history:
        assert history.migrated == 0


def test_migrations_lead_to_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    made, meant = tmp_path / "made.sqlite3", tmp_path / "meant.sqlite3"
    History(made).close()
    engine = create_engine(f"sqlite:///{meant}")
    metadata.create_all(engine)
    engine.dispose()
    assert _shape(made) == _shape(meant)


def _shape(path: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(path) as raw:
        found = {(name, sql) for name, sql in raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")}
    raw.close()
    return found


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE baselines (id INTEGER)")  # in the way of the second one
    raw.close()
    with pytest.raises(HarnessError, match="already exists"):
        History(path)
    assert {name for name, _ in _shape(path)} == {"baselines"}


def test_what_cannot_be_opened_is_told_in_one_line_without_the_password(tmp_path: Path) -> None:
    newer = tmp_path / "newer.sqlite3"
    History(newer).close()
    with sqlite3.connect(newer) as raw:
        raw.execute("INSERT INTO roadtest_version VALUES (99)")
    raw.close()
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"no database" * 100)
    for where, kind in (
        (newer, BadInput),
        ("nonesuch://user:secret@host/name", BadInput),
        ("://", BadInput),
        (broken, HarnessError),
        (tmp_path / "no" / "folder.sqlite3", HarnessError),
    ):
        with pytest.raises(kind) as caught:
            History(where)
        assert "secret" not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_two_that_record_at_once_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    failures: list[Exception] = []

    def work(first: int) -> None:
        try:
            with History(path) as history:
                for day in range(first, first + 5):
                    put(history, day, night([1] * 20))
        except Exception as exc:
            failures.append(exc)

    workers = [threading.Thread(target=work, args=(first,)) for first in (1, 6, 11)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures
    with History(path) as history:
        assert history.counts("nightly", "m").counts.trials.sum() == 15 * 60


def test_ten_thousand_trials_are_recorded_and_read_in_less_than_five_seconds(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    began = time.process_time()
    with History(tmp_path / "h.sqlite3") as history:
        for day in range(1, 11):
            put(history, day, night(list(random.integers(0, 6, 200)), k=5))
        assert history.counts("nightly", "m").counts.trials.sum() == 10_000
    assert time.process_time() - began < 4


def test_one_that_is_only_read_may_be_read_only_or_written_to_by_another(tmp_path: Path) -> None:
    file = tmp_path / "h.sqlite3"
    with History(file) as history:
        put(history, 1, night([3, 0]))
    with History(f"sqlite:///file:{file}?mode=ro&uri=true") as history:
        assert history.counts("nightly", "m").counts.accepted.tolist() == [[3, 0]]
        with pytest.raises(HarnessError, match="readonly"):
            put(history, 2, night([3, 0]))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with History(file) as history:
        assert len(history.nights("nightly")) == 1
    assert time.monotonic() - began < 5, "it did not wait"
    other.close()


def test_a_name_that_no_file_can_have_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="zero byte"):
        History(tmp_path / "a\0b")


@pytest.mark.parametrize(
    ("part", "name", "value", "words"),
    [
        ("usage", "prompt_tokens", 10**30, "tokens cannot be 1000000"),
        ("usage", "prompt_tokens", None, "its record is broken: TypeError"),
        ("time", "wall_s", float("nan"), "wall_s cannot be nan"),
        ("calls", "total", "many", "calls cannot be 'many'"),
        (None, "candidate", "a\ud800b", "candidate cannot be"),
        (None, "condition", "\0", "condition cannot be"),
        (None, "rung", "r" * 30, "rung cannot be"),
    ],
)
def test_a_record_that_no_database_takes_is_named(
    tmp_path: Path, part: str | None, name: str, value: object, words: str
) -> None:
    rows = night([3, 0])
    rows[4] = {**rows[4], part: {**rows[4][part], name: value}} if part else {**rows[4], name: value}
    with History(tmp_path / "h.sqlite3") as history:
        with pytest.raises(BadInput, match=f"^{rows[4]['trial']}: .*{words}"):
            put(history, 1, rows)
        assert history.nights("nightly") == [], "nothing of it was recorded"


def test_a_night_that_is_a_link_is_recorded_once(tmp_path: Path) -> None:
    link = tmp_path / "nights" / "monday"
    link.parent.mkdir()
    link.symlink_to(write_run(tmp_path / "elsewhere" / "disk-7", night([3])))
    with History(tmp_path / "h.sqlite3") as history:
        found = [record_run(history, run, "s") for run in (link, link.parent / ".." / "nights" / "monday")]
    assert [(one.name, one.new) for one in found] == [("s/monday", True), ("s/monday", False)]
