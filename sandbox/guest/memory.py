"""How often the kernel has killed in this container because memory ran out."""

from __future__ import annotations

import os

# cgroup v1, v2
PLACES = ("/sys/fs/cgroup/memory/memory.oom_control", "/sys/fs/cgroup/memory.events")


class Memory:
    """The kernel's count, kept open: it is looked at around every command."""

    def __init__(self) -> None:
        self.fd: int | None = None
        for place in PLACES:
            try:
                self.fd = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
                return
            except OSError:
                continue

    def kills(self) -> int:
        """Kills so far; 0 where the kernel does not say."""
        if self.fd is None:
            return 0
        for line in os.pread(self.fd, 4096, 0).splitlines():
            name, _, count = line.partition(b" ")
            if name == b"oom_kill":
                return int(count)
        return 0
