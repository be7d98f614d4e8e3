"""Texts that every database and every JSON writer takes: no NUL and no half of a surrogate pair."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator


def plain(text: str) -> str:
    """The text itself.

    Raises:
        ValueError: it has what cannot be kept.
    """
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("has characters that are no text")
    return text


Plain = Annotated[str, AfterValidator(plain)]
