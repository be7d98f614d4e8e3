"""Lists by page number. By activity their order drifts while somebody reads: others are at work, too."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from sandbox.services.common.database import Database, Row
from sandbox.services.tracker.tables import opened

Sort = Literal["activity", "number"]
_ORDER = {"activity": "activity DESC", "number": "number ASC"}


def issues(
    database: Database, filters: dict[str, Any], label: str | None, sort: Sort, page: int, per_page: int
) -> tuple[list[Row], int]:
    """The issues of one page, from 1, and how many there are on all."""
    wanted = {column: value for column, value in filters.items() if value is not None}
    conditions = " AND ".join(f"{column} = ?" for column in wanted)
    query = f"SELECT * FROM issues WHERE {conditions} ORDER BY {_ORDER[sort]}"  # noqa: S608
    rows = [opened(row) for row in database.rows(query, wanted.values())]
    fitting = [row for row in rows if label is None or label in row["labels"]]
    start = (page - 1) * per_page
    return fitting[start : start + per_page], len(fitting)


def touch(database: Database, project: str, number: int) -> None:
    """Bring an issue to the front of what is listed by activity."""
    database.run(
        "UPDATE issues SET activity = ? WHERE project = ? AND number = ?", (database.next("activity"), project, number)
    )


def drift(database: Database, project: str, seed: str, how_many: int) -> None:
    """What others do after somebody has read a list: so many issues come to the front, by seed."""
    numbers = [row["number"] for row in database.rows("SELECT number FROM issues WHERE project = ?", (project,))]
    for _ in range(how_many if numbers else 0):
        words = f"{seed}/{project}/{database.next('drift')}"
        chosen = int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big") % len(numbers)
        touch(database, project, numbers[chosen])
