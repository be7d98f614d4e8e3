"""What a container is created with: what its programs find, and what bounds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docker.types import Ulimit

from sandbox.task import WORKSPACE, Resources

MIB = 1024 * 1024
TMP_MB = 256
HOME = "/home/agent"
HOME_MB = 64
SHARED_MB = 64
INODES_PER_MB = 256

ENVIRONMENT = {
    "PATH": "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
    "HOME": HOME,
    # Not LANG: programs would look for a dozen categories of a locale that differs from C in this one.
    "LC_CTYPE": "C.UTF-8",
    "TZ": "UTC",
    "TERM": "dumb",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "PYTHONHASHSEED": "0",
}


def bounded(resources: Resources, extra_tmpfs: Sequence[str], *, workspace_on_tmpfs: bool) -> dict[str, Any]:
    """Options of a container that is bounded in all that it may use.

    Args:
        extra_tmpfs: further directories to be writable, owned by the agent.
        workspace_on_tmpfs: whether the workspace is one of them, but root's; else nothing is said of it.
    """
    agent = "uid=1000,gid=1000,mode=0755"
    tmpfs = {
        "/tmp": f"rw,exec,nosuid,nodev,size={TMP_MB}m,nr_inodes={TMP_MB * INODES_PER_MB},mode=1777",
        HOME: f"rw,exec,nosuid,nodev,size={HOME_MB}m,nr_inodes={HOME_MB * INODES_PER_MB},{agent}",
    }
    for path in extra_tmpfs:
        tmpfs[path] = f"rw,exec,nosuid,nodev,size={HOME_MB}m,{agent}"
    if workspace_on_tmpfs:
        size = resources.storage_mb
        tmpfs[WORKSPACE] = f"rw,exec,nosuid,nodev,size={size}m,nr_inodes={size * INODES_PER_MB},mode=0755"
    # Files in memory count as memory, so the bound on memory holds them on top of the task's.
    memory = (resources.memory_mb + resources.storage_mb + TMP_MB + HOME_MB) * MIB
    return {
        "command": ["sleep", "infinity"],
        "entrypoint": [],
        "user": "0:0",
        "hostname": "sandbox",
        "environment": ENVIRONMENT,
        "working_dir": "/",
        "network_mode": "none",
        "ipc_mode": "private",
        "init": True,
        "read_only": True,
        "cap_drop": ["ALL"],
        "cap_add": ["SETUID", "SETGID", "KILL"],
        "security_opt": ["no-new-privileges"],
        "mem_limit": memory,
        "memswap_limit": memory,
        "nano_cpus": int(resources.cpus * 1e9),
        "pids_limit": resources.pids,
        "ulimits": [
            Ulimit(name="nofile", soft=4096, hard=4096),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="fsize", soft=resources.storage_mb * MIB, hard=resources.storage_mb * MIB),
        ],
        "tmpfs": tmpfs,
        # Shared memory would outlive its processes and keep the container full.
        "sysctls": {
            "kernel.shm_rmid_forced": "1",
            "kernel.shmmax": str(SHARED_MB * MIB),
            "kernel.shmall": str(SHARED_MB * MIB // 4096),
        },
        "log_config": {"type": "none"},
        "stop_signal": "SIGKILL",
    }


def describe_bounds(resources: Resources) -> dict[str, Any]:
    """The bounds as data for the event log."""
    found = bounded(resources, (), workspace_on_tmpfs=False)
    names = ("network_mode", "read_only", "cap_add", "mem_limit", "pids_limit", "nano_cpus")
    return {name: found[name] for name in names} | {"storage_mb": resources.storage_mb}


def in_memory(size: int) -> dict[str, str]:
    """Options of a volume in memory that belongs to 1000:1000. size: MiB; the number of files hangs on it, too."""
    options = f"size={size}m,nr_inodes={size * INODES_PER_MB},uid=1000,gid=1000,mode=0755,nosuid,nodev"
    return {"type": "tmpfs", "device": "tmpfs", "o": options}
