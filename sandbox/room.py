"""Room on the disk: looked for before something is begun, so that a run stops in time and nothing is torn."""

from __future__ import annotations

import shutil
from pathlib import Path

from sandbox.errors import HarnessError, boundary

LEAST_ROOM = 100 * 1024 * 1024


def need_room(path: Path) -> None:
    """Return if there is room for a trial.

    Raises:
        HarnessError: there is not; says how much is free and how much it takes.
    """
    with boundary(HarnessError, f"look at {path}"):
        free = shutil.disk_usage(path).free
    if free < LEAST_ROOM:
        raise HarnessError(
            f"{path}: only {free >> 20} MiB are free there and a run needs {LEAST_ROOM >> 20}; "
            "make room, or give another --out"
        )
