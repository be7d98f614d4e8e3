"""Which process made something, told so that another can see whether it still lives."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def marks() -> dict[str, str]:
    """What names this process: host, boot, pid and when it started."""
    return dict(_marks_of(os.getpid()))


@cache
def _marks_of(pid: int) -> Mapping[str, str]:
    return {"host": host_id(), "boot": boot_id(), "pid": str(pid), "started": start_time(pid) or ""}


@cache
def host_id() -> str:
    """This machine and this view of its process ids (a container on it sees others)."""
    machine = _read("/etc/machine-id") or platform.node()
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return f"{machine}/{namespace}"


@cache
def boot_id() -> str:
    """Changes with every boot of this machine."""
    return _read("/proc/sys/kernel/random/boot_id") or ""


def start_time(pid: int) -> str | None:
    """When a process began, in clock ticks since boot; None if it is not there, or on a system without /proc.

    Together with the pid it names a process; pids alone are used again.
    """
    stat = _read(f"/proc/{pid}/stat")
    return stat.rpartition(")")[2].split()[19] if stat else None


def is_gone(found: Mapping[str, str | None]) -> bool | None:
    """Whether the process that `marks` named is gone; None if it was on another host, where this cannot be seen.

    On this host: it booted since, there is no such process, or it is another one under its number.
    """
    if found.get("host") != host_id():
        return None
    if found.get("boot") != boot_id():
        return True
    pid = number(found.get("pid"))
    if pid is None or not _lives(pid):
        return True
    started = start_time(pid)
    return started is not None and started != found.get("started")


def number(text: str | None) -> int | None:
    """A number that is written with digits alone; None if it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else None


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text("ascii", "replace").strip()
    except OSError:
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return pid > 0
