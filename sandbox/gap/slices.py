"""The gap from lab end to road end taken apart: by repo, category, and so on.

Slices with enough repos for a p-value of 5% are tested (those of one repo: with enough items), and Benjamini and
Hochberg go over all that are; which ones these are hangs on the design alone, not on what came out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.gap.adjust import benjamini_hochberg
from sandbox.gap.outcomes import Item, Outcomes
from sandbox.gap.paired import Paired, paired
from sandbox.gap.power import ALPHA
from sandbox.gap.steps import Ends
from sandbox.veil import HELD_OUT, is_veiled

PACKAGE, FIXED_AT = "package", "fixed_at"
DIMENSIONS = (PACKAGE, "category", "difficulty", "kind", FIXED_AT)
NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One candidate's gap over the items of one kind.

    by_item: the slice is one repo, so items are the clusters of `gap`, and it speaks of that repo alone.
    tested: whether it is among those that `q`, the p-value after Benjamini and Hochberg, goes over.
    """

    candidate: str
    dimension: str
    value: str
    gap: Paired
    by_item: bool
    tested: bool
    q: float | None


def slices_of(outcomes: Outcomes, ends: Ends | None, dimensions: Sequence[str] = DIMENSIONS) -> tuple[Slice, ...]:
    """Slices by each dimension in which a candidate's items differ."""
    if ends is None:
        return ()
    found = [one for name in outcomes.candidates for by in dimensions for one in _slices(outcomes, ends, name, by)]
    adjusted = benjamini_hochberg([one.gap.p if one.tested else None for one in found])
    return tuple(replace(one, q=q) for one, q in zip(found, adjusted, strict=True))


def _slices(outcomes: Outcomes, ends: Ends, candidate: str, dimension: str) -> Iterator[Slice]:
    groups: dict[str, list[str]] = {}
    for item in outcomes.common((candidate, ends.lab), (candidate, ends.road)):
        groups.setdefault(value_of(outcomes.items[item], dimension), []).append(item)
    if len(groups) < 2:
        return
    for value, items in sorted(groups.items()):
        clusters = outcomes.clusters(items)
        by_item = len(set(clusters)) == 1
        rates = (outcomes.rates(candidate, rung, items) for rung in (ends.lab, ends.road))
        gap = paired([road - lab for lab, road in zip(*rates, strict=True)], items if by_item else clusters)
        yield Slice(
            candidate=candidate,
            dimension=dimension,
            value=value,
            gap=gap,
            by_item=by_item,
            tested=gap.smallest_p <= ALPHA,
            q=None,
        )


def value_of(item: Item, dimension: str) -> str:
    """What an item is in a dimension; of a date the year."""
    about: Mapping[str, Any] = item.about
    if is_veiled(about):
        return HELD_OUT
    if dimension == PACKAGE:
        return item.cluster if item.known else NOT_TOLD
    value = about.get(dimension)
    if value is None:
        return NOT_TOLD
    return str(value)[:4] if dimension == FIXED_AT else str(value)
