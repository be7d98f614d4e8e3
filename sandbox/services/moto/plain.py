"""Items of DynamoDB as plain JSON and back, with every number as it was written. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

# DynamoDB itself takes 38, and exponents to 125.
_MOST_DIGITS = 400
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


class Number(str):
    """A number as it is written."""


def plain(value: Mapping[str, Any]) -> Any:
    """A value from how DynamoDB writes it: `{"N": "1.50"}` is 1.50. Sets are sorted lists, bytes `{"base64": …}`.

    Raises:
        ValueError: it is no value.
    """
    ((kind, inner),) = value.items()
    if kind == "M":
        return {name: plain(one) for name, one in inner.items()}
    if kind == "L":
        return [plain(one) for one in inner]
    if kind in ("SS", "NS", "BS"):
        return [plain({kind[0]: one}) for one in sorted(inner)]
    if kind == "N":
        return _number(str(inner))
    if kind == "B":
        return {"base64": inner if isinstance(inner, str) else inner.decode("ascii")}
    return None if kind == "NULL" else inner


def _number(written: str) -> Any:
    if _NUMBER.fullmatch(written):
        return Number(written)
    try:
        number = Decimal(written)
    except ArithmeticError:
        return written
    # Where moto takes what DynamoDB refuses: no number of JSON, or one of millions of digits when it is written out.
    fits = number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS
    return Number(format(number, "f")) if fits else written


def dumps(value: Any) -> str:
    """JSON in ASCII, with each `Number` as it is written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(name))}: {dumps(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(dumps(one) for one in value) + "]"
    return json.dumps(value)


def typed(value: Any) -> dict[str, Any]:
    """A plain value as DynamoDB writes it. Numbers are `Number`, int or float.

    Raises:
        ValueError: DynamoDB has no such value.
    """
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, Number | int | float):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, dict):
        return {"M": {name: typed(one) for name, one in value.items()}}
    if isinstance(value, list):
        return {"L": [typed(one) for one in value]}
    raise ValueError(f"no value of DynamoDB: {value!r}")
