"""Trials of two runs, paired by key (task, condition, repeat); what has no counterpart is counted, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.compare.measures import Record
from sandbox.errors import BadInput
from sandbox.gap.outcomes import LeftOut
from sandbox.score import NO_VERDICT

Key = tuple[str, str, int]
Cell = tuple[str, str]
SIDES = ("A", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two runs.

    records: its terminal records. digests: of what it was made of, by kind (tasks, conditions, …) and name; what is
    not told is not held against it.
    """

    records: Sequence[Record]
    digests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTask:
    """The trials of one task under one condition that both runs have.

    cluster: the repo; where none is known the task itself. pairs: of A and of B, by repeat.
    """

    task: str
    condition: str
    cluster: str
    pairs: tuple[tuple[Record, Record], ...]

    @property
    def about(self) -> Mapping[str, Any]:
        """What slices go by."""
        return self.pairs[0][1].get("about") or {}

    @property
    def rung(self) -> str:
        """The rung of the ladder it stands on."""
        return str(self.pairs[0][1]["rung"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """candidates: of A and of B. tasks: with at least one pair. left_out: trials that are in no figure."""

    candidates: tuple[str, str]
    tasks: tuple[PairedTask, ...]
    left_out: tuple[LeftOut, ...]


def candidate_of(side: Side, name: str | None, run: str, hint: str = "") -> str:
    """The candidate named, or the only one.

    Args:
        hint: what is said, too, of a name that is not there.

    Raises:
        BadInput: there is none of that name, or there are several and none is named.
    """
    known = sorted({str(record["candidate"]) for record in side.records})
    if name is not None and name not in known:
        raise BadInput(f"{run}: no trial of {name} (known: {', '.join(known) or 'none'}){hint}")
    if name is None and not known:
        raise BadInput(f"{run}: has no trial of any candidate")
    if name is None and len(known) != 1:
        raise BadInput(f"{run}: has several candidates ({', '.join(known)}): say which with --candidate NAME")
    return known[0] if name is None else name


def pair(sides: tuple[Side, Side], candidates: tuple[str, str]) -> Pairing:
    """What two runs have in common, of one candidate each."""
    first, second = (_by_key(side, name) for side, name in zip(sides, candidates, strict=True))
    changed = tuple(_changed(sides, kind) for kind in ("tasks", "conditions"))
    cells = tuple({key[:2] for key in held} for held in (first, second))
    reasons: Counter[tuple[str, str]] = Counter()
    kept: dict[Cell, list[tuple[Record, Record]]] = {}
    for key in sorted({*first, *second}):
        one, two = first.get(key), second.get(key)
        if one is None or two is None:
            reasons["trial", _alone(key, SIDES[one is None], cells[one is not None])] += 1
        elif why := _why_not(one, two, key, changed):
            reasons["pair", why] += 1
        else:
            kept.setdefault(key[:2], []).append((one, two))
    return Pairing(
        candidates=candidates,
        tasks=tuple(_task(cell, pairs) for cell, pairs in sorted(kept.items())),
        left_out=tuple(LeftOut(count=n, what=what, why=why) for (what, why), n in sorted(reasons.items())),
    )


def _by_key(side: Side, candidate: str) -> dict[Key, Record]:
    found = (record for record in side.records if record["candidate"] == candidate)
    return {(f"{one['suite']}/{one['task']}", one["condition"], one["repeat"]): one for one in found}


def _changed(sides: tuple[Side, Side], kind: str) -> frozenset[str]:
    """Names under which the two runs have other things."""
    one, two = (side.digests.get(kind, {}) for side in sides)
    return frozenset(name for name in one.keys() & two.keys() if one[name] != two[name])


def _alone(key: Key, has: str, other: set[Cell]) -> str:
    task, condition, _ = key
    if (task, condition) in other:
        return f"only in {has}: the other run has fewer repeats of its task"
    if any(task == there for there, _ in other):
        return f"only in {has}: the other run does not have its task under condition {condition}"
    return f"only in {has}: the other run does not have its task"


def _why_not(one: Record, two: Record, key: Key, changed: tuple[frozenset[str], ...]) -> str | None:
    if key[0] in changed[0]:
        return f"the task {key[0]} has changed"
    if key[1] in changed[1]:
        return f"the condition {key[1]} has changed"
    lost = [f"{record['verdict']} in {name}" for name, record in zip(SIDES, (one, two), strict=True) if _lost(record)]
    if lost:
        return " and ".join(lost)
    return next((f"another {what} in A than in B" for what in ("rung", "judge") if one[what] != two[what]), None)


def _lost(record: Record) -> bool:
    return record["verdict"] in NO_VERDICT


def _task(cell: Cell, pairs: list[tuple[Record, Record]]) -> PairedTask:
    task, condition = cell
    package = next(_packages(pairs), None)
    return PairedTask(task=task, condition=condition, cluster=package or f"{task} alone", pairs=tuple(pairs))


def _packages(pairs: list[tuple[Record, Record]]) -> Iterator[str]:
    for pair_of in pairs:
        for record in pair_of:
            if package := (record.get("about") or {}).get("package"):
                yield str(package)
