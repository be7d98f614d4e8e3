"""Building a program: the compiler runs as the submission's user, in a directory that is closed to it afterwards."""

from __future__ import annotations

import os
import stat
from typing import Any

import cp_meter
import cp_place
import cp_process
import cp_users

# What is kept of what a compiler says: its beginning, as the first error matters most.
MOST_WORDS = 16_000


def build(request: dict[str, Any], sources: bytes, container: cp_meter.Container) -> tuple[dict[str, Any], bytes]:
    """Compile; the facts, and the binary, empty where none came of it.

    Args:
        request: run (the command), env, cpu, wall (seconds), memory (KiB), output (bytes of the binary at most).
        sources: a tar.
    """
    cp_place.lay(sources, cp_place.BUILD)
    os.chmod(cp_place.BUILD, 0o770)  # noqa: S103
    limits = cp_process.Limits(request["cpu"], request["wall"], request["memory"], request["output"])
    said = cp_place.open_new(cp_place.CASE + "/said", 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        started = cp_process.start(
            request["run"],
            uid=cp_users.SUBMISSION,
            limits=limits,
            cwd=cp_place.BUILD,
            env=dict(request["env"], TMPDIR=cp_place.BUILD),
            streams=(nothing, said, said),
        )
        watch = cp_process.Watch(container, started, limits)
        watch.run()
        words = os.pread(said, MOST_WORDS, 0)
    finally:
        os.close(said)
        os.close(nothing)
        os.unlink(cp_place.CASE + "/said")
    facts = dict(watch.facts(), said=words.decode("utf-8", "replace"))
    made = _binary() if facts["exit"] == 0 and not facts["over"] else b""
    cp_users.clear(cp_place.BUILD, cp_users.SUBMISSION)
    os.chmod(cp_place.BUILD, 0o700)
    return facts, made


def _binary() -> bytes:
    """What the compiler made, if it is a file that everybody may read."""
    try:
        fd = os.open(os.path.join(cp_place.BUILD, cp_place.BINARY), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    with os.fdopen(fd, "rb") as handle:
        return handle.read() if stat.S_ISREG(os.fstat(fd).st_mode) else b""
