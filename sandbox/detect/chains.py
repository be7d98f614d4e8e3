"""What of a chain's steps is still right after later ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.detect.states import Trajectory


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRow:
    """One bug of a chain. passes: after each step whether it is right; None before its own step and where not known."""

    bug: str
    step: int
    passes: tuple[bool | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """B[i,k], one row for each bug.

    retention: by distance d ≥ 1: (bugs right at their own step and d steps later, bugs right at their own step and
    judged d steps later). forgetting: mean over the bugs of all steps but the last of max B[i,k] − B[i,K]; those not
    judged after the last step, K, are left out; None without any. Source of leaving out the last step, which nothing
    follows: A. Chaudhry et al., Riemannian walk for incremental learning, ECCV 2018.
    """

    rows: tuple[ChainRow, ...]
    retention: Mapping[int, tuple[int, int]]
    forgetting: float | None


def read_chain(trajectory: Trajectory) -> Chain | None:
    """The matrix of a chain; None without two steps."""
    asked = [unit for unit in trajectory.units if unit.kind == "bug" and unit.step is not None]
    steps = 1 + max((unit.step or 0 for unit in asked), default=0)
    if asked:
        steps = max([steps, *(one.step + 1 for one in trajectory.checkpoints)])
    if steps < 2:
        return None
    ends = {one.step: one.statuses for one in trajectory.checkpoints if one.tier == "T0"}
    rows = []
    for unit in asked:
        own = unit.step or 0
        letters = [ends.get(step, {}).get(unit.name) if step >= own else None for step in range(steps)]
        passes = tuple({"P": True, "F": False}.get(letter or "") for letter in letters)
        rows.append(ChainRow(bug=unit.name, step=own, passes=passes))
    return Chain(rows=tuple(rows), retention=_retention(rows, steps), forgetting=_forgetting(rows, steps - 1))


def _retention(rows: list[ChainRow], steps: int) -> dict[int, tuple[int, int]]:
    kept: dict[int, tuple[int, int]] = {}
    for distance in range(1, steps):
        later = [
            row.passes[row.step + distance] for row in rows if row.passes[row.step] and row.step + distance < steps
        ]
        known = [passes for passes in later if passes is not None]
        if known:
            kept[distance] = (sum(known), len(known))
    return kept


def _forgetting(rows: list[ChainRow], last: int) -> float | None:
    lost = [
        any(row.passes) and not row.passes[last] for row in rows if row.step < last and row.passes[last] is not None
    ]
    return sum(lost) / len(lost) if lost else None
