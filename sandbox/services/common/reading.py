"""What the settings of the programs between an agent and a service have in common. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any


class BadSettings(ValueError):
    """The settings do not hold; names the field."""


def text(value: Any, where: str) -> str:
    """A text that is not empty.

    Raises:
        BadSettings: it is none.
    """
    if not isinstance(value, str) or not value:
        raise BadSettings(f"{where}: must be a text")
    return value


def natural(value: Any, where: str) -> int:
    """A whole number from 1 on.

    Raises:
        BadSettings: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadSettings(f"{where}: must be a whole number from 1 on")
    return value


def share(value: Any, where: str) -> float:
    """A number from 0 to 1.

    Raises:
        BadSettings: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadSettings(f"{where}: must be a number from 0 to 1")
    return float(value)


def rates(value: Any, where: str, kinds: Collection[str]) -> Mapping[str, float]:
    """Shares by fault, together at most 1.

    Raises:
        BadSettings: they are none.
    """
    if not isinstance(value, dict) or not value.keys() <= set(kinds):
        raise BadSettings(f"{where}: must be an object of shares by fault ({', '.join(kinds)})")
    found = {kind: share(one, f"{where}.{kind}") for kind, one in value.items()}
    if math.fsum(found.values()) > 1:
        raise BadSettings(f"{where}: the shares add up to more than 1")
    return found
