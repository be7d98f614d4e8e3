"""Users of the judge's container: becoming one, acting as one for a moment, ending all that one has.

1000 is the submission's (and the compiler's), 1001 the validator's. This process is root without CAP_CHOWN and
CAP_DAC_OVERRIDE: what a user is to write into belongs to the user's group, which root is a member of.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping

import privileges
import processes

SUBMISSION, VALIDATOR = 1000, 1001
# Seconds that killed processes may take on a busy machine.
LONGEST_DYING = 60.0

Takers = Mapping[int, Callable[[], object]]
_NONE: Takers = {}


class Spent:
    """What processes that were collected have used. seconds: of CPU; kilobytes: of the largest one."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.kilobytes = 0
        self.count = 0

    def add(self, usage: object) -> None:
        self.seconds += usage.ru_utime + usage.ru_stime  # type: ignore[attr-defined]
        self.kilobytes = max(self.kilobytes, usage.ru_maxrss)  # type: ignore[attr-defined]
        self.count += 1


def join_groups() -> None:
    """As root: may give files to the groups of both users."""
    os.setgroups([0, SUBMISSION, VALIDATOR])


@contextlib.contextmanager
def acting_as(uid: int) -> Iterator[None]:
    """Use files with the rights of a user, and no capability, for a moment."""
    os.setegid(uid)
    os.seteuid(uid)
    privileges.hide()
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        privileges.hide()


def end_all(uid: int, spent: Spent, beside: Takers = _NONE) -> int:
    """SIGKILL every process of a user until none is left, and collect them; how many were seen.

    Args:
        beside: as `collect` takes it.

    Raises:
        RuntimeError: some survive.
    """
    seen: set[int] = set()
    until = time.monotonic() + LONGEST_DYING
    pause = 0.0005
    while time.monotonic() < until:
        alive = processes.of_user(uid)
        if not alive:
            collect(spent, beside)
            return len(seen)
        seen.update(alive)
        processes.kill_all_of(uid)
        collect(spent, beside)
        # Who dies needs the core for it, too.
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    raise RuntimeError("processes of %d survive SIGKILL" % uid)


def collect(spent: Spent, beside: Takers = _NONE) -> None:
    """Collect children that have ended, adopted ones too.

    Args:
        beside: for children that are not to be collected here, by process id, what does it.
    """
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is None:
                return
            if found.si_pid in beside:
                beside[found.si_pid]()
                continue
            pid, _, usage = os.wait4(found.si_pid, os.WNOHANG)
        except ChildProcessError:
            return
        if pid:
            spent.add(usage)


def folder_for(path: str, uid: int, mode: int) -> None:
    """A new directory of root's, and of the user's group."""
    os.mkdir(path, 0o700)
    os.chown(path, -1, uid)
    os.chmod(path, mode)


def clear(path: str, uid: int) -> None:
    """Remove all that lies in a directory, whoever of root and the user made it and however deep it goes."""
    home = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    try:
        _clear_as(path, 0)
        with acting_as(uid):
            _clear_as(path, uid)
        _clear_as(path, 0)
        left = os.listdir(path)
        if left:
            raise RuntimeError("%s cannot be emptied: %r" % (path, left[:3]))
    finally:
        os.fchdir(home)
        os.close(home)


def _clear_as(path: str, uid: int) -> None:
    """Remove what this user may, with steps down and up instead of paths, which may be too long for the kernel."""
    try:
        os.chdir(path)
    except OSError:
        return
    depth = 0
    stuck: set[tuple[int, int]] = set()
    while True:
        below = _remove_files(uid, stuck)
        if below is not None:
            os.chdir(below)
            depth += 1
            continue
        if not depth:
            return
        here = os.stat(".")
        os.chdir("..")
        depth -= 1
        # Not to be entered again, if it cannot be removed now.
        stuck.add((here.st_dev, here.st_ino))


def _remove_files(uid: int, stuck: set[tuple[int, int]]) -> str | None:
    """Empty the working directory as far as can be; the name of a directory in it that is to be emptied first."""
    for name in os.listdir("."):
        try:
            facts = os.lstat(name)
            if not stat.S_ISDIR(facts.st_mode):
                os.unlink(name)
                continue
            if facts.st_uid == uid:
                os.chmod(name, 0o700)
            try:
                os.rmdir(name)
            except OSError:
                if (facts.st_dev, facts.st_ino) not in stuck and os.access(name, os.X_OK, effective_ids=True):
                    return name
        except OSError:
            continue
    return None
