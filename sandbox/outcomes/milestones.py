"""How far somebody got: milestones that form a DAG, put at entries of the logs in the best way that keeps its order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sandbox.errors import BadInput
from sandbox.outcomes.values import all_hold, share_that_holds

# The number of settled sets may double with each milestone of one part.
MOST_TOGETHER = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """Something that should show in the logs.

    after: ids of milestones that come before it. where: what must hold of an entry for any score. fields: of these the
    share that holds is the score.
    """

    id: str
    after: frozenset[str] = frozenset()
    where: Mapping[str, Any]
    fields: Mapping[str, Any] = field(default_factory=dict)

    def score(self, entry: Mapping[str, Any]) -> float:
        """How well an entry shows it, from 0 to 1."""
        return share_that_holds(entry, self.fields) if all_hold(entry, self.where) else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A milestone in the best matching. entry: its place in the logs, from 0; None where it was not reached."""

    id: str
    score: float
    entry: int | None


# What is settled: its score, and the places of those reached, the last one first.
_Chain = tuple[int, int, float, "_Chain"] | None


def check_order(milestones: Sequence[Milestone], where: str) -> None:
    """Refuse milestones that are in no order that can be kept.

    Raises:
        BadInput: an id twice or unknown, a circle, or too many that hang together.
    """
    ids = [milestone.id for milestone in milestones]
    for milestone in milestones:
        if ids.count(milestone.id) > 1:
            raise BadInput(f"{where}: {milestone.id} is there more than once")
        if unknown := sorted(milestone.after - set(ids)):
            raise BadInput(f"{where}: {milestone.id} comes after {unknown[0]}, which is no milestone")
    try:
        parts = list(_parts(_sorted(milestones)))
    except CycleError as exc:
        raise BadInput(f"{where}: come after each other in a circle: {' → '.join(exc.args[1])}") from exc
    largest = max(map(len, parts), default=0)
    if largest > MOST_TOGETHER:
        raise BadInput(f"{where}: {largest} milestones hang together through `after`; at most {MOST_TOGETHER} may")


def best_matching(milestones: Sequence[Milestone], entries: Sequence[Mapping[str, Any]]) -> tuple[Reached, ...]:
    """Each milestone at one entry or at none, so that the sum of scores is as large as can be.

    A milestone that comes after another, directly or through others, is at a later entry than that, if both are at any.
    Of equal matchings it is the one with the earliest entries.

    Args:
        milestones: in an order that `check_order` takes.
        entries: the logs, in the order in which things happened.
    """
    found: dict[str, Reached] = {}
    for part in _parts(_sorted(milestones)):
        found |= _best_of_part(part, entries)
    return tuple(found[milestone.id] for milestone in milestones)


def _sorted(milestones: Sequence[Milestone]) -> list[Milestone]:
    by_id = {milestone.id: milestone for milestone in milestones}
    order = TopologicalSorter({milestone.id: sorted(milestone.after) for milestone in milestones}).static_order()
    return [by_id[name] for name in order]


def _parts(ordered: Sequence[Milestone]) -> Iterator[list[Milestone]]:
    """Milestones that hang together, each part in topological order."""
    part_of: dict[str, set[str]] = {}
    for milestone in ordered:
        joined = {milestone.id}.union(*(part_of[name] for name in milestone.after))
        part_of |= dict.fromkeys(joined, joined)
    seen: set[str] = set()
    for milestone in ordered:
        if milestone.id not in seen:
            seen |= part_of[milestone.id]
            yield [other for other in ordered if other.id in part_of[milestone.id]]


def _best_of_part(part: Sequence[Milestone], entries: Sequence[Mapping[str, Any]]) -> dict[str, Reached]:
    index = {milestone.id: position for position, milestone in enumerate(part)}
    needed = [sum(1 << index[name] for name in milestone.after) for milestone in part]
    best: dict[int, tuple[float, _Chain]] = {0: (0.0, None)}
    for place, entry in enumerate(entries):
        scores = [milestone.score(entry) for milestone in part]
        if not any(scores):
            continue
        _pass_over(best, needed)
        # The last first: whoever comes before a milestone must have been settled before this entry.
        for position in reversed(range(len(part))):
            if scores[position]:
                _settle(best, position, needed[position], scores[position], place)
    _pass_over(best, needed)
    reached: dict[int, tuple[int, float]] = {}
    _, chain = best[(1 << len(part)) - 1]
    while chain is not None:
        position, place, score, chain = chain
        reached[position] = (place, score)
    return {one.id: _reached(one.id, reached.get(position)) for position, one in enumerate(part)}


def _pass_over(best: dict[int, tuple[float, _Chain]], needed: Sequence[int]) -> None:
    """Give milestones up, between two entries, wherever that is no worse."""
    for position in range(len(needed)):
        _settle(best, position, needed[position], 0.0, None)


def _settle(best: dict[int, tuple[float, _Chain]], position: int, needed: int, score: float, place: int | None) -> None:
    for settled, (total, chain) in list(best.items()):
        if settled >> position & 1 or needed & ~settled:
            continue
        grown = settled | 1 << position
        if total + score > best.get(grown, (-math.inf, None))[0]:
            best[grown] = (total + score, chain if place is None else (position, place, score, chain))


def _reached(name: str, found: tuple[int, float] | None) -> Reached:
    return (
        Reached(id=name, score=0.0, entry=None) if found is None else Reached(id=name, score=found[1], entry=found[0])
    )
