"""What psql says of a database as the JSON of its state. Numbers stay as they were written. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator

# A row in brackets that is nested more deeply cannot be read by whoever judges.
_MOST_BRACKETS = 200


class NoRows(ValueError):
    """What psql said is no state."""


def document(output: bytes) -> bytes:
    """The state from the output of export.sql: collection, key, row, each ended by NUL.

    A row without a key is named by its digest, and those that are the same by number.

    Raises:
        NoRows: that it is not.
    """
    collections: dict[str, list[str]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for collection, key, row in _rows(output):
        name = key
        if not key:
            digest = hashlib.sha256(row.encode()).hexdigest()[:16]
            seen[collection, digest] += 1
            name = f"{digest}#{seen[collection, digest]}"
        collections.setdefault(collection, []).append(f"{json.dumps(name)}: {_readable(row)}")
    parts = [f"{json.dumps(name)}: {{{', '.join(rows)}}}" for name, rows in collections.items()]
    return ("{" + ", ".join(parts) + "}").encode()


def _rows(output: bytes) -> Iterator[tuple[str, str, str]]:
    cells = output.decode("utf-8").split("\0")
    # Nothing follows the last.
    if cells.pop().strip() or len(cells) % 3:
        raise NoRows("the state came in part only")
    for place in range(0, len(cells), 3):
        yield cells[place], cells[place + 1], cells[place + 2]


def _readable(row: str) -> str:
    if row.count("[") + row.count("{") > _MOST_BRACKETS:
        try:
            json.loads(row)
        except RecursionError:
            return json.dumps({"nested too deeply": hashlib.sha256(row.encode()).hexdigest()})
    return row
