"""Which tasks of a run are held out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sandbox.errors import BadInput
from sandbox.journal import RunDirectory


def held_out_of(run: Path) -> frozenset[str]:
    """The held-out tasks of a run, as suite/id; none where it has no lock.

    Raises:
        BadInput: its lock does not tell. A held-out task shown by mistake is no longer one.
    """
    lock = RunDirectory(run).lock_file
    try:
        # Through a link or from a FIFO, reading might never end.
        if lock.is_symlink() or (lock.exists() and not lock.is_file()):
            raise OSError("it is not a regular file")
        document: Any = json.loads(lock.read_bytes())
        return frozenset(document.get("inputs", {}).get("held_out") or {})
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError) as exc:
        why = exc if isinstance(exc, OSError) else "it is not a lock"
        raise BadInput(
            f"{lock}: does not tell which tasks are held out: {why}; put it back as it was, or move it away if none is"
        ) from exc


def task_of_key(key: str) -> str:
    """The task that a trial's key names, as suite/id."""
    return "/".join(unquote(part) for part in key.split("/")[:2])
