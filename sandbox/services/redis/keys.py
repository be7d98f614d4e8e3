"""Keys of Redis as rows of a state, and a seed as commands. Pure.

A state has a collection for each type, its rows by key: `strings` (value), `hashes` (the fields themselves), `lists`
(items), `sets` (items, sorted), `sorted_sets` (scores by member), `streams` (entries by id); and `expiries` (at_ms,
since 1970). Bytes that are no UTF-8 are written `\\xNN`, and a backslash that would be read as the beginning of one
`\\x5c`, so that different keys stay different. A seed has the same collections, shorter: see `commands`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

COLLECTIONS = ("strings", "hashes", "lists", "sets", "sorted_sets", "streams", "expiries")
# How a value is read, by what TYPE says of its key.
READS: Mapping[bytes, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    b"string": ("strings", ("GET",), ()),
    b"hash": ("hashes", ("HGETALL",), ()),
    b"list": ("lists", ("LRANGE",), ("0", "-1")),
    b"set": ("sets", ("SMEMBERS",), ()),
    b"zset": ("sorted_sets", ("ZRANGE",), ("0", "-1", "WITHSCORES")),
    b"stream": ("streams", ("XRANGE",), ("-", "+")),
}


class BadKeys(ValueError):
    """A seed that does not hold."""


# Backslashes that stand as if they were what a byte is written as: one that is no UTF-8, or a backslash itself.
_AMBIGUOUS = re.compile(rb"\\(?=x(?:5c|[89a-f][0-9a-f]))")


def text(data: bytes) -> str:
    """Bytes as a text, another one for any other bytes."""
    return _AMBIGUOUS.sub(rb"\\x5c", data).decode("utf-8", "backslashreplace")


def row(collection: str, value: Any) -> dict[str, Any]:
    """The row of a key from what Redis answered for it."""
    if collection == "strings":
        return {"value": text(value)}
    if collection == "hashes":
        return _pairs(value)
    if collection == "lists":
        return {"items": [text(item) for item in value]}
    if collection == "sets":
        return {"items": sorted(text(item) for item in value)}
    if collection == "sorted_sets":
        return {"scores": {member: _score(score) for member, score in _pairs(value).items()}}
    return {"entries": {text(number): _pairs(fields) for number, fields in value}}


def _pairs(value: Sequence[bytes]) -> dict[str, str]:
    return {text(name): text(one) for name, one in zip(value[::2], value[1::2], strict=True)}


def _score(score: str) -> int | float | str:
    number = float(score)
    if not math.isfinite(number):
        return score
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def commands(seed: Any) -> Iterator[list[str]]:
    """The commands that plant a seed.

    Args:
        seed: `strings` {key: text}, `hashes` {key: {field: text}}, `lists` and `sets` {key: [text]}, `sorted_sets`
            {key: {member: score}}, `streams` {key: [{field: text}]}, `expiries` {key: seconds from now}.

    Raises:
        BadKeys: naming the place.
    """
    if not isinstance(seed, dict):
        raise BadKeys("must be an object")
    if unknown := sorted(seed.keys() - set(COLLECTIONS)):
        raise BadKeys(f"unknown collection {unknown[0]} (known: {', '.join(COLLECTIONS)})")
    for collection in COLLECTIONS:
        keys = _object(seed.get(collection, {}), collection)
        for key, value in keys.items():
            yield from _planted(collection, key, value)


def _planted(collection: str, key: str, value: Any) -> Iterator[list[str]]:
    where = f"{collection}.{key}"
    if collection == "strings":
        yield ["SET", key, _word(value, where)]
    elif collection == "expiries":
        yield ["EXPIRE", key, str(int(float(_word(value, where))))]
    elif collection == "hashes":
        yield ["HSET", key, *_fields(value, where)]
    elif collection == "sorted_sets":
        scores = _object(value, where)
        yield ["ZADD", key, *(word for member in scores for word in (_word(scores[member], where), member))]
    elif collection == "streams":
        for number, entry in enumerate(_list(value, where), 1):
            # Ids of its own would hang on the time.
            yield ["XADD", key, f"0-{number}", *_fields(entry, where)]
    else:
        yield ["RPUSH" if collection == "lists" else "SADD", key, *(_word(item, where) for item in _list(value, where))]


def _fields(value: Any, where: str) -> list[str]:
    fields = _object(value, where)
    return [word for name in fields for word in (name, _word(fields[name], where))]


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadKeys(f"{where}: must be an object")
    return value


def _list(value: Any, where: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise BadKeys(f"{where}: must be a list")
    return value


def _word(value: Any, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadKeys(f"{where}: must be a text or a number")
    return str(value)
