"""Returns to a state that was there before."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sandbox.detect.states import Trajectory


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycles:
    """Returns that are in force at a checkpoint.

    text, code: (place among the snapshots, index of the checkpoint) of each, by tree and by syntax. behaviour: indices
    of the checkpoints at which the vector of failing tests came back. total: those by text or by code. harmful: how
    many of these are at a checkpoint where a bug that was asked for is not right.
    """

    text: tuple[tuple[int, int], ...]
    code: tuple[tuple[int, int], ...]
    behaviour: tuple[int, ...]
    total: int
    harmful: int


def state_cycles(trajectory: Trajectory) -> Cycles:
    """All returns of a trajectory.

    States that a deliberate revert led into and that no checkpoint is in force at are as if they had not been. By code,
    states whose code is not known are left out, and so are, by behaviour, checkpoints that were not judged or where
    something was unstable: what is not known is never the different state in between.
    """
    start = trajectory.start
    states = [
        (place, one) for place, one in enumerate(trajectory.snapshots) if one.checkpoint is not None or not one.reverted
    ]
    by_text = returns([(-1, start.tree, None), *((place, one.tree, one.checkpoint) for place, one in states)])
    by_code = returns(
        [(-1, start.code, None), *((place, one.code, one.checkpoint) for place, one in states)]
        if start.code is not None
        else [(place, one.code, one.checkpoint) for place, one in states]
    )
    either = {**by_text, **by_code}
    harmful = sum(_is_harmful(trajectory, index) for index in either.values())
    return Cycles(
        text=tuple(sorted(by_text.items())),
        code=tuple(sorted(by_code.items())),
        behaviour=tuple(returns(_behaviours(trajectory)).values()),
        total=len(either),
        harmful=harmful,
    )


def returns(states: Iterable[tuple[int, Hashable | None, int | None]]) -> dict[int, int]:
    """Returns to an earlier state with a different one in between.

    Args:
        states: (place, what it is, checkpoint that it is in force at or None), in order. Equal neighbours are one
            state; None for what it is leaves a state out.

    Returns:
        For each return that is in force at a checkpoint: the first such place, and the checkpoint.
    """
    found: dict[int, int] = {}
    seen: set[Hashable] = set()
    current: Hashable | None = None
    open_return = False
    for place, what, checkpoint in states:
        if what is None:
            continue
        if what != current:
            open_return, current = what in seen, what
            seen.add(what)
        if open_return and checkpoint is not None:
            found[place] = checkpoint
            open_return = False
    return found


def _behaviours(trajectory: Trajectory) -> Sequence[tuple[int, Hashable | None, int | None]]:
    return [
        (index, None if state.failing is None or "U" in state.statuses.values() else frozenset(state.failing), index)
        for index, state in enumerate(trajectory.states, start=-1)
    ]


def _is_harmful(trajectory: Trajectory, index: int) -> bool:
    """Whether a bug asked for by then is wrong, skipped or unstable; of one that was not judged nothing is said."""
    checkpoint = trajectory.checkpoints[index]
    statuses: Mapping[str, str] = checkpoint.statuses
    return any(
        statuses.get(unit.name, "P") != "P"
        for unit in trajectory.units
        if unit.kind == "bug" and (unit.step is None or unit.step <= checkpoint.step)
    )
