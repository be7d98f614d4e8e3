"""Answers that arrive otherwise than they were sent: broken, cut, or of another shape. Pure."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.services.proxy.message import Answer
from sandbox.services.proxy.settings import DRIFT, MALFORMED, TRUNCATED

# What is shorter cannot be cut; of the rest so large a share is left, at least and at most.
SHORTEST, LEAST, MOST = 8, 0.2, 0.8
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
_SNAKE = re.compile(r"_([a-z0-9])")


def damaged(kind: str, answer: Answer, draw: random.Random) -> Answer | None:
    """An answer after a fault; None where the fault does not fit it."""
    if not answer.is_json or not 200 <= answer.status < 300:
        return None
    body = _DAMAGES[kind](answer.body, draw)
    return None if body is None else answer.with_body(body)


def _malformed(body: bytes, draw: random.Random) -> bytes | None:
    ways = (body.replace(b":", b"=", 1), body.rstrip()[:-1] + b",", _PAGE, body.rstrip() + b"}")
    first = draw.randrange(len(ways))
    turned = (*ways[first:], *ways[:first])
    return next((way for way in turned if not _parses(way)), None)


def _truncated(body: bytes, draw: random.Random) -> bytes | None:
    share = LEAST + (MOST - LEAST) * draw.random()
    cut = body[: int(len(body) * share)]
    return None if len(body) < SHORTEST or _parses(cut) else cut


def _parses(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _drift(body: bytes, draw: random.Random) -> bytes | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    rows = _rows(document)
    change = draw.choice(_ways(rows[0]))
    for row in rows:
        changed = change(row)
        row.clear()
        row.update(changed)
    return json.dumps(document, ensure_ascii=False).encode()


def _rows(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a list, where the document is a page of one; else the document itself."""
    for value in document.values():
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            return value
    return [document]


def _ways(row: Mapping[str, Any]) -> list[Callable[[Mapping[str, Any]], dict[str, Any]]]:
    snakes = [name for name in row if _SNAKE.search(name)]
    numbers = [name for name, value in row.items() if isinstance(value, int | float) and not isinstance(value, bool)]
    renamed = [_renaming(name) for name in snakes]
    as_text = [_writing(name) for name in numbers]
    return [*renamed, *as_text, lambda row: {**row, "schema_version": 2}]


def _renaming(name: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    camel = _SNAKE.sub(lambda found: found[1].upper(), name)
    return lambda row: {camel if key == name else key: value for key, value in row.items()}


def _writing(name: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda row: {key: str(value) if key == name else value for key, value in row.items()}


_DAMAGES: Mapping[str, Callable[[bytes, random.Random], bytes | None]] = {
    MALFORMED: _malformed,
    TRUNCATED: _truncated,
    DRIFT: _drift,
}
