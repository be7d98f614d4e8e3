"""Lists by cursor: newest first, so that what is added meanwhile shifts nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from sandbox.services.common.database import Database, Row
from sandbox.services.common.problems import Problem


def page(
    database: Database, table: str, filters: Mapping[str, Any], limit: int, cursor: str | None
) -> tuple[list[Row], str | None]:
    """Rows of one page and the cursor of the next, None on the last.

    Args:
        table: a table of ours with a column `number` that grows.
        filters: by column of ours; those that are None do not count.

    Raises:
        Problem: 422, the cursor is none of ours.
    """
    wanted = {column: value for column, value in filters.items() if value is not None}
    conditions = [f"{column} = ?" for column in wanted]
    values = list(wanted.values())
    if cursor is not None:
        conditions.append("number < ?")
        values.append(_number(table, cursor))
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    query = f"SELECT * FROM {table} {where} ORDER BY number DESC LIMIT ?"  # noqa: S608
    rows = database.rows(query, [*values, limit + 1])
    following = _cursor(table, rows[limit - 1]["number"]) if len(rows) > limit else None
    return rows[:limit], following


def _cursor(table: str, number: int) -> str:
    return base64.urlsafe_b64encode(f"{table}:{number}".encode()).decode().rstrip("=")


def _number(table: str, cursor: str) -> int:
    try:
        name, _, number = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        if name == table and number.isascii() and number.isdigit() and len(number) < 16:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise Problem(422, "invalid_cursor", "The cursor is not one of this list.", "cursor")
