"""nightly.toml as data, and what it means for one night: what to run, what to hold it against. Pure.

name = "nightly"
tasks = ["tasks/demo", "tasks/repos"]
repeats = 3
budget = { "run.cost" = 40 }
reference = "scripted:oracle"                # drift of the machine shows in it
gate = { tests = ["sequential"], alpha = 0.05 }

[candidates."openai/gpt-4o"]
baseline = 7                                 # the first seven nights; or the directory of a run
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
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
    """A candidate and its baseline: how many first nights, or the directory of a run."""

    name: str
    baseline: int | str
    gate: NightGate


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


def from_table(table: Mapping[str, Any], file: str) -> Nightly:
    """From a document that holds against `schemas/nightly.v1.json`.

    Raises:
        BadInput: the reference is watched, too; a baseline that is a run cannot serve the sequential test.
    """
    gate = _gate(NightGate(), table.get("gate", {}))
    watched = tuple(
        Watched(name=name, baseline=one.get("baseline", FIRST_NIGHTS), gate=_gate(gate, one.get("gate", {})))
        for name, one in table["candidates"].items()
    )
    reference = table.get("reference")
    if reference in table["candidates"]:
        raise BadInput(f"{file}: reference: {reference} is among the candidates; it is watched anyway")
    for one in watched:
        if isinstance(one.baseline, str) and SEQUENTIAL in one.gate.tests:
            where = f"{file}: candidates.{one.name}.baseline"
            raise BadInput(f"{where}: the sequential test takes nights of the history; say how many of the first")
    return Nightly(
        name=table["name"],
        tasks=tuple(table["tasks"]),
        conditions=tuple(table.get("conditions", ())),
        repeats=table.get("repeats", 3),
        concurrency=table.get("concurrency", 2),
        budget=tuple(f"{name}={value}" for name, value in table.get("budget", {}).items()),
        out=table.get("out", "runs/nightly"),
        history=table.get("history", "history.sqlite3"),
        reference=reference,
        candidates=watched,
    )


def _gate(before: NightGate, table: Mapping[str, Any]) -> NightGate:
    """A gate with what a table says of it."""
    said: dict[str, Any] = {name: tuple(value) if name == "tests" else value for name, value in table.items()}
    return replace(before, **said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one candidate's night is held against.

    gathered: how many nights of the baseline are there; wanted: how many it is to have, None: it is a run.
    """

    watched: Watched
    gathered: int
    wanted: int | None

    @property
    def ready(self) -> bool:
        """Whether the baseline is whole; until then a night adds to it, and nothing is tested."""
        return self.wanted is None or self.gathered >= self.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class NightPlan:
    """One night. arguments: of `roadtest run`. directory: where the run goes. held: by candidate."""

    arguments: tuple[str, ...]
    directory: str
    held: tuple[Held, ...]


def plan_night(config: Nightly, *, at: str, folder: str, nights: Mapping[str, int]) -> NightPlan:
    """What one night is.

    Args:
        at: when it begins, as its directory is to be called. folder: that of nightly.toml, to which paths are relative.
        nights: of each candidate how many are in the history.
    """
    base = PurePath(folder)
    directory = str(base / config.out / at)
    names = [one.name for one in config.candidates] + ([config.reference] if config.reference else [])
    words = [str(base / task) for task in config.tasks]
    words += [*_each("--model", names), *_each("--condition", config.conditions), *_each("--limit", config.budget)]
    words += ["--repeats", str(config.repeats), "--concurrency", str(config.concurrency), "--out", directory]
    held = (
        Held(
            watched=one,
            gathered=nights.get(one.name, 0),
            wanted=one.baseline if isinstance(one.baseline, int) else None,
        )
        for one in config.candidates
    )
    return NightPlan(arguments=tuple(words), directory=directory, held=tuple(held))


def _each(option: str, values: Sequence[str]) -> list[str]:
    return [word for value in values for word in (option, value)]
