"""Objects that stand somewhere in a text: as JSON, as a Python dict, or as JSON inside a string."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sandbox.detect.calls import children
from sandbox.detect.literals import Effort, read_object

_FIRST_WINDOW = 4000
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_OBJECT = re.compile(r"\{\s*[\"']")
_ESCAPED = re.compile(r"\{(?:\s|\\[nrt])*\\{1,7}\"[^\"\\]*(?:\\.[^\"\\]*)*", re.S)
_MOST_ENCODINGS = 3
_MOST_TRIED = 1000


def objects(text: str, encodings: int = _MOST_ENCODINGS) -> Iterator[dict[str, Any]]:
    """Every object in the text, those inside others too; gives up on a text that is broken all over.

    encodings: how often an object may have been made a string again.
    """
    budget, effort = 1_000_000 + 2 * len(text), Effort.on(text)
    position = 0
    while budget > 0 and (found := _OBJECT.search(text, position)):
        value, end, cost = _read(text, found.start(), effort)
        budget -= cost
        position = max(end, found.start() + 1)
        if value is not None:
            yield from _within(value)
    if encodings > 0:
        for inner in map(_once_decoded, islice(_ESCAPED.finditer(text), _MOST_TRIED)):
            yield from objects(inner, encodings - 1)


def object_at(text: str, start: int, effort: Effort) -> tuple[dict[str, Any], int] | None:
    """The object that begins at a brace, JSON or a Python dict, and the place behind it."""
    value, end, _ = _read(text, start, effort)
    return None if value is None else (value, end)


def _read(text: str, start: int, effort: Effort) -> tuple[dict[str, Any] | None, int, int]:
    value, length, cost = _decoded(text, start)
    if value is None and (read := read_object(text, start, effort)):
        return (*read, cost)
    return value, start + length, cost


def _decoded(text: str, start: int) -> tuple[dict[str, Any] | None, int, int]:
    """The JSON object that begins at a brace, if any; its length; what it cost to find out.

    Read from a window that grows only while the object may go on beyond it: the library counts
    lines up to each error, which makes long texts with many errors slow.
    """
    size, cost = _FIRST_WINDOW, 200
    while True:
        window = text[start : start + size]
        try:
            value, length = _DECODER.raw_decode(window)
            return value, length, cost + length
        except json.JSONDecodeError as exc:
            cut = exc.pos >= len(window) - 12 or exc.msg.startswith("Unterminated")
            if not cut or len(window) < size:
                return None, 0, cost + (len(window) if cut else exc.pos)
            cost += size
            size *= 8
        except RecursionError:
            return None, 0, cost + _FIRST_WINDOW


def _once_decoded(found: re.Match[str]) -> str:
    """What a string stands for, up to where its quotes end; nothing if it is no JSON string."""
    try:
        inner = json.loads(f'"{found[0]}"', strict=False)
    except ValueError:
        return ""
    return str(inner)


def _within(value: Any) -> Iterator[dict[str, Any]]:
    level = [value]
    while level:
        yield from (node for node in level if isinstance(node, dict))
        level = [child for node in level for child in children(node)]
