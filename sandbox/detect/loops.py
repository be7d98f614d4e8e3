"""Loops: calls that come again and again with the same results."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence

from sandbox.detect.facts import Loop
from sandbox.detect.made import Made

# Two equal calls in a row are a repeat at most; a loop is what has come round and goes on.
LEAST_LENGTH = 3


def loops(found: Sequence[Made]) -> tuple[Loop, ...]:
    """Stretches of calls (name, canonical arguments, result) that consist of a period at least twice over.

    Of at least three calls, as long as they go; those that lie within a longer one are left out.
    """
    made = []
    for start, stop, period in outermost(repetitions([_symbol(call) for call in found])):
        calls = found[start:stop]
        tools = tuple(call.name or "" for call in calls[:period])
        first, last = calls[0].reply, calls[-1].reply
        made.append(Loop(period=period, length=stop - start, first_reply=first, last_reply=last, tools=tools))
    return tuple(made)


def _symbol(made: Made) -> Hashable:
    if made.returned is None:
        return made.name, made.canonical, made.status, made.labels
    data = made.returned.data
    return made.name, made.canonical, made.status, data.get("exit_code"), data.get("sha256")


def outermost(found: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Repetitions of at least `LEAST_LENGTH` that lie in no other one, in order."""
    kept: list[tuple[int, int, int]] = []
    for start, stop, period in sorted(found, key=lambda one: (one[0], -one[1])):
        if stop - start >= LEAST_LENGTH and (not kept or stop > kept[-1][1]):
            kept.append((start, stop, period))
    return kept


def repetitions(symbols: Sequence[Hashable]) -> list[tuple[int, int, int]]:
    """All maximal repetitions of a sequence: (start, stop, smallest period), where stop - start is at least twice that.

    Each has a period that begins with the longest Lyndon word at some place, by one of the two orders of symbols, and
    there are fewer of them than symbols. Source: H. Bannai et al., The "runs" theorem, SIAM J. Comput. 46 (2017).
    """
    numbers: dict[Hashable, int] = {}
    word = [numbers.setdefault(symbol, len(numbers)) for symbol in symbols]
    if len(numbers) == len(word):
        return []
    forth, back = _Same(word), _Same(word[::-1])
    found: dict[tuple[int, int], int] = {}
    for ordered in (word, [-number for number in word]):
        # Where the last repetition of a period ended: within it there is nothing to be found anew.
        covered: dict[int, int] = {}
        for start, end in enumerate(_lyndon_ends(ordered, forth)):
            period = end - start
            if covered.get(period, 0) >= end + period:
                continue
            stop = end + forth.length(start, end)
            begin = start - back.length(len(word) - end, len(word) - start)
            if stop - begin >= 2 * period:
                covered[period] = stop
                found.setdefault((begin, stop), period)
    return [(begin, stop, period) for (begin, stop), period in sorted(found.items())]


class _Same:
    """Says for how long what follows two places of a word is the same."""

    WIDTH = array("I").itemsize

    def __init__(self, word: Sequence[int]) -> None:
        self._word = word
        self._size = len(word)
        self._bytes = array("I", word).tobytes()

    def length(self, one: int, other: int) -> int:
        """Symbols from `one` on that equal those from `other` on (`one` < `other`)."""
        # In strides that double, compared by the machine: two places may have a great deal in common.
        done, stride, most = 0, 1, self._size - other
        if not most or self._word[one] != self._word[other]:
            return 0
        while done < most and self._equal(one + done, other + done, min(stride, most - done)):
            done += min(stride, most - done)
            stride *= 2
        while done < most and stride:
            if stride <= most - done and self._equal(one + done, other + done, stride):
                done += stride
            stride //= 2
        return done

    def _equal(self, one: int, other: int, count: int) -> bool:
        left = self._bytes[one * self.WIDTH : (one + count) * self.WIDTH]
        return left == self._bytes[other * self.WIDTH : (other + count) * self.WIDTH]


def _lyndon_ends(word: Sequence[int], same: _Same) -> list[int]:
    """Where the longest Lyndon word that begins at each place ends."""
    ends = [0] * len(word)
    for start in range(len(word) - 1, -1, -1):
        end = start + 1
        while end < len(word) and _less(word, start, end, ends[end], same):
            end = ends[end]
        ends[start] = end
    return ends


def _less(word: Sequence[int], start: int, middle: int, stop: int, same: _Same) -> bool:
    """Whether word[start:middle] comes before word[middle:stop]."""
    if word[start] != word[middle]:
        return word[start] < word[middle]
    shorter = min(middle - start, stop - middle)
    common = 1 if shorter == 1 else same.length(start, middle)
    if common < shorter:
        return word[start + common] < word[middle + common]
    return middle - start < stop - middle
