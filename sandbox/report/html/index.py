"""The list of a run's trials as the page's script filters and shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.report.figures import money
from sandbox.report.html.texts import line
from sandbox.report.html.trial import names_of
from sandbox.report.sheet import NOTHING

# What a row of the list holds, in this order; the script goes by these names.
COLUMNS = (
    *("key", "task", "candidate", "condition", "repeat", "verdict", "reason"),
    *("calls", "faulty", "back", "wall", "tokens", "cost", "transcript"),
)


def index_rows(records: Sequence[Mapping[str, Any]], transcripts: Sequence[str]) -> list[list[Any]]:
    """A row for each trial that ended, in the order of tasks and candidates, then those that did not.

    Args:
        transcripts: keys of trials that have a log, in the order in which they stand in the page.
    """
    places = {key: index for index, key in enumerate(transcripts)}
    rows = [_row(record, places.get(record["trial"])) for record in records]
    ended = {record["trial"] for record in records}
    rows += [_open(key, index) for key, index in places.items() if key not in ended]
    return sorted(rows, key=lambda row: (row[5] == "open", row[1:4], int(row[4]) if row[4].isdecimal() else 0))


def _row(record: Mapping[str, Any], transcript: int | None) -> list[Any]:
    calls, usage = record["calls"], record["usage"]
    tokens = usage["prompt_tokens"] + usage["completion_tokens"]
    back = record["oscillation"].get("reintroductions")
    return [
        record["trial"],
        *(line(str(part)) for part in _names(record)),
        line(record["verdict"]),
        line(record["reason"]),
        calls["total"],
        calls.get("faulty", calls["total"] - calls["valid"]),
        NOTHING if back is None else back,
        f"{record['time']['wall_s']:.1f}s",
        f"{tokens:,}" if tokens else NOTHING,
        money(usage["cost_usd"]),
        transcript,
    ]


def _names(record: Mapping[str, Any]) -> Iterable[Any]:
    repeat = record.get("repeat", record["trial"].rpartition("/")[2])
    return f"{record['suite']}/{record['task']}", record["candidate"], record["condition"], repeat


def _open(key: str, transcript: int) -> list[Any]:
    reason = "not finished: no record of it"
    return [key, *names_of(key), "open", reason, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, transcript]
