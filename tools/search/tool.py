"""search: a regular expression over the files below a directory."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import files
import toolrun

MOST_MATCHES = 500
MOST_LINE = 400


def run(arguments: dict[str, Any], call: dict[str, Any]) -> str:
    try:
        pattern = re.compile(arguments["pattern"])
    except (re.error, OverflowError) as exc:
        raise toolrun.Refused("the pattern is no regular expression: %s" % exc) from exc
    top = files.checked(arguments.get("path", "."))
    if not os.path.lexists(top):
        raise toolrun.Refused("%s: no such file or directory" % arguments["path"])
    lines = []
    for path in files_below(top):
        for line in matches(pattern, path):
            lines.append(line)
            if len(lines) == MOST_MATCHES:
                return "\n".join([*lines, "(stopped after %d matches)" % MOST_MATCHES])
    return "\n".join(lines) or "no match"


def files_below(top: str) -> Iterator[str]:
    if not os.path.isdir(top):
        yield top
        return
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in (".git", "__pycache__"))
        for name in sorted(names):
            yield os.path.normpath(os.path.join(folder, name))


def matches(pattern: re.Pattern[str], path: str) -> Iterator[str]:
    try:
        with files.open_regular(path) as handle:
            data = handle.read(files.MOST)
    except (OSError, toolrun.Refused):
        return
    if b"\0" in data[:1024]:
        return
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        if pattern.search(line):
            yield "%s:%d:%s" % (path, number, line[:MOST_LINE])
