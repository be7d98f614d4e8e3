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
# What an attempt costs however short it is, and what so many characters cost that no step shows.
_STEPS_EACH, _CHARACTERS_A_STEP = 100, 10


class Effort:
    """What may be spent on the calls of one reply together."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self.left = steps


class _TooMuch(BaseException):
    """Beside Exception, so that no handler of the library holds it up."""


def is_repairable(arguments: str, validator: Draft202012Validator, effort: Effort | None = None) -> bool:
    """Whether json_repair makes an object of an argument string that the tool's schema accepts.

    Bounded in length and in steps; beyond either, and wherever the library fails, the answer is no.

    Args:
        effort: what is left to be spent; less of it afterwards.
    """
    effort = effort or Effort()
    if len(arguments) > LONGEST or "{" not in arguments:
        return False
    effort.left -= _STEPS_EACH + len(arguments) // _CHARACTERS_A_STEP
    if effort.left <= 0:
        return False
    try:
        value = _repaired(arguments, effort)
        return isinstance(value, dict) and validator.is_valid(value)
    except (_TooMuch, Exception):
        return False


def _repaired(text: str, effort: Effort) -> Any:
    json_repair: Any = importlib.import_module("json_repair")

    def count(frame: FrameType, event: str, argument: Any) -> None:
        effort.left -= 1
        if effort.left < 0:
            raise _TooMuch

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        return json_repair.loads(text, skip_json_loads=True)
    finally:
        sys.setprofile(before)
