"""Giving up root for good."""

from __future__ import annotations

import ctypes
import os

AGENT = 1000

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36


def hide() -> None:
    """Not dumpable: nobody of the same user can look into this process through /proc."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def adopt_orphans() -> None:
    """What descendants leave behind becomes a child of this process, not of init."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def drop(uid: int = AGENT) -> None:
    """Become `uid` with the group of the same number, no other group, no way back.

    Raises:
        RuntimeError: a privilege is still there.
    """
    if os.geteuid() == 0:
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")  # where memory runs out, this goes before the harness's own processes
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    if os.getresuid() != (uid, uid, uid) or os.getresgid() != (uid, uid, uid):
        raise RuntimeError("could not become %d: %s %s" % (uid, os.getresuid(), os.getresgid()))
    if effective_capabilities():
        raise RuntimeError("capabilities are left after the drop")
    hide()


class AsAgent:
    """A block that looks at files with the agent's rights, and no capability.

    Only the effective ids change: nobody may signal or trace a process whose real and
    saved ids are root's, and this one stays not dumpable.
    """

    def __enter__(self) -> None:
        self.is_root = os.geteuid() == 0
        if self.is_root:
            os.setegid(AGENT)
            os.seteuid(AGENT)
            hide()

    def __exit__(self, *exc: object) -> None:
        if self.is_root:
            os.seteuid(0)
            os.setegid(0)
            hide()


def effective_capabilities() -> int:
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("CapEff:"):
                return int(line.split()[1], 16)
    raise RuntimeError("/proc/self/status names no CapEff")
