"""What programs use: CPU time of the whole container, memory of a user's processes, time spent waiting for a core."""

from __future__ import annotations

import os
import time

import memory

# Nanoseconds (cgroup v1), or "usage_usec N" first (v2).
CPU_PLACES = (
    "/sys/fs/cgroup/cpuacct/cpuacct.usage",
    "/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage",
    "/sys/fs/cgroup/cpu.stat",
)
# Facts of memory, and what they call what is nobody's file, and what is shared or lies in memory's own files.
MEMORY_PLACES = (
    ("/sys/fs/cgroup/memory/memory.stat", (b"rss", b"shmem")),
    ("/sys/fs/cgroup/memory.stat", (b"anon", b"shmem")),
)
PAGE = os.sysconf("SC_PAGE_SIZE")


class Container:
    """The kernel's accounts of this container, kept open."""

    def __init__(self) -> None:
        self.memory = memory.Memory()
        self.cpu: int | None = None
        self.facts: int | None = None
        self.names: tuple[bytes, ...] = ()
        for place in CPU_PLACES:
            self.cpu = self.cpu or _opened(place)
        for place, names in MEMORY_PLACES:
            if self.facts is None:
                self.facts, self.names = _opened(place), names

    def others(self) -> float | None:
        """Seconds of CPU that everybody in here but this process has used; None where the kernel does not say."""
        if self.cpu is None:
            return None
        text = os.pread(self.cpu, 4096, 0)
        is_v2 = text.startswith(b"usage_usec")
        used = int(text.split(None, 2)[1]) / 1e6 if is_v2 else int(text) / 1e9
        return used - time.process_time()

    def kilobytes(self) -> int | None:
        """Memory of everybody in here, shared pages counted once; None where the kernel does not say."""
        if self.facts is None:
            return None
        total = 0
        for line in os.pread(self.facts, 8192, 0).splitlines():
            name, _, size = line.partition(b" ")
            if name in self.names:
                total += int(size)
        return total // 1024


def _opened(place: str) -> int | None:
    try:
        return os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def clock_of(pid: int) -> float:
    """Seconds of CPU that a process has used; 0 if it is gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def waited(pid: int) -> float:
    """Seconds in which a process could have run, and had no core; 0 where the kernel does not say."""
    try:
        with open("/proc/%d/schedstat" % pid, "rb") as handle:
            return int(handle.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def kilobytes(pids: list[int]) -> int:
    """Memory that processes hold, what they share counted for each."""
    total = 0
    for pid in pids:
        try:
            with open("/proc/%d/statm" % pid, "rb") as handle:
                total += int(handle.read().split()[1]) * PAGE // 1024
        except (OSError, ValueError, IndexError):
            continue
    return total
