"""Numbers of JSON as they were written: compared exactly, never rounded, and what a tool is given of them.

A number is an int or a float where that is what was written, to the last digit; anything else is an `Exact`.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any

# int() and str() of longer ones are refused by Python, for they take long.
MOST_DIGITS = 4000
# Of an exponent that no Decimal holds: beyond it everything counts as infinite, or as next to nothing.
_TINIEST = "1e-999999999999999999"
# The cost of dividing grows with the square of the digits.
MOST_DIVIDED = 20_000


class Exact(Decimal):
    """A number that neither an int nor a float of ours holds as it was written. Shown as a number."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


Number = int | float | Decimal


def integer(digits: str) -> int | Exact:
    """A JSON number without fraction and exponent, of any length."""
    return int(digits) if len(digits) <= MOST_DIGITS else Exact(digits)


def real(digits: str) -> float | Exact:
    """A JSON number with a fraction or an exponent: a float only where that is the same number, digit by digit."""
    written = _exact_of(digits)
    if len(digits) <= MOST_DIGITS:
        near = float(digits)
        if math.isfinite(near) and Decimal(repr(near)) == written:
            return near
    return written


def _exact_of(digits: str) -> Exact:
    try:
        return Exact(digits)
    except InvalidOperation:  # an exponent that no Decimal holds
        mantissa, _, exponent = digits.lower().partition("e")
        if not re.search("[1-9]", mantissa):
            return Exact(0)
        size = _TINIEST if exponent.startswith("-") else "Infinity"
        return Exact(f"-{size}" if digits.startswith("-") else size)


def decimal(value: Number) -> Decimal:
    """A number by its digits as written; a float stands for the shortest that give it, as 0.1 does."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def is_whole(value: Number) -> bool:
    """Whether there is nothing behind the point. What is too large to say counts as whole."""
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) or value.is_integer()


def is_multiple(value: Number, factor: Number) -> bool:
    """Whether one number is a whole multiple of another; numbers of very many digits pass."""
    number, unit = decimal(value).as_tuple(), decimal(factor).as_tuple()
    if not isinstance(number.exponent, int) or not isinstance(unit.exponent, int):
        return True
    if len(number.digits) > MOST_DIVIDED:
        return True
    mine, theirs = (int(Decimal((0, parts.digits, 0))) for parts in (number, unit))
    power = number.exponent - unit.exponent
    if mine == 0:
        return True
    if power >= 0:
        return mine * pow(10, power, theirs) % theirs == 0
    # More powers of ten than it has digits divide nothing but 0.
    return -power <= len(number.digits) and mine % (theirs * 10**-power) == 0


def for_tool(value: Any) -> Any:
    """Checked arguments as a tool is given them: plain ints and floats; infinite what neither of them can hold.

    A whole number comes as an int however it was written. A tool says no to what is too large for it.
    """
    if isinstance(value, dict):
        return {key: for_tool(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [for_tool(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, float | Decimal):
        return value
    if not is_whole(value):
        return float(value)
    whole = decimal(value)
    # What has so many digits is infinite to everybody; its int would take long to make.
    fits = whole.is_finite() and whole.adjusted() < MOST_DIGITS
    return int(whole) if fits else math.copysign(math.inf, whole)
