"""What litellm can convert for providers of another dialect: numbers that Python reads and JSON holds."""

from __future__ import annotations

import json
import math
from typing import Any

from sandbox.exact import MOST_DIGITS


def convertible(messages: list[Any]) -> list[Any]:
    """The messages, changed in place: text stands for each number of a call's arguments that no converter could send.

    In arguments as text, where no conversion is needed, such a number goes back as the model wrote it.
    """
    for message in messages:
        for entry in message.get("tool_calls") or ():
            function = entry["function"]
            function["arguments"] = _convertible(function["arguments"])
    return messages


def _convertible(arguments: str) -> str:
    try:
        json.dumps(json.loads(arguments), allow_nan=False)
    except ValueError:
        return json.dumps(json.loads(arguments, parse_int=_whole, parse_float=_real))
    return arguments


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= MOST_DIGITS else digits


def _real(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits
