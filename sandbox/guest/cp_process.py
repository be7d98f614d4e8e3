"""One program as one of the users, held to its limits while it runs."""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import time
from typing import Any

import cp_filter
import cp_meter
import cp_users
import privileges
import processes

MIB = 1024 * 1024
# Seconds between looks at memory; the first look comes sooner, for programs that begin with all that they need.
FIRST_LOOK, LOOK = 0.02, 0.1
SHORTEST = 0.002
# A wait for a core lengthens the wall limit, up to so many times: on a busy machine nobody is slow for that.
PATIENCE = 20.0
FILES_OPEN = 256

_filter = cp_filter.Filter()


class Limits:
    """Of one run. cpu, wall: seconds. memory: KiB, None where only the container bounds it. output: bytes of a file."""

    def __init__(self, cpu: float, wall: float, memory: int | None, output: int) -> None:
        self.cpu = cpu
        self.wall = wall
        self.memory = memory
        self.output = output


class Started:
    """A child that has been started. ended: descriptors that say so. status: as `wait4` gives it, once collected."""

    def __init__(self, pid: int, uid: int) -> None:
        self.pid = pid
        self.uid = uid
        self.began = time.monotonic()
        self.ended: list[int] = []
        try:
            self.ended = [os.pidfd_open(pid)]
        except OSError:  # the kernel, or the engine's filter, has no such thing: then one has to look
            pass
        self.status: int | None = None
        self.wall = 0.0
        self.waited = 0.0

    def take(self, spent: cp_users.Spent) -> bool:
        """Collect it if it has ended; whether it has."""
        if self.status is None:
            self.waited = cp_meter.waited(self.pid)
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if not pid:
                return False
            self.wall = time.monotonic() - self.began
            self.status = status
            spent.add(usage)
            self.let_go()
        return True

    def let_go(self) -> None:
        """Close the descriptor."""
        while self.ended:
            os.close(self.ended.pop())

    @property
    def code(self) -> int | None:
        """Exit code; negative for a signal; None while it runs."""
        return None if self.status is None else os.waitstatus_to_exitcode(self.status)


def start(
    argv: list[str], *, uid: int, limits: Limits, cwd: str, env: dict[str, str], streams: tuple[int, int, int]
) -> Started:
    """Start a program.

    Args:
        streams: what become its standard input, output and error.

    Raises:
        OSError: it cannot be started at all.
    """
    ours, theirs = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        _become(argv, uid, limits, cwd, env, streams, theirs)
    os.close(theirs)
    started = Started(pid, uid)
    complaint = b""
    try:
        # Ends when the program begins: the other end is closed then.
        complaint = os.read(ours, 1000)
    finally:
        os.close(ours)
    if complaint:
        os.waitpid(pid, 0)
        started.let_go()
        raise OSError(complaint.decode("utf-8", "replace"))
    return started


def _become(
    argv: list[str],
    uid: int,
    limits: Limits,
    cwd: str,
    env: dict[str, str],
    streams: tuple[int, int, int],
    complain: int,
) -> None:
    """In the child: turn into the program. Never returns."""
    try:
        os.setsid()
        for number, fd in enumerate(streams):
            os.dup2(fd, number)
        os.chdir(cwd)
        _restrict(limits)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        privileges.drop(uid)
        os.umask(0o022)
        if uid == cp_users.SUBMISSION:
            _filter.put_on()
        os.execvpe(argv[0], argv, env)
    except BaseException as exc:
        os.write(complain, ("%s: %r" % (argv[0], exc)).encode("utf-8", "replace")[:900])
    finally:
        os._exit(127)


def _restrict(limits: Limits) -> None:
    seconds = int(limits.cpu) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output, limits.output))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_OPEN, FILES_OPEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
    hardest = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (hardest, hardest))


def await_one(readable: list[int], seconds: float) -> list[int]:
    """Wait until one of them is readable, or the time is over, or it is time to look where nothing says so."""
    if not readable:
        time.sleep(min(seconds, SHORTEST))
        return []
    return select.select(readable, [], [], seconds)[0]


class Watch:
    """Looks after one program until it ends or has gone over a limit."""

    def __init__(self, container: cp_meter.Container, started: Started, limits: Limits) -> None:
        self.container = container
        self.started = started
        self.limits = limits
        self.spent = cp_users.Spent()
        self.peak = 0
        self.over: str | None = None
        self.kills = container.memory.kills()
        self.base = container.others()
        self.held = container.kilobytes()
        self.looked = 0

    def cpu(self, others: float = 0.0) -> float:
        """Seconds of CPU since it began, without `others`: of a program beside it."""
        now = self.container.others()
        if now is None or self.base is None:
            return self.spent.seconds + cp_meter.clock_of(self.started.pid)
        return max(0.0, now - self.base - others)

    def patience(self, others: float = 0.0, *, is_alone: bool = True) -> float:
        """Seconds until the next look; 0 once a limit is passed, which `over` then names."""
        used = self.cpu(others)
        wall = time.monotonic() - self.started.began
        # What ran beside it, and what kept it from its core, is not its doing.
        allowed = min(self.limits.wall + cp_meter.waited(self.started.pid) + others, PATIENCE * self.limits.wall)
        if self.limits.memory is not None:
            self.peak = max(self.peak, self._kilobytes())
        if used > self.limits.cpu:
            self.over = "cpu"
        elif wall > allowed:
            self.over = "wall"
        elif self.limits.memory is not None and self.peak > self.limits.memory:
            self.over = "memory"
        if self.over:
            return 0.0
        self.looked += 1
        look = FIRST_LOOK if self.looked < 3 else LOOK
        return max(SHORTEST, min(self.limits.cpu - used, allowed - wall, look))

    def _kilobytes(self) -> int:
        """Memory of its user's processes now."""
        pids = processes.of_user(self.started.uid)
        held = cp_meter.kilobytes(pids)
        if len(pids) < 2 or self.held is None:
            return held
        # Of several processes, which share much where one comes from the other.
        together = self.container.kilobytes()
        return held if together is None else min(held, max(0, together - self.held))

    def run(self) -> None:
        """Wait for the end, by itself or by a limit, and end all that its user has."""
        while not self.started.take(self.spent):
            left = self.patience()
            if not left:
                break
            await_one(self.started.ended, left)
        self.finish()

    def finish(self, beside: cp_users.Takers | None = None) -> None:
        """End all that its user has, and collect it. beside: as `cp_users.collect` takes it."""
        if self.started.status is None:
            os.kill(self.started.pid, signal.SIGKILL)
            while not self.started.take(self.spent):
                await_one(self.started.ended, LOOK)
        cp_users.end_all(self.started.uid, self.spent, beside or {})

    def facts(self, others: float = 0.0) -> dict[str, Any]:
        """What is said of it to the host. others: seconds of CPU of a program beside it."""
        collected = self.spent.seconds
        # What nobody waited for is in no account but the container's.
        unseen = max(0.0, self.cpu(others) - collected)
        return {
            "exit": self.started.code,
            "cpu": collected + (unseen if unseen > 0.02 else 0.0),
            "wall": self.started.wall,
            "waited": self.started.waited,
            "memory": max(self.peak, self.spent.kilobytes),
            "kills": self.container.memory.kills() - self.kills,
            "over": self.over,
        }
