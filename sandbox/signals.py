"""Stopping cleanly: the first SIGINT, SIGTERM or SIGHUP cancels and cleans up, the second ends at once.

What comes within a moment of the first is one with it: a terminal and a wrapper both pass on one Ctrl-C.
SIGHUP comes when the terminal goes away; whoever wants to go on without one (nohup) has it ignored from the start.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
import time
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

import anyio
from anyio.abc import TaskStatus

T = TypeVar("T")

INTERRUPTED = 130
SHOW_CURSOR = "\x1b[?25h"
# Seconds within which signals are the same wish.
MOMENT = 0.3


async def interruptible(make: Callable[[], Awaitable[T]], at_once: str = "") -> T:
    """Await `make()`; a signal cancels it.

    Args:
        at_once: what is said when a second signal, not within MOMENT of the first, ends the process.

    Raises:
        KeyboardInterrupt: after a signal, once everything is cleaned up.
    """
    caught: float | None = None
    result: list[T] = []
    failure: Exception | None = None

    heard = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        heard.append(signal.SIGHUP)

    async def listen(scope: anyio.CancelScope, *, task_status: TaskStatus[None]) -> None:
        nonlocal caught
        with anyio.open_signal_receiver(*heard) as signals:
            task_status.started()
            async for which in signals:
                if caught is not None and time.monotonic() - caught >= MOMENT:
                    _end(at_once)
                if which == signal.SIGHUP:
                    _let_go_of_the_terminal()
                if caught is None:
                    with contextlib.suppress(OSError):
                        print("\nstopping: removing containers (again to stop at once)", file=sys.stderr, flush=True)
                    scope.cancel()
                    caught = time.monotonic()

    async with anyio.create_task_group() as listeners:
        with anyio.CancelScope() as scope:
            # Heard from before the first thing is done that has to be cleaned up.
            await listeners.start(listen, scope)
            try:
                result.append(await make())
            except Exception as exc:  # kept whole: a task group would wrap it
                failure = exc
        listeners.cancel_scope.cancel()
    if caught is not None:
        raise KeyboardInterrupt
    if failure is not None:
        raise failure
    return result[0]


def _let_go_of_the_terminal() -> None:
    """Say what is still to be said to nobody: a terminal that is gone fails whoever writes to it."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISCHR(os.fstat(fd).st_mode):
                os.dup2(nowhere, fd)
    os.close(nowhere)


def _end(words: str) -> NoReturn:
    """End the process at once, whatever else goes on in it."""
    # A live display hides the cursor, and will not come to show it again.
    cursor = SHOW_CURSOR if sys.stderr.isatty() else ""
    with contextlib.suppress(OSError):
        os.write(sys.stderr.fileno(), f"{cursor}\n{words}\n".encode() if words else cursor.encode())
    os._exit(INTERRUPTED)
