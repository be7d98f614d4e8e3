"""nightly.toml as data: what to run each night, what to hold it against, what fails it. Pure.

name = "nightly"
tasks = ["tasks/demo", "tasks/repos"]
repeats = 3
budget = { "run.cost" = 40 }
reference = "scripted:oracle"                # drift of the machine shows in it
gate = { tests = ["sequential"], alpha = 0.05 }

[candidates."openai/gpt-4o"]
baseline = 7                                 # the first seven nights; or the directory of a run
since = 2026-02-01                           # the first from this date on
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.compare.measures import PRIMARY
from sandbox.errors import BadInput
from sandbox.nights.sequential import ALPHA

SEQUENTIAL, COMPARE = "sequential", "compare"
FIRST_NIGHTS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class NightGate:
    """What fails a night.

    tests: `SEQUENTIAL` (all nights so far), `COMPARE` (this night alone: of many nights some fail by chance).
    metric, margin: of compare; the margin as typed, in points or percent. alpha: of the sequential test.
    """

    tests: tuple[str, ...] = (SEQUENTIAL,)
    metric: str = PRIMARY
    margin: float = 0.0
    alpha: float = ALPHA


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A candidate and its baseline: how many first nights, or the directory of a run.

    since: nights before that date (YYYY-MM-DD, UTC) do not count; None: all do.
    """

    name: str
    baseline: int | str
    gate: NightGate
    since: str | None = None

    @property
    def first(self) -> int:
        """How many nights of the history are its baseline, where one is needed."""
        return self.baseline if isinstance(self.baseline, int) else FIRST_NIGHTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Nightly:
    """What runs every night. budget: as after --limit. reference: None: drift of the machine cannot be told apart."""

    name: str
    tasks: tuple[str, ...]
    conditions: tuple[str, ...]
    repeats: int
    concurrency: int
    budget: tuple[str, ...]
    out: str
    history: str
    reference: str | None
    candidates: tuple[Watched, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Who runs each night, the reference last."""
        return (*(one.name for one in self.candidates), *((self.reference,) if self.reference else ()))


def from_table(table: Mapping[str, Any], file: str, budget: Sequence[str] = ()) -> Nightly:
    """From a document that holds against `schemas/nightly.v1.json`.

    Args:
        budget: what the document says of it, as words after --limit.

    Raises:
        BadInput: the reference is watched, too; a baseline that is a run cannot serve the sequential test; no such day.
    """
    gate = _gate(NightGate(), table.get("gate", {}))
    watched = tuple(
        Watched(
            name=name,
            baseline=one.get("baseline", FIRST_NIGHTS),
            gate=_gate(gate, one.get("gate", {})),
            since=one.get("since"),
        )
        for name, one in table["candidates"].items()
    )
    reference = table.get("reference")
    if reference in table["candidates"]:
        raise BadInput(f"{file}: reference: {reference} is among the candidates; it is watched anyway")
    for one in watched:
        _check_date(one.since, f"{file}: candidates.{one.name}.since")
        if isinstance(one.baseline, str) and SEQUENTIAL in one.gate.tests:
            where = f"{file}: candidates.{one.name}.baseline"
            raise BadInput(f"{where}: the sequential test takes nights of the history; say how many of the first")
    return Nightly(
        name=table["name"],
        tasks=tuple(table["tasks"]),
        conditions=tuple(table.get("conditions", ())),
        repeats=table.get("repeats", 3),
        concurrency=table.get("concurrency", 2),
        budget=tuple(budget),
        out=table.get("out", "runs/nightly"),
        history=table.get("history", "history.sqlite3"),
        reference=reference,
        candidates=watched,
    )


def _check_date(since: str | None, where: str) -> None:
    if since is None:
        return
    try:
        datetime.date.fromisoformat(since)
    except ValueError as exc:
        raise BadInput(f"{where}: {since} is no date: {exc}") from exc


def _gate(before: NightGate, table: Mapping[str, Any]) -> NightGate:
    """A gate with what a table says of it."""
    said: dict[str, Any] = {name: tuple(value) if name == "tests" else value for name, value in table.items()}
    return replace(before, **said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one candidate's night is held against.

    gathered: how many nights its baseline has, this one too if it is of the baseline; wanted: how many it is to have,
    None: the baseline is a run. of_baseline: whether this night is one of the baseline, so that nothing is tested.
    why: where the sequential test says nothing of it, why not. since: the night since which it is likeliest worse,
    where there is an alarm.
    """

    watched: Watched
    gathered: int = 0
    wanted: int | None = None
    of_baseline: bool = False
    why: str = ""
    since: str | None = None
