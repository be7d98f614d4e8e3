"""What payments keeps, what it begins with and what it exports."""

from __future__ import annotations

import json
from typing import Any

from sandbox.services.common.database import Database, Row
from sandbox.services.common.transacting import KEYS

_CUSTOMERS = """
CREATE TABLE IF NOT EXISTS customers (
    id TEXT PRIMARY KEY, number BIGINT NOT NULL UNIQUE, version INTEGER NOT NULL,
    name TEXT NOT NULL, email TEXT NOT NULL
)
"""
_CHARGES = """
CREATE TABLE IF NOT EXISTS charges (
    id TEXT PRIMARY KEY, number BIGINT NOT NULL UNIQUE, version INTEGER NOT NULL,
    customer TEXT NOT NULL REFERENCES customers (id), order_id TEXT, amount BIGINT NOT NULL, currency TEXT NOT NULL,
    status TEXT NOT NULL, amount_refunded BIGINT NOT NULL, metadata TEXT NOT NULL
)
"""
_REFUNDS = """
CREATE TABLE IF NOT EXISTS refunds (
    id TEXT PRIMARY KEY, number BIGINT NOT NULL UNIQUE,
    charge TEXT NOT NULL REFERENCES charges (id), amount BIGINT NOT NULL, reason TEXT
)
"""
_ENDPOINTS = """
CREATE TABLE IF NOT EXISTS webhook_endpoints (
    id TEXT PRIMARY KEY, number BIGINT NOT NULL UNIQUE, url TEXT NOT NULL, events TEXT NOT NULL, secret TEXT NOT NULL
)
"""
_EVENTS = """
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, number BIGINT NOT NULL UNIQUE, type TEXT NOT NULL, data TEXT NOT NULL
)
"""
_DELIVERIES = """
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY, number BIGINT NOT NULL UNIQUE, event TEXT NOT NULL, endpoint TEXT NOT NULL,
    attempts INTEGER NOT NULL, status INTEGER
)
"""
TABLES = (_CUSTOMERS, _CHARGES, _REFUNDS, _ENDPOINTS, _EVENTS, _DELIVERIES, KEYS)
PREFIXES = {"customers": "cus", "charges": "ch", "refunds": "re", "webhook_endpoints": "we", "events": "evt"}
# What tasks judge by; events and deliveries follow from these.
EXPORTED = ("customers", "charges", "refunds", "webhook_endpoints")
_TEXTS = {"metadata", "events", "data"}


def add(database: Database, table: str, **row: Any) -> Row:
    """Add a row with the next number, and an id if it brings none."""
    number = database.next(f"{table}.number")
    found = {"id": row.pop("id", None) or database.new_id(PREFIXES[table]), "number": number, **row}
    database.insert(table, {name: json.dumps(value) if name in _TEXTS else value for name, value in found.items()})
    return found


def opened(row: Row) -> Row:
    """A row with its objects and lists, which are kept as texts."""
    return {name: json.loads(value) if name in _TEXTS else value for name, value in row.items()}


def plant(database: Database, seed: dict[str, Any]) -> None:
    """Put in what a seed says: lists of rows by table. An empty database only.

    Raises:
        ValueError: a table or a row that cannot be.
    """
    if database.row("SELECT id FROM customers"):
        return
    database.begin()
    try:
        for customer in seed.get("customers", []):
            add(database, "customers", **{"version": 1, **customer})
        for charge in seed.get("charges", []):
            begun = {"version": 1, "status": "succeeded", "amount_refunded": 0, "metadata": {}, "order_id": None}
            add(database, "charges", **{**begun, **charge})
        for refund in seed.get("refunds", []):
            add(database, "refunds", **{"reason": None, **refund})
        for endpoint in seed.get("webhook_endpoints", []):
            add(database, "webhook_endpoints", **endpoint)
    except Exception as exc:
        database.end(keep=False)
        raise ValueError(f"the seed of payments: {exc}") from exc
    database.end(keep=True)


def export(database: Database) -> dict[str, dict[str, dict[str, Any]]]:
    """The state by collection and id, without secrets and without what only numbers rows."""
    return {table: {row["id"]: _exported(row) for row in _all(database, table)} for table in EXPORTED}


def _all(database: Database, table: str) -> list[Row]:
    return database.rows(f"SELECT * FROM {table} ORDER BY number")  # noqa: S608


def _exported(row: Row) -> Row:
    return {name: value for name, value in opened(row).items() if name not in ("number", "secret", "version")}
