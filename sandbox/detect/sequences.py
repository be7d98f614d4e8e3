"""One unit's statuses over the checkpoints, read with integers as rows of bits.

Bit 0 is the start, bit i + 1 checkpoint i. A bit is in `passing`, in `failing`, or, where the unit was skipped,
unstable, not live or not judged, in neither: that place has left the unit's sequence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

UNKNOWN = "-"
_PASSING = str.maketrans("PFSU-", "10000")
_FAILING = str.maketrans("PFSU-", "01000")


# Not frozen, for there are fifty of them in a trial and a frozen one takes three times as long to make.
@dataclass(slots=True, kw_only=True)
class Row:
    """A unit's sequence.

    fixes: places of F→P, breaks: of P→F (that of the later status). undone: those breaks that have a fix before them.
    flips: how many in all. after_fix, untouched: intervals of the sequence that start in P, after a fix and without
    one. moved: whether it ends otherwise than it began.
    """

    passing: int
    failing: int
    fixes: int
    breaks: int
    undone: int
    flips: int
    after_fix: int
    untouched: int
    moved: bool


@lru_cache(maxsize=4096)
def read_row(statuses: str) -> Row:
    """Read a sequence: one letter for the start and each checkpoint, P, F, S, U or `UNKNOWN`."""
    backwards = statuses[::-1]
    passing, failing = int(backwards.translate(_PASSING), 2), int(backwards.translate(_FAILING), 2)
    passed = held(passing, failing, len(statuses))
    fixes = passing & held(failing, passing, len(statuses))
    breaks = failing & passed
    flips = fixes.bit_count() + breaks.bit_count()
    intervals = (passing | failing) & passed
    # All places from the first fix on; none without a fix.
    later = -(fixes & -fixes)
    after = (intervals & later).bit_count()
    return Row(
        passing=passing,
        failing=failing,
        fixes=fixes,
        breaks=breaks,
        undone=breaks & later,
        flips=flips,
        after_fix=after,
        untouched=intervals.bit_count() - after,
        moved=flips % 2 == 1,
    )


def held(these: int, others: int, length: int) -> int:
    """Places whose last event before was one of `these`; the two have no place in common.

    A carry that one of `these` sets off runs on until it meets one of `others`, as it does in an adder.
    """
    room = ~others & ((1 << length) - 1)
    return (room + these) ^ room ^ these


def places(bits: int) -> Iterator[int]:
    """The places of the bits that are set, from the first on."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def alternation(one: Row, other: Row) -> int:
    """How often it changes which of two bugs is right while the other is wrong; where both are alike is left out."""
    mine, theirs = one.passing & other.failing, other.passing & one.failing
    if not mine or not theirs:
        return 0
    # Changes from mine to theirs; those the other way are as many, one fewer or one more, as the ends have it.
    away = (theirs & held(mine, theirs, max(mine, theirs).bit_length())).bit_count()
    return 2 * away + (mine > theirs) - (mine & -mine < theirs & -theirs)


def highest_alternation(rows: Iterable[Row]) -> int:
    """The highest alternation of two bugs of which one at least came back; 0 if there is no such pair.

    For each change of sides both must flip, so what flipped less often than the best so far cannot beat it.
    """
    moving = sorted((row for row in rows if row.flips), key=lambda row: -row.flips)
    best = 0
    for place, one in enumerate(moving):
        if one.flips <= best:
            break
        for other in moving[place + 1 :]:
            if other.flips <= best:
                break
            if one.undone or other.undone:
                best = max(best, alternation(one, other))
    return best
