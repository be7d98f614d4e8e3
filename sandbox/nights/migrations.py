"""How histories of before are brought up to date.

A migration is never changed once it is out: it says what tables were like then, not what they are like now (`tables`),
and what comes after it is a new one at the end of `MIGRATIONS`. What is here SQLite and PostgreSQL both understand.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    select,
)

from sandbox.errors import BadInput
from sandbox.nights.tables import version


def _first(connection: Connection) -> None:
    """Runs and their trials."""
    then = MetaData()
    Table(
        "runs",
        then,
        Column("id", Integer, primary_key=True),
        Column("run", String(200), nullable=False, unique=True),
        Column("at", String(40), nullable=False),
        Column("suite", String(200), nullable=False),
        Column("roadtest", String(40), nullable=False),
    )
    Table(
        "trials",
        then,
        Column("run_id", Integer, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        Column("trial", String(1000), primary_key=True),
        Column("task", String(400), nullable=False),
        Column("task_digest", String(64), nullable=False),
        Column("candidate", String(400), nullable=False),
        Column("condition", String(200), nullable=False),
        Column("repeat", Integer, nullable=False),
        Column("rung", String(20), nullable=False),
        Column("verdict", String(20), nullable=False),
        Column("accepted", Integer, nullable=False),
        Column("score", Float),
        Column("calls", Integer, nullable=False),
        Column("faulty", Integer),
        Column("model_s", Float, nullable=False),
        Column("wall_s", Float, nullable=False),
        Column("tokens", Integer, nullable=False),
        Column("cost_usd", Float),
    )
    then.create_all(connection)


def _second(connection: Connection) -> None:
    """Trials by candidate; baselines."""
    then = MetaData()
    for name in ("runs", "trials"):
        Table(name, then, autoload_with=connection)
    trials = then.tables["trials"]
    Index("trials_by_candidate", trials.c.candidate, trials.c.run_id).create(connection)
    Table(
        "baselines",
        then,
        Column("id", Integer, primary_key=True),
        Column("suite", String(200), nullable=False),
        Column("candidate", String(400), nullable=False),
        Column("first_run_id", Integer, ForeignKey("runs.id"), nullable=False),
        Column("last_run_id", Integer, ForeignKey("runs.id"), nullable=False),
        Column("at", String(40), nullable=False),
        Column("reason", String(1000), nullable=False),
    ).create(connection)


def _third(connection: Connection) -> None:
    """Tasks that were held out; proofs of tasks."""
    then = MetaData()
    Table("runs", then, autoload_with=connection)
    Table(
        "held_out",
        then,
        Column("run_id", Integer, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        Column("task", String(400), primary_key=True),
    ).create(connection)
    Table(
        "proofs",
        then,
        Column("id", Integer, primary_key=True),
        Column("task", String(400), nullable=False),
        Column("task_digest", String(64), nullable=False),
        Column("at", String(40), nullable=False),
        Column("roadtest", String(40), nullable=False),
        Column("holds", Integer, nullable=False),
        Column("faults", Text, nullable=False),
    ).create(connection)


def _fourth(connection: Connection) -> None:
    """What conditions were."""
    then = MetaData()
    Table("runs", then, autoload_with=connection)
    Table(
        "conditions",
        then,
        Column("run_id", Integer, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        Column("condition", String(200), primary_key=True),
        Column("digest", String(64), nullable=False),
    ).create(connection)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first, _second, _third, _fourth)


def migrate(connection: Connection, to: int = len(MIGRATIONS)) -> int:
    """Bring the tables up to date, all of it or nothing; returns how many migrations there were to do.

    Raises:
        BadInput: the history is of a newer Roadtest.
    """
    if not inspect(connection).has_table(version.name):
        version.create(connection)
    done = _done(connection)
    for number in range(done + 1, to + 1):
        MIGRATIONS[number - 1](connection)
        connection.execute(version.insert().values(version=number))
    return max(0, to - done)


def is_up_to_date(connection: Connection) -> bool:
    """Whether there is nothing to do.

    Raises:
        BadInput: the history is of a newer Roadtest.
    """
    return inspect(connection).has_table(version.name) and _done(connection) == len(MIGRATIONS)


def _done(connection: Connection) -> int:
    done = max(connection.scalars(select(version.c.version)), default=0)
    if done > len(MIGRATIONS):
        known = len(MIGRATIONS)
        raise BadInput(f"the history is of version {done}, and this Roadtest knows {known}: use the newer one")
    return done
