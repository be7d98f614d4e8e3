"""Reading nightly.toml."""

from __future__ import annotations

from pathlib import Path

from sandbox import schema
from sandbox.candidates import limit_words
from sandbox.nights.config import Nightly, from_table
from sandbox.reading import read_toml, shown


def load_nightly(path: Path) -> Nightly:
    """What a file says of nights.

    Raises:
        BadInput: it is missing or broken, naming the field.
    """
    document = read_toml(path)
    schema.check("nightly.v1", document, file=shown(path))
    return from_table(document, shown(path), limit_words(document.get("budget", {}), f"{shown(path)}: budget"))
