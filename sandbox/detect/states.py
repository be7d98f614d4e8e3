"""What a sequence is read out of: bugs and guards, checkpoints, and the states of the workspace between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

STATUSES = frozenset("PFSU")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What is right or wrong at a checkpoint: a bug, or a guard (what worked before).

    step: index of the step of a chain that asks for the bug.
    """

    name: str
    kind: Literal["bug", "guard"]
    step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A state of the workspace that counts.

    tier: T0 (end of a turn or step) or T1 (own tests, commit); "start" of the untouched workspace. step: index of the
    chain's step or the loop's round that it lies in. tree: source tree hash. code: hash of the tree with Python by its
    syntax, None if unknown. statuses: by unit: P, F, S (skipped), U (unstable); a unit that is not there was not live
    or not judged. failing: ids of the hidden tests that failed, None if not judged. calls, tokens: the candidate's
    until then.
    """

    tier: str
    step: int
    tree: str
    code: str | None = None
    statuses: Mapping[str, str]
    failing: tuple[str, ...] | None = None
    calls: int = 0
    tokens: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A state of the workspace, counting or not.

    tree, code: as of a checkpoint. checkpoint: index of the one that it is in force at, None if of none. reverted:
    entered by a deliberate revert.
    """

    tree: str
    code: str | None = None
    checkpoint: int | None = None
    reverted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """A trial as a sequence.

    start: the untouched workspace (x0), with the status of every unit: a bug that is missing there and right later was
    not seen to be fixed. snapshots: in order; without them there are no returns by text or code. truncated: ended by a
    limit or a crash, so that what would have come is not known.

    Raises:
        ValueError: two units share a name, a status is none, or a snapshot is in force at no checkpoint there is.
    """

    units: tuple[Unit, ...]
    start: Checkpoint
    checkpoints: tuple[Checkpoint, ...]
    snapshots: tuple[Snapshot, ...] = ()
    truncated: bool = False

    def __post_init__(self) -> None:
        if len({unit.name for unit in self.units}) < len(self.units):
            raise ValueError("two units of one name")
        odd = {status for state in self.states for status in state.statuses.values()} - STATUSES
        if odd:
            raise ValueError(f"no status: {', '.join(sorted(map(str, odd)))}")
        places = {snapshot.checkpoint for snapshot in self.snapshots} - {None}
        if not places <= set(range(len(self.checkpoints))):
            raise ValueError("a snapshot in force at a checkpoint that is not there")

    @property
    def states(self) -> tuple[Checkpoint, ...]:
        """The start and the checkpoints: place i + 1 is checkpoint i."""
        return (self.start, *self.checkpoints)

    @property
    def is_chain(self) -> bool:
        """Whether bugs are asked for one step after another."""
        return any(unit.kind == "bug" and unit.step is not None for unit in self.units)


def scored(
    checkpoints: Iterable[Checkpoint], start: Checkpoint | None = None, *, by_step: bool = False
) -> list[Checkpoint]:
    """Checkpoints without those that are no state of their own.

    Neighbours with one tree are one: of T0 and T1 the T0 stays, of equals the first. A T1 right after the start, in the
    untouched tree, goes too; a T0 there stays, for handing in nothing is a state that counts.

    Args:
        by_step: whether each step has tests of its own, as in a chain: one tree at two steps is then two states.
    """
    given = list(checkpoints)
    groups = _groups(given, start, by_step=by_step)
    return [_standing_for([given[place] for place in group]) for group in groups]


def only(trajectory: Trajectory, tier: str) -> Trajectory:
    """A trajectory by its checkpoints of one tier, for reporting tiers apart; neighbours with one tree become one."""
    left = [place for place, one in enumerate(trajectory.checkpoints) if one.tier == tier]
    kept = [trajectory.checkpoints[place] for place in left]
    groups = _groups(kept, trajectory.start, by_step=trajectory.is_chain)
    places = {left[place]: index for index, group in enumerate(groups) for place in group}
    return replace(
        trajectory,
        checkpoints=tuple(_standing_for([kept[place] for place in group]) for group in groups),
        snapshots=tuple(
            replace(one, checkpoint=None if one.checkpoint is None else places.get(one.checkpoint))
            for one in trajectory.snapshots
        ),
    )


def _groups(checkpoints: Sequence[Checkpoint], start: Checkpoint | None, *, by_step: bool) -> list[list[int]]:
    """Places of checkpoints that are one state, in order."""
    groups: list[list[int]] = []
    for place, one in enumerate(checkpoints):
        before = checkpoints[groups[-1][-1]] if groups else None
        if before is not None and before.tree == one.tree and not (by_step and before.step != one.step):
            groups[-1].append(place)
        elif before is not None or start is None or start.tree != one.tree or one.tier != "T1":
            groups.append([place])
    return groups


def _standing_for(group: Sequence[Checkpoint]) -> Checkpoint:
    return next((one for one in group if one.tier == "T0"), group[0])
