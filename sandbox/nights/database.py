"""Databases of a history: what kinds there are, and transactions in them whose failures are told in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from sandbox.errors import BadInput, HarnessError

# Any number will do, as long as all who write take the same.
LOCK = 726_823_783


@contextmanager
def transaction(engine: Engine, name: str, *, writes: bool) -> Iterator[Connection]:
    """A transaction; of those that write one at a time.

    Args:
        name: of the database, without its password.

    Raises:
        HarnessError: whatever goes wrong, without the password.
    """
    try:
        with engine.connect().execution_options(roadtest_writes=writes) as connection, connection.begin():
            if writes and connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            yield connection
    except SQLAlchemyError as exc:
        cause = " ".join(str(getattr(exc, "orig", None) or exc).split())
        raise HarnessError(f"{name}: the history cannot be used: {cause}") from exc


def engine_of(where: str | Path) -> Engine:
    """The database of a path or a URL; whether it is there shows when it is used.

    Raises:
        BadInput: no such kind of database, or no name of one.
    """
    url = _url(where)
    try:
        made = create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as exc:
        name = url.render_as_string(hide_password=True)
        raise BadInput(f"{name}: no such kind of database, or its driver is not installed") from exc
    if url.get_backend_name() == "sqlite":
        _make_sqlite_strict(made)
    return made


def _url(where: str | Path) -> URL:
    text = str(where)
    if "\0" in text:
        raise BadInput("the history: no file can have a zero byte in its name")
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        return make_url(text)
    except ArgumentError as exc:
        raise BadInput("the history: no URL of a database, as in postgresql+psycopg://user@host/name") from exc


def _make_sqlite_strict(engine: Engine) -> None:
    """Foreign keys held; transactions that also hold for making tables; who writes waits for others at the beginning.

    One that only reads does not: it works beside a long one, and where nothing may be written.
    """

    @event.listens_for(engine, "connect")
    def _(connection: Any, __: Any) -> None:
        connection.isolation_level = None  # Python's driver would end transactions before it makes a table
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 30000")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        writes = connection.get_execution_options().get("roadtest_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
