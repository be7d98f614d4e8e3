"""JSON values held against what is expected of them; numbers by what they are worth, however they were written."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sandbox.errors import BadInput
from sandbox.exact import decimal
from sandbox.schema import compiled


class Absent(enum.Enum):
    """What stands for a value that is not there: null is one that is."""

    ABSENT = enum.auto()


ABSENT: Final = Absent.ABSENT
# What a text must be to count as a number where the author allows texts.
_NUMERAL = re.compile(r"[+-]?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,3})?", re.ASCII)


def is_number(value: Any) -> bool:
    """Whether it is a JSON number; true and false are none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: 1 and 1.0 are, 1 and true or "1" are not. Any depth."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if is_number(left) and is_number(right):
            if decimal(left) != decimal(right):
                return False
        elif isinstance(left, Mapping) and isinstance(right, Mapping):
            if left.keys() != right.keys():
                return False
            waiting += [(left[key], right[key]) for key in left]
        elif isinstance(left, list | tuple) and isinstance(right, list | tuple):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif type(left) is not type(right) or left != right:
            return False
    return True


def at(document: Any, path: str) -> Any:
    """The value at a dotted path, such as `body.items.0.amount`; ABSENT where it leads nowhere."""
    found = document
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part, ABSENT)
        elif isinstance(found, list) and part.isascii() and part.isdigit() and len(part) < 9:
            found = found[int(part)] if int(part) < len(found) else ABSENT
        else:
            return ABSENT
    return found


def holds(value: Any, expected: Any) -> bool:
    """Whether a value (or ABSENT) is as expected.

    Args:
        expected: a value to be equal to, or a table of OPERATORS, all of which must hold.
    """
    if isinstance(expected, Mapping):
        return all(OPERATORS[name](value, operand) for name, operand in expected.items())
    return value is not ABSENT and same(value, expected)


def all_hold(document: Any, where: Mapping[str, Any]) -> bool:
    """Whether every path of `where` has what is expected there."""
    return all(holds(at(document, path), expected) for path, expected in where.items())


def share_that_holds(document: Any, fields: Mapping[str, Any]) -> float:
    """How many of the fields have what is expected, from 0 to 1; 1 where nothing is asked."""
    if not fields:
        return 1.0
    return sum(holds(at(document, path), expected) for path, expected in fields.items()) / len(fields)


def check_expectation(expected: Any, where: str) -> None:
    """Refuse what no value can be held against.

    Raises:
        BadInput: an unknown operator, or an operand that it cannot take.
    """
    if not isinstance(expected, Mapping):
        return
    if not expected:
        raise BadInput(f"{where}: an empty table says nothing (for an empty object: {{ is = {{}} }})")
    for name, operand in expected.items():
        if name not in OPERATORS:
            raise BadInput(f"{where}.{name}: unknown operator (known: {', '.join(sorted(OPERATORS))})")
        problem = _operand_problem(name, operand)
        if problem:
            raise BadInput(f"{where}.{name}: {problem}")


def _operand_problem(name: str, operand: Any) -> str | None:
    if name == "matches":
        return _pattern_problem(operand)
    if name == "any_of" and not isinstance(operand, list):
        return "must be a list of values"
    if name in ("absent", "null") and not isinstance(operand, bool):
        return "must be true or false"
    if name in ("at_least", "at_most") and not is_number(operand):
        return "must be a number"
    if name == "number" and _worth(operand) is None:
        return "must be a number, or a text that is one"
    return None


def _pattern_problem(pattern: Any) -> str | None:
    try:
        compiled(pattern)
    except (re.error, TypeError) as exc:
        return f"is no regular expression: {exc}"
    return None


def _worth(value: Any) -> Decimal | None:
    """A number, or a text that is one, such as a database exports decimals."""
    if is_number(value):
        return decimal(value)
    if isinstance(value, str) and _NUMERAL.fullmatch(value):
        try:
            return Decimal(value)
        except InvalidOperation:
            return None
    return None


def _is(value: Any, operand: Any) -> bool:
    return value is not ABSENT and same(value, operand)


def _worth_as_much(value: Any, operand: Any) -> bool:
    mine = _worth(value)
    return mine is not None and mine == _worth(operand)


def _at_least(value: Any, operand: Any) -> bool:
    return is_number(value) and decimal(value) >= decimal(operand)


def _at_most(value: Any, operand: Any) -> bool:
    return is_number(value) and decimal(value) <= decimal(operand)


OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "is": _is,
    "is_not": lambda value, operand: not _is(value, operand),
    "any_of": lambda value, operand: any(_is(value, one) for one in operand),
    "at_least": _at_least,
    "at_most": _at_most,
    "number": _worth_as_much,
    "matches": lambda value, operand: isinstance(value, str) and compiled(operand).search(value) is not None,
    "contains": lambda value, operand: isinstance(value, list) and any(same(one, operand) for one in value),
    "absent": lambda value, operand: (value is ABSENT) is operand,
    "null": lambda value, operand: value is not ABSENT and (value is None) is operand,
}
