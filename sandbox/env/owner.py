"""Who made a container: labels that let the next run tell the living from the dead."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError

from sandbox.env.engine import talking

PREFIX = "roadtest."
LEASE_SECONDS = 24 * 3600


def labels(*, run: str, trial: str, role: str) -> dict[str, str]:
    """The labels of everything this process makes."""
    pid = os.getpid()
    return {
        PREFIX + "run": run,
        PREFIX + "trial": trial,
        PREFIX + "role": role,
        PREFIX + "host": host_id(),
        PREFIX + "boot": boot_id(),
        PREFIX + "pid": str(pid),
        PREFIX + "started": start_time(pid) or "",
        PREFIX + "expires": str(int(time.time()) + LEASE_SECONDS),
    }


def host_id() -> str:
    """This machine and this view of its process ids (a container on it sees others)."""
    machine = _read("/etc/machine-id") or platform.node()
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return f"{machine}/{namespace}"


def boot_id() -> str:
    """Changes with every boot of this machine."""
    return _read("/proc/sys/kernel/random/boot_id") or ""


def start_time(pid: int) -> str | None:
    """When a process began, in clock ticks since boot; None if it is not there, or on a system without /proc.

    Together with the pid it names a process; pids alone are used again.
    """
    stat = _read(f"/proc/{pid}/stat")
    return stat.rpartition(")")[2].split()[19] if stat else None


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text("ascii", "replace").strip()
    except OSError:
        return None


def is_dead(marks: Mapping[str, str], *, now: float) -> bool:
    """Whether the owner that wrote these labels is known to be gone.

    On this machine: another boot, no such process, or another one under its
    number. On any machine: the lease is over. A live owner elsewhere is left alone.
    """
    expires = _number(marks.get(PREFIX + "expires"))
    if expires is not None and now > expires:
        return True
    if marks.get(PREFIX + "host") != host_id():
        return False
    if marks.get(PREFIX + "boot") != boot_id():
        return True
    pid = _number(marks.get(PREFIX + "pid"))
    if pid is None or not _lives(pid):
        return True
    started = start_time(pid)
    return started is not None and started != marks.get(PREFIX + "started")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return pid > 0


def reap(client: docker.DockerClient, *, run: str | None = None) -> int:
    """Remove containers and volumes of dead owners (and of `run`, whoever owns it); how many.

    Raises:
        SandboxError: the engine does not answer or refuses.
    """
    removed = 0
    now = time.time()
    filters: dict[str, Any] = {"label": PREFIX + "run"}
    with talking("look for leftovers"):
        containers = client.containers.list(all=True, filters=filters, ignore_removed=True)
        for container in containers:
            if container.labels.get(PREFIX + "run") == run or is_dead(container.labels, now=now):
                removed += _gone(lambda container=container: container.remove(force=True, v=True))
        for volume in client.volumes.list(filters=filters):
            marks = volume.attrs.get("Labels") or {}
            if marks.get(PREFIX + "run") == run or is_dead(marks, now=now):
                removed += _gone(lambda volume=volume: volume.remove(force=True))
    return removed


def _gone(remove: object) -> int:
    """1 if the removal worked; 0 if somebody else was faster or still holds the thing."""
    try:
        remove()  # type: ignore[operator]
    except APIError as exc:
        if exc.status_code in (404, 409):
            return 0
        raise
    return 1
