"""Nights, and finished runs, for tests of the history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.gap.simulate import record

if TYPE_CHECKING:
    from sandbox.nights.history import History

Row = dict[str, Any]


def night(accepted: Sequence[int], k: int = 3, candidate: str = "m") -> list[Row]:
    """Records of one night: of each task so many of k trials are accepted."""
    return [
        record(candidate, "report", f"i{task}", f"r{task}", n, n < count)
        for task, count in enumerate(accepted)
        for n in range(k)
    ]


def put(history: History, day: int, rows: Sequence[Row], digest: str = "d") -> bool:
    """Record a night of January under its day."""
    digests = {f"{row['suite']}/{row['task']}": digest for row in rows}
    return history.record(f"run-{day}", f"2026-01-{day:02}T01:00:00Z", "nightly", rows, digests, version="1")


def write_run(run: Path, rows: Iterable[Row], *, at: str = "2026-01-01T00:00:00Z", **inputs: Any) -> Path:
    """A finished run on the disk: its records, and a lock whose inputs are `inputs` over those of the records."""
    held = list(rows)
    digest = "a" * 64
    candidate: Row = {"kind": "model", "api_base": None, "settings": {}, "digest": digest}
    made = {
        "tasks": {f"{row['suite']}/{row['task']}": digest for row in held},
        "tools": {},
        "candidates": {row["candidate"]: candidate for row in held},
        "limits": {},
        "trials": [row["trial"] for row in held],
        **inputs,
    }
    run.mkdir(parents=True)
    lock = {"v": 1, "at": at, "run": run.name, "argv": [], "inputs": made, "versions": {}}
    (run / "lock.json").write_text(json.dumps(lock), "ascii")
    (run / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in held), "ascii")
    return run
