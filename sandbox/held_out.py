"""Which tasks of a run are held out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sandbox.journal import RunDirectory


def held_out_of(run: Path) -> frozenset[str]:
    """The held-out tasks of a run, as suite/id; none where its lock does not tell."""
    lock = RunDirectory(run).lock_file
    try:
        # Through a link or from a FIFO, reading might never end.
        if lock.is_symlink() or not lock.is_file():
            return frozenset()
        inputs: Any = json.loads(lock.read_bytes())["inputs"]
        return frozenset(inputs.get("held_out") or {})
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return frozenset()


def task_of_key(key: str) -> str:
    """The task that a trial's key names, as suite/id."""
    return "/".join(unquote(part) for part in key.split("/")[:2])
