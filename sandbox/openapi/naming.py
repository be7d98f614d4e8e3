"""Names that functions and their arguments may have with every provider."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container

LONGEST = 64
_DIGITS = 8


def fitted(name: str, *, stem: str = "operation") -> str:
    """A name of letters, digits, `_` and `-` that begins with a letter, at most `LONGEST` long.

    Args:
        stem: what a name begins with that has nothing to begin with.
    """
    text = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")
    if not text[:1].isalpha():
        text = f"{stem}_{text}" if text else stem
    if len(text) <= LONGEST:
        return text
    # What is cut off would tell two names apart.
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{text[: LONGEST - _DIGITS - 1]}_{digest}"


def unused(name: str, taken: Container[str]) -> str:
    """The name, with a number behind it if it is taken."""
    found, number = name, 1
    while found in taken:
        number += 1
        ending = f"_{number}"
        found = name[: LONGEST - len(ending)] + ending
    return found
