"""The history: every run recorded in a database, SQLite or by URL another one, and read back as nights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, func, insert, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from sandbox.errors import BadInput, HarnessError
from sandbox.nights.counts import Counts
from sandbox.nights.migrations import migrate
from sandbox.nights.night import Night, Nights, Proof
from sandbox.nights.tables import baselines, held_out_tasks, proofs, runs, trials
from sandbox.score import NO_VERDICT
from sandbox.upkeep.items import Cell

Record = Mapping[str, Any]
# Any number will do, as long as all who write take the same.
LOCK = 726_823_783


class History:
    """A database of runs; to be used in `with`."""

    def __init__(self, where: str | Path) -> None:
        """Open it, make it where there is none, bring it up to date.

        Args:
            where: a path, or a URL as in postgresql+psycopg://user@host/name.

        Raises:
            BadInput: no such kind of database, or it is of a newer Roadtest. HarnessError: it cannot be opened.
        """
        self._url = _url(where)
        self.name = self._url.render_as_string(hide_password=True)
        try:
            self._engine = create_engine(self._url)
        except (ArgumentError, NoSuchModuleError, ImportError) as exc:
            raise BadInput(f"{self.name}: no such kind of database, or its driver is not installed") from exc
        if self._url.get_backend_name() == "sqlite":
            _make_sqlite_strict(self._engine)
        try:
            with self._connected(writes=True) as connection:
                self.migrated = migrate(connection)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> History:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def record(
        self,
        run: str,
        at: str,
        suite: str,
        records: Sequence[Record],
        digests: Mapping[str, str],
        *,
        version: str,
        held_out: Sequence[str] = (),
        again: bool = False,
    ) -> bool:
        """Record a run with its trials, all or nothing; one that is there already is left as it is.

        Args:
            digests: of tasks, by suite/name. held_out: tasks, by the same, of which nothing is told by name.
            again: one that is there already, and was gone on with since, keeps its place and gets these trials.

        Returns:
            whether it was new.
        """
        with self._connected(writes=True) as connection:
            there = connection.scalar(select(runs.c.id).where(runs.c.run == run))
            if there is not None and not again:
                return False
            if there is None:
                facts = {"run": run, "at": at, "suite": suite, "roadtest": version}
                made = connection.execute(insert(runs).values(**facts)).inserted_primary_key
                assert made is not None, "a row was made"
                number = made[0]
            else:
                number = there
                for table in (trials, held_out_tasks):
                    connection.execute(delete(table).where(table.c.run_id == number))
            if records:
                connection.execute(insert(trials), [_row(number, record, digests) for record in records])
            if held_out:
                rows = [{"run_id": number, "task": task} for task in sorted(set(held_out))]
                connection.execute(insert(held_out_tasks), rows)
        return there is None

    def nights(self, suite: str) -> list[Night]:
        """The runs of a suite, by when they began."""
        asked = select(runs.c.id, runs.c.run, runs.c.at, runs.c.suite).where(runs.c.suite == suite)
        with self._connected() as connection:
            return [
                Night(number=row.id, run=row.run, at=row.at, suite=row.suite)
                for row in connection.execute(asked.order_by(runs.c.at, runs.c.id))
            ]

    def candidates(self, suite: str) -> list[str]:
        """Those with trials in a suite, by name."""
        asked = select(trials.c.candidate).join(runs).where(runs.c.suite == suite).distinct()
        with self._connected() as connection:
            return sorted(connection.scalars(asked))

    def suites(self) -> list[str]:
        """What nights go by, by name."""
        with self._connected() as connection:
            return sorted(connection.scalars(select(runs.c.suite).distinct()))

    def conditions(self, suite: str) -> list[str]:
        """Under which tasks were met, by name."""
        asked = select(trials.c.condition).join(runs).where(runs.c.suite == suite).distinct()
        with self._connected() as connection:
            return sorted(connection.scalars(asked))

    def held_out(self, suite: str) -> frozenset[str]:
        """The tasks, as suite/name, that were held out in any run."""
        asked = select(held_out_tasks.c.task).join(runs).where(runs.c.suite == suite).distinct()
        with self._connected() as connection:
            return frozenset(connection.scalars(asked))

    def add_proof(self, proof: Proof) -> None:
        """Keep what a proof of a task came to."""
        with self._connected(writes=True) as connection:
            connection.execute(insert(proofs).values(**asdict(proof), holds=int(not proof.faults)))

    def proofs(self) -> dict[str, list[Proof]]:
        """All proofs of each task, the oldest first."""
        asked = select(proofs).order_by(proofs.c.at, proofs.c.id)
        found: dict[str, list[Proof]] = {}
        with self._connected() as connection:
            for row in connection.execute(asked):
                proof = Proof(
                    task=row.task, task_digest=row.task_digest, at=row.at, roadtest=row.roadtest, faults=row.faults
                )
                found.setdefault(proof.task, []).append(proof)
        return found

    def counts(self, suite: str, candidate: str, condition: str | None = None) -> Nights:
        """What a candidate made of each task in each run; trials without a verdict are in no count.

        Args:
            condition: only trials under this one.
        """
        task = (trials.c.task, trials.c.condition, trials.c.task_digest)
        asked = (
            select(trials.c.run_id, *task, func.sum(trials.c.accepted).label("accepted"), func.count().label("trials"))
            .join(runs)
            .where(runs.c.suite == suite, trials.c.candidate == candidate, trials.c.verdict.not_in(NO_VERDICT))
            .group_by(trials.c.run_id, *task)
        )
        if condition is not None:
            asked = asked.where(trials.c.condition == condition)
        nights = self.nights(suite)
        with self._connected() as connection:
            rows = [(row.run_id, tuple(row[1:4]), row.accepted, row.trials) for row in connection.execute(asked)]
        tasks = sorted({row[1] for row in rows})
        place = {name: number for number, name in enumerate(tasks)}
        night = {one.number: number for number, one in enumerate(nights)}
        accepted, made = np.zeros((len(nights), len(tasks))), np.zeros((len(nights), len(tasks)))
        for number, name, good, every in rows:
            accepted[night[number], place[name]], made[night[number], place[name]] = good, every
        return Nights(nights=tuple(nights), tasks=tuple(tasks), counts=Counts(accepted=accepted, trials=made))

    def cells(self, suite: str) -> list[Cell]:
        """What every candidate made of every task in each run; trials without a verdict are in none."""
        key = (trials.c.run_id, trials.c.task, trials.c.condition, trials.c.task_digest, trials.c.candidate)
        asked = (
            select(*key, func.sum(trials.c.accepted).label("accepted"), func.count().label("trials"))
            .join(runs)
            .where(runs.c.suite == suite, trials.c.verdict.not_in(NO_VERDICT))
            .group_by(*key)
        )
        places = {night.number: place for place, night in enumerate(self.nights(suite))}
        with self._connected() as connection:
            return [
                Cell(
                    task=row.task,
                    condition=row.condition,
                    digest=row.task_digest,
                    candidate=row.candidate,
                    run=places[row.run_id],
                    accepted=row.accepted,
                    trials=row.trials,
                )
                for row in connection.execute(asked)
            ]

    def set_baseline(self, suite: str, candidate: str, runs_of_it: tuple[str, str], *, at: str, reason: str) -> None:
        """Say from which run to which a candidate's baseline goes.

        Raises:
            BadInput: no such run in this suite, or the first is after the last.
        """
        known = [night.run for night in self.nights(suite)]
        for run in runs_of_it:
            if run not in known:
                raise BadInput(f"{self.name}: no run {run} of {suite}")
        first, last = (known.index(run) for run in runs_of_it)
        if first > last:
            raise BadInput(f"{self.name}: the baseline would end ({runs_of_it[1]}) before it begins ({runs_of_it[0]})")
        numbers = [night.number for night in self.nights(suite)]
        facts = {"suite": suite, "candidate": candidate, "at": at, "reason": reason}
        with self._connected(writes=True) as connection:
            ends = {"first_run_id": numbers[first], "last_run_id": numbers[last]}
            connection.execute(insert(baselines).values(**facts, **ends))

    def baseline(self, suite: str, candidate: str) -> tuple[str, str] | None:
        """The first and the last run of a candidate's baseline; None: none was set."""
        names = select(runs.c.run)
        asked = (
            select(baselines.c.first_run_id, baselines.c.last_run_id)
            .where(baselines.c.suite == suite, baselines.c.candidate == candidate)
            .order_by(baselines.c.at.desc(), baselines.c.id.desc())
        )
        with self._connected() as connection:
            found = connection.execute(asked).first()
            if found is None:
                return None
            first, last = (connection.scalars(names.where(runs.c.id == number)).one() for number in found)
        return first, last

    @contextmanager
    def _connected(self, *, writes: bool = False) -> Iterator[Connection]:
        """A transaction; of those that write one at a time. What goes wrong is told without the password."""
        try:
            with self._engine.begin() as connection:
                if writes and connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
                yield connection
        except SQLAlchemyError as exc:
            cause = " ".join(str(getattr(exc, "orig", None) or exc).split())
            raise HarnessError(f"{self.name}: the history cannot be used: {cause}") from exc


def _url(where: str | Path) -> URL:
    text = str(where)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        return make_url(text)
    except ArgumentError as exc:
        raise BadInput("the history: no URL of a database, as in postgresql+psycopg://user@host/name") from exc


def _make_sqlite_strict(engine: Engine) -> None:
    """Foreign keys held; transactions that also hold for making tables, and wait for others from their beginning."""

    @event.listens_for(engine, "connect")
    def _(connection: Any, __: Any) -> None:
        connection.isolation_level = None  # Python's driver would end transactions before it makes a table
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 30000")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _row(number: int, record: Record, digests: Mapping[str, str]) -> dict[str, Any]:
    task = f"{record['suite']}/{record['task']}"
    usage, calls = record["usage"], record["calls"]
    return {
        "run_id": number,
        "trial": record["trial"],
        "task": task,
        "task_digest": digests.get(task, ""),
        "candidate": record["candidate"],
        "condition": record["condition"],
        "repeat": record["repeat"],
        "rung": record["rung"],
        "verdict": record["verdict"],
        "accepted": int(record["verdict"] == "accepted"),
        "score": record["score"],
        "calls": calls["total"],
        "faulty": calls.get("faulty"),
        "model_s": record["time"]["model_s"],
        "wall_s": record["time"]["wall_s"],
        "tokens": usage["prompt_tokens"] + usage["completion_tokens"],
        "cost_usd": usage["cost_usd"],
    }
