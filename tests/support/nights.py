"""Nights for tests of the history."""

from __future__ import annotations

from collections.abc import Sequence
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
