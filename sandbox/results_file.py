"""The lines of a results.jsonl as terminal records. Pure."""

from __future__ import annotations

import json
from typing import Any

from sandbox import schema
from sandbox.errors import BadInput
from sandbox.score import VERDICTS

# Their keys are of the task, or are labels: what matters is what stands under them.
_FREE = ("bugs", "faults", "subtasks", "milestones", "kinds", "advisory")


def _shape(value: Any, name: str = "") -> Any:
    """The names and kinds of all that is in a record: whoever can read one of a shape can read them all."""
    kind = type(value)
    if kind is dict:
        inner = ((key, _shape(held, key)) for key, held in value.items())
        return frozenset(shape for _, shape in inner) if name in _FREE else (kind, frozenset(inner))
    if kind is list:
        return kind, frozenset(_shape(held) for held in value)
    return kind


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def parse_results(text: str, name: str) -> list[dict[str, Any]]:
    """The records of a results.jsonl.

    Raises:
        BadInput: naming the line.
    """
    records = []
    # The whole schema is slow: it is asked once for records of a shape.
    known: set[Any] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        where = f"{name}: line {number}"
        try:
            record = json.loads(line, parse_constant=_no_number)
            shape = _shape(record)
        except (ValueError, RecursionError) as exc:
            remedy = "take the line out; `run --resume` writes it again from the trial's log"
            raise BadInput(f"{where} is not a result ({exc}): {remedy}") from exc
        if shape not in known or record["v"] != 1 or record["verdict"] not in VERDICTS:
            schema.check("result.v1", record, file=where)
            known.add(shape)
        records.append(record)
    return records
