"""Whether arguments that do not parse could have been mended: a note beside a fault, never a call that runs."""

from __future__ import annotations

import importlib
import sys
from types import FrameType
from typing import Any

from jsonschema import Draft202012Validator

LONGEST = 100_000
# json_repair is quadratic and worse on some texts. Steps and not seconds: the same answer on every machine.
MOST_STEPS = 1_000_000


class _TooMuch(BaseException):
    """Beside Exception, so that no handler of the library holds it up."""


def is_repairable(arguments: str, validator: Draft202012Validator) -> bool:
    """Whether json_repair makes an object of an argument string that the tool's schema accepts.

    Bounded in length and in steps; beyond either, and wherever the library fails, the answer is no.
    """
    if len(arguments) > LONGEST or "{" not in arguments:
        return False
    try:
        value = _repaired(arguments)
        return isinstance(value, dict) and validator.is_valid(value)
    except (_TooMuch, Exception):
        return False


def _repaired(text: str) -> Any:
    json_repair: Any = importlib.import_module("json_repair")
    steps = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal steps
        steps += 1
        if steps > MOST_STEPS:
            raise _TooMuch

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        return json_repair.loads(text, skip_json_loads=True)
    finally:
        sys.setprofile(before)
