"""Which changes a task's rules cover. Each rule may cover so many rows; together they cover as many as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.outcomes.state import Change, Kind
from sandbox.outcomes.values import all_hold, holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A rule: what may become of rows.

    kinds: what it covers. key: what the row's key must be. where: what must hold of the row as it is (a deleted one: as
    it was). was: what must have held of it before. fields: of a changed row the only fields that may differ, None for
    any. at_most: how many rows it covers, None for any number.
    """

    service: str
    collection: str
    kinds: frozenset[Kind]
    key: Any = None
    where: Mapping[str, Any] = field(default_factory=dict)
    was: Mapping[str, Any] = field(default_factory=dict)
    fields: frozenset[str] | None = None
    at_most: int | None = None

    def covers(self, change: Change) -> bool:
        """Whether this change, by itself, is one of those meant."""
        return (
            (self.service, self.collection) == (change.service, change.collection)
            and change.kind in self.kinds
            and (self.key is None or holds(change.key, self.key))
            and (change.kind != "changed" or self.fields is None or change.fields <= self.fields)
            and all_hold(change.row, self.where)
            and (not self.was or all_hold(change.before or {}, self.was))
        )


def collateral(changes: Sequence[Change], rules: Sequence[Allowed]) -> tuple[Change, ...]:
    """The changes that no rule has room for, when the rules are used as well as can be."""
    taken: list[list[int]] = [[] for _ in rules]
    fitting = [[index for index, rule in enumerate(rules) if rule.covers(change)] for change in changes]
    return tuple(change for index, change in enumerate(changes) if not _place(index, fitting, rules, taken))


def _place(change: int, fitting: Sequence[Sequence[int]], rules: Sequence[Allowed], taken: list[list[int]]) -> bool:
    """Find room for one more change, if need be by moving others: an augmenting path, breadth first."""
    came_from: dict[int, tuple[int, int] | None] = {}
    waiting = [(change, rule, None) for rule in fitting[change]]
    queue: list[tuple[int, int, tuple[int, int] | None]] = list(waiting)
    for mover, rule, before in queue:
        if rule in came_from:
            continue
        came_from[rule] = before
        room = rules[rule].at_most
        if room is None or len(taken[rule]) < room:
            _move(mover, rule, came_from, taken)
            return True
        queue.extend((other, further, (mover, rule)) for other in taken[rule] for further in fitting[other])
    return False


def _move(mover: int, rule: int, came_from: Mapping[int, tuple[int, int] | None], taken: list[list[int]]) -> None:
    """Carry an augmenting path out, from its end back to the change that it began with."""
    while True:
        taken[rule].append(mover)
        before = came_from[rule]
        if before is None:
            return
        previous, full = before
        taken[full].remove(mover)
        mover, rule = previous, full
