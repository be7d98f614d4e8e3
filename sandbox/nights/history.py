"""The history: every run recorded in a database, SQLite or by URL another one, and read back as nights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType, TracebackType

import numpy as np
from sqlalchemy import Connection, delete, func, insert, select

from sandbox.errors import BadInput
from sandbox.nights.counts import Counts
from sandbox.nights.database import engine_of, transaction
from sandbox.nights.migrations import is_up_to_date, migrate
from sandbox.nights.night import ChosenBaseline, Night, Nights, Proof
from sandbox.nights.rows import Record, row_of
from sandbox.nights.tables import baselines, held_out_tasks, proofs, runs, trials
from sandbox.nights.tables import conditions as condition_digests
from sandbox.score import NO_VERDICT
from sandbox.upkeep.items import Cell


class History:
    """A database of runs; to be used in `with`."""

    def __init__(self, where: str | Path) -> None:
        """Open it, make it where there is none, bring it up to date.

        Args:
            where: a path, or a URL as in postgresql+psycopg://user@host/name.

        Raises:
            BadInput: no such kind of database, or it is of a newer Roadtest. HarnessError: it cannot be opened.
        """
        self._engine = engine_of(where)
        self.name = self._engine.url.render_as_string(hide_password=True)
        try:
            self.migrated = self._brought_up_to_date()
        except BaseException:
            self.close()
            raise

    def _brought_up_to_date(self) -> int:
        """How many migrations there were to do. One that needs none is only read, for it may be read-only."""
        try:
            with self._connected() as connection:
                if is_up_to_date(connection):
                    return 0
            with self._connected(writes=True) as connection:
                return migrate(connection)
        except BadInput as exc:
            raise BadInput(f"{self.name}: {exc}") from exc

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
        conditions: Mapping[str, str] = MappingProxyType({}),
        held_out: Sequence[str] = (),
        again: bool = False,
    ) -> bool:
        """Record a run with its trials, all or nothing; one that is there already is left as it is.

        Args:
            digests: of tasks, by suite/name. conditions: their digests, by name, as far as known. held_out: tasks, by
                suite/name, of which nothing is told by name.
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
                for table in (trials, held_out_tasks, condition_digests):
                    connection.execute(delete(table).where(table.c.run_id == number))
            if records:
                connection.execute(insert(trials), [row_of(number, record, digests) for record in records])
            met = sorted({record["condition"] for record in records} & conditions.keys())
            if met:
                rows = [{"run_id": number, "condition": name, "digest": conditions[name]} for name in met]
                connection.execute(insert(condition_digests), rows)
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
        of_conditions = self._conditions_of(nights)
        with self._connected() as connection:
            rows = [
                (row.run_id, (*row[1:4], of_conditions.get((row.run_id, row.condition), "")), row.accepted, row.trials)
                for row in connection.execute(asked)
            ]
        tasks = sorted({row[1] for row in rows})
        place = {name: number for number, name in enumerate(tasks)}
        night = {one.number: number for number, one in enumerate(nights)}
        accepted, made = np.zeros((len(nights), len(tasks))), np.zeros((len(nights), len(tasks)))
        for number, name, good, every in rows:
            accepted[night[number], place[name]], made[night[number], place[name]] = good, every
        return Nights(nights=tuple(nights), tasks=tuple(tasks), counts=Counts(accepted=accepted, trials=made))

    def _conditions_of(self, nights: Sequence[Night]) -> dict[tuple[int, str], str]:
        """The digest of each condition by number of the night and name; one not known is as it was before, or after."""
        asked = select(condition_digests.c.run_id, condition_digests.c.condition, condition_digests.c.digest)
        with self._connected() as connection:
            known = {(row.run_id, row.condition): row.digest for row in connection.execute(asked)}
        found: dict[tuple[int, str], str] = {}
        for name in {name for _, name in known}:
            told = [known.get((night.number, name)) for night in nights]
            last = next((digest for digest in told if digest is not None), "")
            for night, digest in zip(nights, told, strict=True):
                last = digest if digest is not None else last
                found[night.number, name] = last
        return found

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
            BadInput: no such run in this suite, the first is after the last, or none has a verdict on the candidate.
        """
        nights = self.nights(suite)
        known = [night.run for night in nights]
        for run in runs_of_it:
            if run not in known:
                raise BadInput(f"{self.name}: no run {run} of {suite}")
        first, last = (known.index(run) for run in runs_of_it)
        if first > last:
            raise BadInput(f"{self.name}: the baseline would end ({runs_of_it[1]}) before it begins ({runs_of_it[0]})")
        numbers = [night.number for night in nights]
        inside = (trials.c.candidate == candidate, trials.c.run_id.in_(numbers[first : last + 1]))
        asked = select(func.count()).where(*inside, trials.c.verdict.not_in(NO_VERDICT))
        facts = {"suite": suite, "candidate": candidate, "at": at, "reason": reason}
        with self._connected(writes=True) as connection:
            if not connection.scalar(asked):
                raise BadInput(
                    f"{self.name}: no trial of {candidate} from {runs_of_it[0]} to {runs_of_it[1]} has a verdict"
                )
            ends = {"first_run_id": numbers[first], "last_run_id": numbers[last]}
            connection.execute(insert(baselines).values(**facts, **ends))

    def baseline(self, suite: str, candidate: str) -> ChosenBaseline | None:
        """A candidate's baseline, the last one that was set; None: none was."""
        names = select(runs.c.run)
        asked = (
            select(baselines.c.first_run_id, baselines.c.last_run_id, baselines.c.at, baselines.c.reason)
            .where(baselines.c.suite == suite, baselines.c.candidate == candidate)
            .order_by(baselines.c.at.desc(), baselines.c.id.desc())
        )
        with self._connected() as connection:
            found = connection.execute(asked).first()
            if found is None:
                return None
            first, last = (connection.scalars(names.where(runs.c.id == number)).one() for number in found[:2])
        return ChosenBaseline(ends=(first, last), at=found.at, reason=found.reason)

    def _connected(self, *, writes: bool = False) -> AbstractContextManager[Connection]:
        """A transaction; HarnessError: whatever goes wrong."""
        return transaction(self._engine, self.name, writes=writes)
