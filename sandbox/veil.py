"""Held-out tasks in what is shown: figures over them, and nothing by which one of them could be told. Pure.

A veiled record keeps what figures go by: the outcome, the repo as a cluster, and a name that is the same wherever the
task is met, made of its hash. What lists trials or tasks leaves veiled ones out; slices put them together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sandbox.plan import encoded

Record = Mapping[str, Any]
# What held-out tasks are together, in each dimension that is sliced by.
HELD_OUT = "(held out)"
SUITE = "held-out"
_MARK = "held_out"


def is_veiled(facts: Mapping[str, Any] | None) -> bool:
    """Whether a record, or what it says under `about`, is of a held-out task."""
    return facts is not None and bool(facts.get(_MARK))


def told(records: Iterable[Record]) -> list[Record]:
    """Those that may be shown one by one."""
    return [record for record in records if not is_veiled(record)]


def alias(name: str) -> str:
    """What a task, or an item, is called in place of its name."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def veiled(records: Iterable[Record], held_out: Collection[str]) -> list[Record]:
    """Records with those of held-out tasks veiled.

    Args:
        held_out: tasks, as suite/id.
    """
    if not held_out:
        return list(records)
    return [_veil(one) if f"{one['suite']}/{one['task']}" in held_out else one for one in records]


def _veil(record: Record) -> Record:
    task = alias(f"{record['suite']}/{record['task']}")
    item = record.get("item")
    about = record.get("about") or {}
    kept = {"package": about.get("package"), "category": None, "difficulty": None, "kind": None, "fixed_at": None}
    parts = (SUITE, task, record["candidate"], record["condition"], str(record.get("repeat", 0)))
    return {
        **record,
        _MARK: True,
        "trial": "/".join(map(encoded, parts)),
        "suite": SUITE,
        "task": task,
        "item": None if item is None else f"{SUITE} {alias(str(item))}",
        "about": {**kept, _MARK: True},
        "reason": "held out",
        "bugs": {},
        **({"outcome": _nameless(record["outcome"])} if "outcome" in record else {}),
    }


def _nameless(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """What services ended in, without what was wanted of them."""
    mines = ["held out"] * len(outcome["minefields"])
    return {**outcome, "unmet": [], "milestones": {}, "minefields": mines}
