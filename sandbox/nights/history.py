"""The history: every run recorded in a database, SQLite or by URL another one, and read back as nights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, insert, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from sandbox.errors import BadInput, HarnessError
from sandbox.nights.counts import Counts
from sandbox.nights.migrations import migrate
from sandbox.nights.tables import baselines, runs, trials
from sandbox.score import NO_VERDICT

Record = Mapping[str, Any]
# A task that has changed since is another one: its trials are not held against those of before.
Task = tuple[str, str, str]
# Any number will do, as long as all who write take the same.
LOCK = 726_823_783


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A run in the history. number: its place there; at: when it began, ISO 8601."""

    number: int
    run: str
    at: str
    suite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nights:
    """One candidate's counts over runs. nights: by row of `counts`. tasks: name, condition, digest by column."""

    nights: tuple[Night, ...]
    tasks: tuple[Task, ...]
    counts: Counts

    def split(self, last_of_baseline: int) -> tuple[Counts, Counts]:
        """The baseline, up to the run of that number, and what came after."""
        first = sum(night.number <= last_of_baseline for night in self.nights)
        one, two = (
            Counts(accepted=self.counts.accepted[part], trials=self.counts.trials[part])
            for part in (slice(0, first), slice(first, None))
        )
        return one, two


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
        self, run: str, at: str, suite: str, records: Sequence[Record], digests: Mapping[str, str], *, version: str
    ) -> bool:
        """Record a run with its trials, all or nothing; one that is there already is left as it is.

        Args:
            digests: of tasks, by suite/name.

        Returns:
            whether it was new.
        """
        with self._connected(writes=True) as connection:
            if connection.scalar(select(runs.c.id).where(runs.c.run == run)) is not None:
                return False
            facts = {"run": run, "at": at, "suite": suite, "roadtest": version}
            number = connection.execute(insert(runs).values(**facts)).inserted_primary_key
            assert number is not None, "a row was made"
            if records:
                connection.execute(insert(trials), [_row(number[0], record, digests) for record in records])
        return True

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

    def counts(self, suite: str, candidate: str) -> Nights:
        """What a candidate made of each task in each run; trials without a verdict are in no count."""
        task = (trials.c.task, trials.c.condition, trials.c.task_digest)
        asked = (
            select(trials.c.run_id, *task, func.sum(trials.c.accepted).label("accepted"), func.count().label("trials"))
            .join(runs)
            .where(runs.c.suite == suite, trials.c.candidate == candidate, trials.c.verdict.not_in(NO_VERDICT))
            .group_by(trials.c.run_id, *task)
        )
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
