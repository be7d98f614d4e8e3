"""The history in a real PostgreSQL: what it does in SQLite it does there."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, insert, inspect

from sandbox.errors import HarnessError
from sandbox.nights.history import History
from sandbox.nights.migrations import MIGRATIONS, migrate
from sandbox.nights.night import Proof
from sandbox.nights.tables import metadata, runs
from tests.support.nights import night, put
from tests.support.postgres import missing, postgres

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """The server, emptied afterwards."""
    yield server
    engine = create_engine(server)
    metadata.drop_all(engine)
    engine.dispose()


def test_what_is_recorded_is_read_back(url: str) -> None:
    with History(url) as history:
        assert history.migrated == len(MIGRATIONS)
        assert put(history, 2, night([3, 0]))
        assert put(history, 1, night([1, 2]))
        assert not put(history, 2, night([0, 0]))
        lost = {**night([3])[0], "verdict": "infra-error", "score": None}
        put(history, 3, [lost, *night([3])[1:]])
    with History(url) as history:
        assert history.migrated == 0
        found = history.counts("nightly", "m")
        assert [one.run for one in found.nights] == ["run-1", "run-2", "run-3"]
        assert found.counts.accepted.tolist() == [[1, 2], [3, 0], [2, 0]]
        assert found.counts.trials.tolist() == [[3, 3], [3, 3], [2, 0]]
        history.set_baseline("nightly", "m", ("run-1", "run-2"), at="x", reason="")
        chosen = history.baseline("nightly", "m")
        assert chosen is not None
        assert chosen.ends == ("run-1", "run-2")


def test_held_out_tasks_proofs_and_cells_are_kept(url: str) -> None:
    with History(url) as history:
        rows = [*night([3, 0]), *night([1, 2], candidate="n")]
        digests = {f"{row['suite']}/{row['task']}": "d" for row in rows}
        hidden = "simulated/i1-report"
        history.record("r", "2026-01-01", "nightly", rows, digests, version="1", held_out=[hidden])
        assert history.held_out("nightly") == frozenset({hidden})
        assert not history.held_out("other")
        assert sorted((one.candidate, one.task, one.accepted, one.trials) for one in history.cells("nightly")) == [
            ("m", "simulated/i0-report", 3, 3),
            ("m", hidden, 0, 3),
            ("n", "simulated/i0-report", 1, 3),
            ("n", hidden, 2, 3),
        ]
        made = [Proof(task="a", task_digest="d", at=at, roadtest="1", faults=at) for at in ("2026-02", "2026-01")]
        for proof in made:
            history.add_proof(proof)
        assert history.proofs() == {"a": made[::-1]}


def test_a_history_of_before_is_brought_up_to_date(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        migrate(connection, to=1)
        connection.execute(insert(runs).values(run="old", at="2025", suite="nightly", roadtest="0"))
    with History(url) as history:
        assert history.migrated == len(MIGRATIONS) - 1
        assert [one.run for one in history.nights("nightly")] == ["old"]
    there = inspect(engine)
    for table in metadata.tables.values():
        columns = {column["name"]: column["nullable"] for column in there.get_columns(table.name)}
        assert columns == {column.name: column.nullable for column in table.columns}
    engine.dispose()


def test_many_that_begin_at_once_wait_for_each_other(url: str) -> None:
    failures: list[Exception] = []

    def work(first: int) -> None:
        try:
            with History(url) as history:
                for day in range(1, 6):  # the same runs by all: each is recorded once
                    put(history, day, night([1] * 20))
                put(history, 10 + first, night([1] * 20))
        except Exception as exc:
            failures.append(exc)

    workers = [threading.Thread(target=work, args=(first,)) for first in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures
    with History(url) as history:
        assert history.counts("nightly", "m").counts.trials.sum() == 9 * 60


def test_a_server_that_is_not_there_is_told_in_one_line() -> None:
    with pytest.raises(HarnessError) as caught:
        History("postgresql+psycopg://me:secret@127.0.0.1:9/nothing?connect_timeout=2")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
