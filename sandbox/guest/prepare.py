"""Filling the workspace before the agent begins.

Frames in:  {"from": path of the image's copy, "workspace": path, "solution": path or null},
            then, with a solution, its tree as a tar
Frame out:  {"files": n, "python": "3.11.2", "uid": 1000, "capabilities": 0}
"""

from __future__ import annotations

import os
import shutil
import sys

import lay
import privileges
import wire


def main() -> None:
    request = wire.read_json(0)
    solution = wire.read_frame(0) if request["solution"] else None
    privileges.drop()
    os.umask(0o022)
    shutil.copytree(request["from"], request["workspace"], symlinks=True, dirs_exist_ok=True)
    if solution is not None:
        lay.lay(solution, request["solution"])
    wire.write_json(
        1,
        {
            "files": sum(len(names) for _, _, names in os.walk(request["workspace"])),
            "python": sys.version.split()[0],
            "uid": os.getuid(),
            "capabilities": privileges.effective_capabilities(),
        },
    )
