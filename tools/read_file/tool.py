"""read_file: a file, or some lines of it."""

from __future__ import annotations

import itertools
from typing import Any

import files


def run(arguments: dict[str, Any], call: dict[str, Any]) -> bytes:
    with files.open_regular(arguments["path"]) as handle:
        if "offset" not in arguments and "limit" not in arguments:
            return handle.read(files.MOST)
        first = arguments.get("offset", 1) - 1
        count = arguments.get("limit")
        lines = itertools.islice(handle, first, None if count is None else first + count)
        return b"".join(lines)
