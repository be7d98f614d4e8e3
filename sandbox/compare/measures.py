"""What two runs are compared by: each measure as a part and a whole of every record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]
# Of each task its own rate; all parts over all wholes; an amount for each trial, compared as a ratio.
BY_TASK, POOLED, AMOUNT = "by task", "pooled", "amount"
PRIMARY = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of trials.

    kind: `BY_TASK` (a mean of tasks' rates), `POOLED` (a rate over all that is counted, tasks being clusters) or
    `AMOUNT` (a ratio of what tasks take, each counting alike). more_is_better: which way is worse.
    of: a record's part and whole; None where the record does not tell.
    """

    name: str
    words: str
    kind: str
    more_is_better: bool
    of: Callable[[Record], tuple[float, float] | None]

    @property
    def bound(self) -> float:
        """Between minus this and this all differences lie."""
        return float("inf") if self.kind == AMOUNT else 1.0


def _accepted(record: Record) -> tuple[float, float]:
    return float(record["verdict"] == "accepted"), 1.0


def _score(record: Record) -> tuple[float, float] | None:
    return None if record["score"] is None else (float(record["score"]), 1.0)


def _faulty(record: Record) -> tuple[float, float] | None:
    calls = record["calls"]
    return (float(calls["faulty"]), float(calls["total"])) if "faulty" in calls else None


def _recovered(record: Record) -> tuple[float, float] | None:
    calls = record["calls"]
    return (float(calls["recovered"]), float(calls["faulty"])) if "faulty" in calls else None


def _reintroduced(record: Record) -> tuple[float, float] | None:
    found = record["oscillation"]
    if found["reintroductions"] is None or found.get("after_fix") is None:
        return None
    return float(found["reintroductions"]), float(found["after_fix"])


def _reply_seconds(record: Record) -> tuple[float, float]:
    return float(record["time"]["model_s"]), float(record["usage"]["model_calls"])


def _wall(record: Record) -> tuple[float, float]:
    return float(record["time"]["wall_s"]), 1.0


def _tokens(record: Record) -> tuple[float, float]:
    usage = record["usage"]
    return float(usage["prompt_tokens"] + usage["completion_tokens"]), 1.0


def _cost(record: Record) -> tuple[float, float] | None:
    cost = record["usage"]["cost_usd"]
    return None if cost is None else (float(cost), 1.0)


def _measure(name: str, words: str, kind: str, of: Callable[[Record], Any], *, more: bool = False) -> Measure:
    return Measure(name=name, words=words, kind=kind, more_is_better=more, of=of)


MEASURES: Mapping[str, Measure] = {
    one.name: one
    for one in (
        _measure(PRIMARY, "trials accepted", BY_TASK, _accepted, more=True),
        _measure("score", "score of the judge", BY_TASK, _score, more=True),
        _measure("faults", "calls with a fault, of all calls", POOLED, _faulty),
        _measure("recovery", "faulty calls put right", POOLED, _recovered, more=True),
        _measure("rr", "bugs that came back, of chances to (RR)", POOLED, _reintroduced),
        _measure("latency", "seconds that a reply takes", AMOUNT, _reply_seconds),
        _measure("wall", "seconds that a trial takes", AMOUNT, _wall),
        _measure("tokens", "tokens of a trial", AMOUNT, _tokens),
        _measure("cost", "US dollars of a trial", AMOUNT, _cost),
    )
}


def on_rung(rung: str) -> Measure:
    """Trials accepted on one rung of the ladder alone."""

    def of(record: Record) -> tuple[float, float] | None:
        return _accepted(record) if record["rung"] == rung else None

    return Measure(name=f"{PRIMARY}@{rung}", words=f"accepted on {rung}", kind=BY_TASK, more_is_better=True, of=of)
