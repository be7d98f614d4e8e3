"""A trial's record as a row of the history, and whether it can be one. Pure but for the table that it reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Float, Integer, String

from sandbox.errors import BadInput
from sandbox.nights.tables import trials

Record = Mapping[str, Any]
# PostgreSQL's; SQLite would take more.
LARGEST, LONGEST = 2**31 - 1, 1e15


def row_of(number: int, record: Record, digests: Mapping[str, str]) -> dict[str, Any]:
    """The row of a trial.

    Args:
        number: of its run. digests: of tasks, by suite/name.

    Raises:
        BadInput: there is something in it that none can have; names the trial and the column.
    """
    name = str(record.get("trial"))[:200].encode("ascii", "backslashreplace").decode("ascii")
    try:
        row = _row(number, record, digests)
    except (LookupError, TypeError, AttributeError) as exc:
        raise BadInput(f"{name}: its record is broken: {type(exc).__name__}: {exc}"[:400]) from exc
    for column in trials.columns:
        if not _fits(row[column.name], column):
            value = repr(row[column.name])[:60].encode("ascii", "backslashreplace").decode("ascii")
            raise BadInput(f"{name}: its record is broken: {column.name} cannot be {value}")
    return row


def _fits(value: Any, column: Column[Any]) -> bool:
    """Whether any database takes it."""
    if value is None:
        return bool(column.nullable)
    kind = column.type
    if isinstance(kind, String):
        return isinstance(value, str) and len(value) <= (kind.length or len(value)) and _is_text(value)
    if isinstance(kind, Integer):
        return isinstance(value, int) and abs(value) <= LARGEST
    assert isinstance(kind, Float)
    return isinstance(value, int | float) and abs(value) < LONGEST and math.isfinite(value)


def _is_text(value: str) -> bool:
    """Not with halves of characters, nor with a zero byte."""
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


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
