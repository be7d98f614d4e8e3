"""Measuring in turns, and rows of a table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: what, what was measured, what was aimed at, and whether it holds (None: no aim)."""

    what: str
    measured: str
    aim: str = "–"
    holds: bool | None = None

    def cells(self) -> tuple[str, str, str, str]:
        """The row of a table."""
        mark = {True: "yes", False: "**no**", None: "–"}[self.holds]
        return self.what, self.measured, self.aim, mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows that were measured together, and how."""

    title: str
    how: str
    rows: tuple[Row, ...]

    def markdown(self) -> str:
        """The section as Markdown."""
        table = [("what", "measured", "aim", "holds"), ("---", "---", "---", "---")]
        table += [row.cells() for row in self.rows]
        lines = [f"| {' | '.join(cells)} |" for cells in table]
        return "\n".join([f"### {self.title}", "", self.how, "", *lines])


def in_turns(actions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each action, one after the other, `rounds` times."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            seconds[name].append(timed(action))
    return seconds


def in_bursts(actions: Mapping[str, tuple[Callable[[], object], int]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each action, which is done so many times on end before the next one's turn comes."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, (action, times) in actions.items():
            seconds[name] += [timed(action) for _ in range(times)]
    return seconds


def timed(action: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def ms(seconds: Sequence[float]) -> float:
    """The median in milliseconds."""
    return statistics.median(seconds) * 1000


def spread(seconds: Sequence[float], unit: str = "ms") -> str:
    """Median and quartiles, as text."""
    factor, digits = (1000, 2) if unit == "ms" else (1, 2)
    low, middle, high = (value * factor for value in statistics.quantiles(seconds, n=4))
    return f"{middle:.{digits}f} {unit} ({low:.{digits}f}–{high:.{digits}f})"
