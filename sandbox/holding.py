"""Holding a directory for one process: a lock that goes with it, and a note of who it is for others to read.

The kernel's lock is the fast way and ends with its process, however that ends. Where a file system
shares files and not locks (some that lie on a network), the note tells: host, boot, pid and start time of the
holder. On its own host a holder that is gone is seen at once. Of one on another host only the age of the note is
seen; the holder renews it while it lives.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sandbox import ownership
from sandbox.errors import HarnessError, boundary

LOCK = ".lock"
RENEWED_EVERY = 30.0
# Seconds after which a note that nobody renewed is one of a holder on another host that is gone.
STALE_AFTER = 300.0
LONGEST_NOTE = 4096


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """Hold a directory that is there; a lock that its holder left behind is taken over.

    Raises:
        HarnessError: another process holds it (and which), or it cannot be written.
    """
    with boundary(HarnessError, f"write to {directory}"):
        # Never through a link, never waiting for the other end of a FIFO.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        handle = os.fdopen(os.open(directory / LOCK, flags, 0o644), "r+")
    with handle:
        _take(handle, directory)
        over = threading.Event()
        renewing = threading.Thread(target=_renew, args=(handle, over), daemon=True)
        renewing.start()
        try:
            yield
        finally:
            over.set()
            renewing.join()
            # A full disk is no reason not to end.
            with contextlib.suppress(OSError):
                os.truncate(handle.fileno(), 0)


def _take(handle: IO[str], directory: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        taken = _still_held(handle)
    except BlockingIOError:
        taken = True
    except OSError as exc:
        raise HarnessError(f"could not lock {directory / LOCK}: {exc.strerror}") from exc
    if taken:
        raise HarnessError(
            f"{directory}: another run is writing here{_who(_note(handle))}; wait for it or choose another --out"
        )
    note = json.dumps(ownership.marks()).encode("ascii")
    # On a full disk the kernel's lock alone has to do.
    with contextlib.suppress(OSError):
        os.truncate(handle.fileno(), 0)
        os.pwrite(handle.fileno(), note, 0)


def _still_held(handle: IO[str]) -> bool:
    """Whether the note that is there is one of a holder that lives, though the kernel gave us the lock."""
    note = _note(handle)
    if not note or note == ownership.marks():
        return False
    gone = ownership.is_gone(note)
    if gone is not None:
        return not gone
    # One that is of the future is of another clock, and tells nothing.
    return abs(time.time() - os.fstat(handle.fileno()).st_mtime) < STALE_AFTER


def _note(handle: IO[str]) -> Mapping[str, Any]:
    """What stands there; nothing if that is no note, or a torn one."""
    try:
        found = json.loads(os.pread(handle.fileno(), LONGEST_NOTE, 0))
    except (OSError, ValueError, RecursionError):
        return {}
    well = isinstance(found, dict) and all(isinstance(value, str) for value in found.values())
    return found if well else {}


def _who(note: Mapping[str, Any]) -> str:
    if not note.get("pid"):
        return ""
    if note.get("host") == ownership.host_id():
        return f" (process {note['pid'][:20]})"
    lasts = f"its lock counts for {STALE_AFTER / 60:.0f} minutes after its end"
    return f" (process {note['pid'][:20]} on another host; {lasts})"


def _renew(handle: IO[str], over: threading.Event) -> None:
    while not over.wait(RENEWED_EVERY):
        with contextlib.suppress(OSError):
            os.utime(handle.fileno())
