"""Rows in a database, in transactions. SQLite for now; but for `?`, statements are such as PostgreSQL takes, too."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]


class Database:
    """One connection, used by one request at a time.

    Args:
        path: a file, or `:memory:`.
        tables: statements that make what is not there yet.
        seed: what ids hang on; the same requests after each other get the same ids.
    """

    def __init__(self, path: str, tables: Sequence[str], seed: str) -> None:
        self._seed = seed
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA foreign_keys = ON")
        self.run("CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)")
        for statement in tables:
            self.run(statement)

    def run(self, statement: str, values: Iterable[Any] = ()) -> int:
        """Carry a statement out; the number of rows that it touched."""
        return self._connection.execute(statement, tuple(values)).rowcount

    def rows(self, statement: str, values: Iterable[Any] = ()) -> list[Row]:
        """What a query finds."""
        return [dict(row) for row in self._connection.execute(statement, tuple(values))]

    def row(self, statement: str, values: Iterable[Any] = ()) -> Row | None:
        """The first that a query finds."""
        return next(iter(self.rows(statement, values)), None)

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        """Add a row. Names of tables and columns are ours, never a client's."""
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        self.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", row.values())  # noqa: S608

    def next(self, name: str) -> int:
        """The next number of a counter, from 1. Rolled back with the rest, so that ids do not tell of failures."""
        self.run(
            "INSERT INTO counters (name, value) VALUES (?, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = counters.value + 1",
            (name,),
        )
        found = self.row("SELECT value FROM counters WHERE name = ?", (name,))
        assert found is not None
        return int(found["value"])

    def new_id(self, prefix: str) -> str:
        """An id that cannot be guessed and is the same in every trial."""
        words = f"{self._seed}/{prefix}/{self.next(prefix)}"
        return f"{prefix}_{hashlib.sha256(words.encode()).hexdigest()[:14]}"

    def begin(self) -> None:
        """Begin a transaction."""
        self.run("BEGIN")

    def end(self, *, keep: bool) -> None:
        """End it, with what it did or without."""
        self.run("COMMIT" if keep else "ROLLBACK")

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()
