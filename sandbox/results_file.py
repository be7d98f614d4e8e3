"""The lines of a results.jsonl as terminal records. Pure."""

from __future__ import annotations

import json
from typing import Any

from sandbox import schema
from sandbox.errors import BadInput
from sandbox.score import VERDICTS

_PARTS = ("calls", "usage", "time", "bugs", "oscillation")


def _check_record(record: Any, where: str) -> None:
    """Look at what reports rely on; only a record that fails that is held against the whole schema, which is slow."""
    try:
        well = (
            record["v"] == 1
            and isinstance(record["trial"], str)
            and record["verdict"] in VERDICTS
            and all(isinstance(record[part], dict) for part in _PARTS)
            and isinstance(record["calls"]["total"] + record["calls"]["valid"] + record["time"]["wall_s"], int | float)
            and all(isinstance(record[name], str) for name in ("task", "suite", "candidate", "condition", "reason"))
        )
    except (KeyError, TypeError):
        well = False
    if not well:
        schema.check("result.v1", record, file=where)


def parse_results(text: str, name: str) -> list[dict[str, Any]]:
    """The records of a results.jsonl.

    Raises:
        BadInput: naming the line.
    """
    records = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as exc:
            remedy = "take the line out; `run --resume` writes it again from the trial's log"
            raise BadInput(f"{name}: line {number} is not a result ({exc}): {remedy}") from exc
        _check_record(record, f"{name}: line {number}")
        records.append(record)
    return records
