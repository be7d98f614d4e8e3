"""What can be read of arguments that do not parse or are no object. For comparing only: nothing of it is ever run."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

MOST_READ = 20_000

# Good enough for arguments that do not parse: a key, and the quote that its string begins with.
_PAIR = re.compile(r"""(\w{1,64})["']?[ \t]{0,9}:\s{0,9}(["'])""")
_NAMED = re.compile(r"""([a-z_]\w{0,63})[ \t]{0,9}[:=][ \t]{0,9}(["'])""")
_BEGINS_NAMED = re.compile(r"""[\s({\[]{0,9}(?:\w{1,64}\()?[a-z_]\w{0,63} ?= ?["']""")
_QUOTE = re.compile(r"""\\.|["']""", re.DOTALL)
# What stands behind the quote that ends a string: the next key, the end, or a bracket and words that are no part of it.
# Behind a quote that should have been escaped, the string goes on.
_ENDS = re.compile(
    r"""\s{0,9}(?:
        (?:[}\])]\s{0,9}){0,20}(?:
            [,;]?\s{0,40}["']\w{1,64}["']\s{0,9}: | ,\s{0,40}\w{1,64}\s{0,9}[:=] | [,;]?\s{0,9}(?:[}\])]\s{0,9}){0,20}\Z
        )
        | }\s{0,9}(?:[}\])]\s{0,9}){0,20}(?:\n|//|/\*|\#|<[/|]|```|[A-Z]|[{\[]\s{0,9}["'])
    )""",
    re.VERBOSE,
)
_MAY_END = re.compile(r"\s{0,9}[}\]]")
_TAG = re.compile(r"""<(?:parameter\s?(?:name)?=\s?["']?)?(\w{1,64})["']?>(.*?)(?:</(?:parameter|\1)>|\Z)""", re.DOTALL)
_BARE = re.compile(r"(?!(?:null|true|false)\b)[A-Za-z_./~]")
_ESCAPED = re.compile(r"""\\([ntr"'\\/])""")
_MEANT = {"n": "\n", "t": "\t", "r": "\r"}


def readable(raw: str) -> tuple[Mapping[str, Any], str | None]:
    """As much of raw arguments as can be read, and the key of the string that was cut short.

    That is an object, one written as a string or alone in a list, pairs that look like some (with quotes inside that
    should have been escaped), tags, or bare text (under the key "").
    """
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return _pairs(raw)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            return _pairs(value)
        value = inner if isinstance(inner, dict) else {}
    return (value if isinstance(value, dict) else {}), None


def _pairs(raw: str) -> tuple[Mapping[str, Any], str | None]:
    text = raw[:MOST_READ]
    if text.startswith('"'):  # an object written as a string, and cut
        text = text[1:].replace('\\"', '"')
    if text.lstrip().startswith("<") and (tags := _TAG.findall(text)):
        return {key: inner.strip() for key, inner in tags}, None
    ends = {quote: _ends(text, quote) for quote in "\"'"}
    opens = _NAMED if _BEGINS_NAMED.match(text) else _PAIR
    pairs: dict[str, str] = {}
    cut, position = None, 0
    while found := opens.search(text, position):
        end = ends[found[2]].after(found.end())
        cut = found[1] if end is None else None
        position = len(text) if end is None else end
        inner = text[found.end() : position]
        if end is None and (len(inner) - len(inner.rstrip("\\"))) % 2:
            inner = inner[:-1]
        pairs[found[1]] = _ESCAPED.sub(lambda escape: _MEANT.get(escape[1], escape[1]), inner)
    if pairs:
        return pairs, cut
    bare = text.strip()
    return ({"": bare}, None) if _BARE.match(bare) else ({}, None)


class _Ends:
    """Places of quotes that end a string for sure, and of those that may."""

    def __init__(self, sure: list[int], possible: list[int]) -> None:
        self._sure, self._possible = sure, possible

    def after(self, start: int) -> int | None:
        """Where a string ends that begins at `start`; None if it never does."""
        for places in (self._sure, self._possible):
            index = bisect_left(places, start)
            if index < len(places):
                return places[index]
        return None


def _ends(text: str, quote: str) -> _Ends:
    places = [found.start() for found in _QUOTE.finditer(text) if found[0] == quote]
    sure = [place for place in places if _ENDS.match(text, place + 1)]
    return _Ends(sure, [place for place in places if _MAY_END.match(text, place + 1)])
