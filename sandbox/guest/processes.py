"""Running a command with bounded output, and killing what it started."""

from __future__ import annotations

import os
import select
import signal
import time
from typing import Any

import privileges
from tape import Tape

# A user id that no process has.
NOBODY = 65534
MOST_LEFT_OPEN = 64

# Output of servers that earlier calls left behind: were it closed, or not read, they would die of it, or stop.
_left_open: list[int] = []


def descendants(root: int, spared: frozenset[int] = frozenset()) -> tuple[list[int], bool]:
    """Process ids below `root`, parents first, without those of `spared` and below them.

    Returns:
        the ids, and whether any of them is more than a zombie.
    """
    children: dict[int, list[int]] = {}
    alive: set[int] = set()
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name, "rb") as stat:
                # The command name may hold anything, so count from its last ")".
                state, parent = stat.read().rpartition(b")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if int(name) not in spared:
            children.setdefault(int(parent), []).append(int(name))
        if state != b"Z":
            alive.add(int(name))
    found: list[int] = []
    queue = [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found, not alive.isdisjoint(found)


def kill_below(root: int, spared: frozenset[int] = frozenset(), rounds: int = 200) -> None:
    """Kill all that process `root` started, sessions of their own too, as long as it lives and adopts orphans.

    First everything is stopped until nothing new appears, so that a fork bomb cannot outrun
    the killing. Zombies are killed as well: their other threads may go on.
    """
    stopped: set[int] = set()
    for _ in range(rounds):
        found, alive = descendants(root, spared)
        if not alive:
            for pid in found:
                _signal(pid, signal.SIGKILL)
            return
        fresh = [pid for pid in found if pid not in stopped]
        for pid in fresh:
            _signal(pid, signal.SIGSTOP)
        stopped.update(fresh)
        if not fresh:
            for pid in found:
                _signal(pid, signal.SIGKILL)
            if root == os.getpid():
                reap()
            time.sleep(0.005)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        pass


def kill_agent(rounds: int = 200) -> int:
    """As root: SIGKILL every process of the agent's user until none is left; how many were seen.

    Raises:
        RuntimeError: some survive.
    """
    seen: set[int] = set()
    for _ in range(rounds):
        alive = of_user(privileges.AGENT)
        seen.update(alive)
        kill_all_of(privileges.AGENT)
        reap()
        if not alive and not of_user(privileges.AGENT):
            return len(seen)
        time.sleep(0.005)
    raise RuntimeError("processes of the agent survive SIGKILL")


def kill_all_of(uid: int) -> None:
    """One kill(-1) with a user's own rights: the kernel signals all at once, so none forks away.

    The saved user id stays root and is the way back. The real one is nobody's: were it root's, root's
    processes would be killed, and were it the user's, its processes could kill this one at that moment.
    It takes no fork, which might fail in a full container.
    """
    if os.geteuid() != 0:
        return
    os.setresuid(NOBODY, uid, 0)
    try:
        os.kill(-1, signal.SIGKILL)
    except OSError:
        pass
    finally:
        os.setresuid(0, 0, 0)
        privileges.hide()


def of_user(uid: int) -> list[int]:
    """Living processes (zombies are dead) with a user's id."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            # Who owns the directory says nothing once a program is not dumpable.
            with open("/proc/%s/status" % name, "rb") as status:
                text = status.read()
        except OSError:
            continue
        if b"\nUid:\t%d\t" % uid in text and b"\nState:\tZ" not in text:
            found.append(int(name))
    return found


def reap(but: int | None = None) -> None:
    """Collect children that have ended (orphans adopted by this process too), except one."""
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is None or found.si_pid == but:
                return
            os.waitpid(found.si_pid, os.WNOHANG)
        except ChildProcessError:
            return


def run(argv: list[str | bytes], *, env: dict[str, str], timeout: float, limit: int) -> dict[str, Any]:
    """Run `argv` here until its own process ends or `timeout` seconds are over.

    Servers that it leaves in the background live on, and do not keep the call
    waiting even if they hold its pipe. At a timeout everything that it started
    is killed, sessions of their own too.

    Returns:
        a dict with status ("ok" or "timeout"), exit_code (None at a timeout; 128 + n
        for signal n, as shells say it) and what `Tape.result` gives.
    """
    older = _older()
    tape = Tape(limit)
    ours, theirs = os.pipe()
    try:
        pid = _spawn(argv, env, theirs)
    except OSError:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    os.set_blocking(ours, False)
    code = _collect(pid, ours, tape, time.monotonic() + timeout)
    if code is None:
        kill_below(os.getpid(), older)
    if _drain(ours, tape):
        _leave_open(ours)
    else:
        os.close(ours)
    return dict(tape.result(), status="timeout" if code is None else "ok", exit_code=code)


def _spawn(argv: list[str | bytes], env: dict[str, str], output: int) -> int:
    """Start a program in a session of its own; its process id. Half the price of subprocess.Popen."""
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, output, 1),
        (os.POSIX_SPAWN_DUP2, output, 2),
    ]
    # Python ignores these two, and what is ignored stays so in a new program.
    usual = [signal.SIGPIPE, signal.SIGXFSZ]
    return os.posix_spawnp(argv[0], argv, env, file_actions=files, setsid=True, setsigdef=usual)


def _older() -> frozenset[int]:
    """What calls before this one left running."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return frozenset()
    return frozenset(descendants(os.getpid())[0])


def _as_shells_say(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _collect(pid: int, fd: int, tape: Tape, deadline: float) -> int | None:
    """Feed `tape` until the process ends (its exit code) or the deadline passes (None)."""
    ended = _descriptor_of(pid)
    watched = [fd] if ended is None else [fd, ended]
    # Without a descriptor that says when a process ends, one has to look.
    patience = 0.002 if ended is None else 0.5
    try:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            readable = select.select(watched + _left_open, [], [], min(left, patience))[0]
            _read_away(readable)
            if fd in readable and not _read_some(fd, tape):
                watched.remove(fd)
            reap(but=pid)
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                return _as_shells_say(status)
    finally:
        if ended is not None:
            os.close(ended)


def _descriptor_of(pid: int) -> int | None:
    """Readable once the process has ended; None where the kernel, or the engine's filter, has no such thing."""
    try:
        return os.pidfd_open(pid)
    except (OSError, AttributeError):
        return None


def _read_some(fd: int, tape: Tape) -> bool:
    """False once the stream has ended."""
    try:
        data = os.read(fd, 1 << 16)
    except BlockingIOError:
        return True
    tape.feed(data)
    return bool(data)


def _drain(fd: int, tape: Tape, most: int = 1 << 22) -> bool:
    """What the ended process left in the pipe, bounded; whether somebody in the background may go on writing."""
    start = tape.size
    while tape.size - start < most:
        try:
            data = os.read(fd, 1 << 16)
        except BlockingIOError:
            return True
        if not data:
            return False
        tape.feed(data)
    return True


def _leave_open(fd: int) -> None:
    _left_open.append(fd)
    if len(_left_open) > MOST_LEFT_OPEN:
        os.close(_left_open.pop(0))


def listen_until(fd: int) -> None:
    """Wait until there is something to read from `fd`; meanwhile servers in the background are listened to."""
    readable: list[int] = []
    while fd not in readable:
        readable = select.select([fd, *_left_open], [], [])[0]
        _read_away(readable)


def _read_away(readable: list[int]) -> None:
    """Take what servers have said; it was said after the end of their call, so it is in no answer."""
    for fd in [one for one in readable if one in _left_open]:
        try:
            over = not os.read(fd, 1 << 16)
        except BlockingIOError:
            continue
        if over:
            _left_open.remove(fd)
            os.close(fd)
