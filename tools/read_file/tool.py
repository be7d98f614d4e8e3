"""read_file: a file, or some lines of it."""

from __future__ import annotations

import itertools
from typing import Any

import files
import toolrun

# More lines than any file has; the sum of two of them still counts as a number of lines.
MOST_LINES = 10**18


def run(arguments: dict[str, Any], call: dict[str, Any]) -> bytes:
    with files.open_regular(arguments["path"]) as handle:
        if "offset" not in arguments and "limit" not in arguments:
            return handle.read(files.MOST)
        first = number(arguments, "offset", 1) - 1
        count = number(arguments, "limit", MOST_LINES)
        lines = itertools.islice(handle, first, first + count)
        return b"".join(lines)


def number(arguments: dict[str, Any], name: str, default: int) -> int:
    value: int = arguments.get(name, default)
    if value > MOST_LINES:
        raise toolrun.Refused("`%s` is out of range: too large to be used" % name)
    return value
