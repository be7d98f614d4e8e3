"""list_dir: the entries of one directory."""

from __future__ import annotations

import os
from typing import Any

import files


def run(arguments: dict[str, Any], call: dict[str, Any]) -> str:
    path = files.checked(arguments["path"])
    with os.scandir(path) as entries:
        lines = sorted(describe(entry) for entry in entries)
    return "\n".join(lines) or "(empty)"


def describe(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "%s -> %s" % (entry.name, os.readlink(entry.path))
    if entry.is_dir():
        return entry.name + "/"
    return "%s  %d" % (entry.name, entry.stat(follow_symlinks=False).st_size)
