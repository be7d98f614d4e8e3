"""All operators by name, and the candidates that a function offers them.

A committed task names an operator and the number of a candidate. So an operator that is
changed has to keep what it yields, in its order, or become one of another name: the digests
in tasks notice, and `tests/unit/test_mutation.py` holds a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from sandbox.mutation import flow, order, values
from sandbox.mutation.sites import Change, Sites, sites_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A way in which people get code wrong.

    symptom: the category of what a user sees of it, which does not tell what was done.
    """

    find: Callable[[Sites], Iterator[Change]]
    symptom: str


OPERATORS: Mapping[str, Operator] = {
    "boundary": Operator(find=values.boundary, symptom="off-by-one"),
    "operator": Operator(find=values.operator, symptom="wrong-result"),
    "default": Operator(find=values.default, symptom="default-handling"),
    "missing-copy": Operator(find=values.missing_copy, symptom="mutation-side-effect"),
    "lost-step": Operator(find=values.lost_step, symptom="type-normalisation"),
    "order": Operator(find=order.order, symptom="wrong-result"),
    "wrong-variable": Operator(find=order.wrong_variable, symptom="wrong-result"),
    "swapped-branch": Operator(find=flow.swapped_branch, symptom="regression"),
    "dropped-guard": Operator(find=flow.dropped_guard, symptom="error-handling"),
    "lost-update": Operator(find=flow.lost_update, symptom="stale-state"),
    "statement-order": Operator(find=flow.statement_order, symptom="stale-state"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates(Sequence[str]):
    """What becomes of a function by one operator: its source after each candidate, made when it is asked for."""

    sites: Sites
    found: tuple[Change, ...]

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [self.sites.with_change(change) for change in self.found[place]]
        return self.sites.with_change(self.found[place])


def changes(source: str) -> dict[str, Candidates]:
    """The candidates of a function by operator; operators without any are left out.

    Args:
        source: the lines of the function.

    Raises:
        ValueError: the function cannot be taken apart.
    """
    sites = sites_of(source)
    found = {name: tuple(operator.find(sites)) for name, operator in OPERATORS.items()}
    return {name: Candidates(sites=sites, found=row) for name, row in found.items() if row}


def changed_source(source: str, operator: str, place: int) -> str:
    """A function's source after one mutation.

    Args:
        source: the lines of the function.
        operator: a name in `OPERATORS`.
        place: which of the operator's candidates in the function, from 0.

    Raises:
        LookupError: there is no such candidate.
        ValueError: the function cannot be taken apart.
    """
    found = Candidates(sites=(sites := sites_of(source)), found=tuple(OPERATORS[operator].find(sites)))
    if place >= len(found):
        raise LookupError(f"no candidate {place} of {operator}")
    return found[place]
