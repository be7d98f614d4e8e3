"""Two values that should be equal, in words that show where they first differ. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

MOST_SHOWN = 160
BEFORE_SHOWN = 30
LONGEST_PLACE = 80
NOTHING = object()


def contrast(one: Any, other: Any) -> tuple[str, str]:
    """Two unequal values in words: the place where they first differ, and what either has there.

    Of objects and lists it is the first member, of texts the first line that differs, as in
    `content line 3 "x = 1"`. What cannot be seen is written as in Python (`\\x1b`), nothing else is escaped.
    """
    place, mine, yours = _first_difference(one, other)
    if isinstance(mine, str) and isinstance(yours, str):
        pair = _lines(mine, yours)
    elif mine is NOTHING or yours is NOTHING:
        pair = (_shown(mine), _shown(yours))
    else:
        pair = _windows(_dumped(mine), _dumped(yours))
    return f"{place} {pair[0]}".strip(), f"{place} {pair[1]}".strip()


def readable(text: str, *, most: int = MOST_SHOWN) -> str:
    """A text on one line of at most `most` characters, with what cannot be seen written out."""
    pieces = [_visible(char) for char in text[: most + 1]]
    shown = _fitting(pieces, most)
    return "".join(pieces[:shown]) + ("…" if shown < len(text) else "")


def _first_difference(one: Any, other: Any) -> tuple[str, Any, Any]:
    """The path to the first members that differ, as in `calls[0].name`, and these."""
    path = ""
    while True:
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            keys = sorted({*one, *other}, key=str)
            pairs = [(f".{key}", one.get(key, NOTHING), other.get(key, NOTHING)) for key in keys]
        elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
            members = enumerate(zip_longest(one, other, fillvalue=NOTHING))
            pairs = [(f"[{index}]", mine, yours) for index, (mine, yours) in members]
        else:
            break
        found = next((pair for pair in pairs if pair[1] is NOTHING or pair[2] is NOTHING or pair[1] != pair[2]), None)
        if found is None:
            break
        path, one, other = path + found[0], found[1], found[2]
    return readable(path.removeprefix("."), most=LONGEST_PLACE), one, other


def _shown(value: Any) -> str:
    if value is NOTHING:
        return "nothing"
    return f'"{readable(value)}"' if isinstance(value, str) else readable(_dumped(value))


def _dumped(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _lines(one: str, other: str) -> tuple[str, str]:
    """The first line that differs; which one it is goes without saying where there is but one."""
    pairs = list(zip_longest(one.split("\n"), other.split("\n")))
    index = next((index for index, (mine, yours) in enumerate(pairs) if mine != yours), 0)
    mine, yours = pairs[index]
    if mine is None or yours is None:
        more = f'goes on with line {index + 1} "{readable(mine or yours or "")}"'
        if len(pairs) == index + 1 and not (mine or yours):
            more = f"ends with a line feed after line {index}"
        return (f"ends with line {index}", more) if mine is None else (more, f"ends with line {index}")
    # A line feed at the end makes no second line.
    label = f"line {index + 1} " if any("\n" in text.removesuffix("\n") for text in (one, other)) else ""
    shown = _windows(mine, yours)
    return f'{label}"{shown[0]}"', f'{label}"{shown[1]}"'


def _windows(one: str, other: str) -> tuple[str, str]:
    """Two lines, each cut to where they begin to differ."""
    alike = enumerate(zip(one, other, strict=False))
    column = next((index for index, (mine, yours) in alike if mine != yours), min(len(one), len(other)))
    found = [_window(text, one, column, strict=False) for text in (one, other)]
    if found[0] == found[1]:  # one has as text what stands for an invisible character in the other
        found = [_window(text, one, column, strict=True) for text in (one, other)]
    return found[0], found[1]


def _window(text: str, alike: str, column: int, *, strict: bool) -> str:
    """A part of `text` around a column, up to which it is like the text `alike`."""
    before = [_visible(char, strict=strict) for char in reversed(alike[max(0, column - BEFORE_SHOWN) : column])]
    start = column - _fitting(before, BEFORE_SHOWN)
    # From its beginning, where enough of what differs has room behind that.
    if start < MOST_SHOWN and sum(len(_visible(char, strict=strict)) for char in alike[:column]) < 3 * MOST_SHOWN // 4:
        start = 0
    pieces = [_visible(char, strict=strict) for char in text[start : start + MOST_SHOWN + 1]]
    shown = _fitting(pieces, MOST_SHOWN)
    return ("…" if start else "") + "".join(pieces[:shown]) + ("…" if start + shown < len(text) else "")


def _fitting(pieces: Sequence[str], most: int) -> int:
    """How many of these pieces have room in so many characters."""
    taken = 0
    for index, piece in enumerate(pieces):
        taken += len(piece)
        if taken > most:
            return index
    return len(pieces)


def _visible(char: str, *, strict: bool = False) -> str:
    if char.isprintable() and not (strict and char == "\\"):
        return char
    return char.encode("unicode_escape").decode("ascii")
