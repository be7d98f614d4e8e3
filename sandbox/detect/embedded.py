"""JSON objects that stand somewhere in a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sandbox.detect.calls import children

_FIRST_WINDOW = 4000
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_OBJECT = re.compile(r"\{\s*\"")


def objects(text: str) -> Iterator[dict[str, Any]]:
    """Every JSON object in the text, those inside others too; gives up on a text that is broken all over."""
    budget = 1_000_000 + 2 * len(text)
    position = 0
    while budget > 0 and (found := _OBJECT.search(text, position)):
        value, length, cost = decoded(text, found.start())
        budget -= cost
        position = found.start() + max(length, 1)
        if value is not None:
            yield from _within(value)


def decoded(text: str, start: int) -> tuple[dict[str, Any] | None, int, int]:
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


def _within(value: Any) -> Iterator[dict[str, Any]]:
    level = [value]
    while level:
        yield from (node for node in level if isinstance(node, dict))
        level = [child for node in level for child in children(node)]
