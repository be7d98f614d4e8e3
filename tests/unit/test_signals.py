"""Signals: the first cancels and cleans up, the second ends the process and says how to go on."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import IO

import pytest

from sandbox.signals import MOMENT

# Cleaning up takes as long as standard input is open.
SCRIPT = """
import sys
import anyio
from sandbox.signals import interruptible

async def work():
    print("begun", file=sys.stderr, flush=True)
    try:
        await anyio.sleep_forever()
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(sys.stdin.read)
            print("cleaned up", file=sys.stderr, flush=True)

try:
    anyio.run(interruptible, work, "go on with: this")
except KeyboardInterrupt:
    print("interrupted", file=sys.stderr)
    sys.exit(130)
"""

STOPPING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@contextlib.contextmanager
def at_work() -> Iterator[tuple[subprocess.Popen[str], IO[str], IO[str]]]:
    """The script, once it has begun; its standard input and error."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        assert process.stderr.readline() == "begun\n"
        yield process, process.stdin, process.stderr


def stop(process: subprocess.Popen[str], said: IO[str], which: signal.Signals) -> None:
    """Send a first signal, and wait until it is heard."""
    process.send_signal(which)
    assert said.readline() == "\n"
    assert "again to stop at once" in said.readline()


@pytest.mark.parametrize("first", STOPPING)
def test_the_first_signal_cancels_and_cleans_up(first: signal.Signals) -> None:
    with at_work() as (process, goes_on, said):
        stop(process, said, first)
        goes_on.close()
        assert said.read().split("\n") == ["cleaned up", "interrupted", ""]
        assert process.wait(10) == 130


@pytest.mark.parametrize("first", STOPPING)
def test_a_second_signal_ends_at_once_with_the_last_words(first: signal.Signals) -> None:
    with contextlib.ExitStack() as stack:
        begun = [(second, *stack.enter_context(at_work())) for second in STOPPING]
        for _, process, _, said in begun:
            stop(process, said, first)
        time.sleep(MOMENT + 0.05)
        for second, process, _, said in begun:
            process.send_signal(second)
            assert said.read().split("\n") == ["", "go on with: this", ""]
            assert process.wait(10) == 130


def test_what_comes_within_a_moment_of_the_first_is_the_same_wish() -> None:
    with at_work() as (process, goes_on, said):
        stop(process, said, signal.SIGINT)
        for same in (signal.SIGINT, signal.SIGTERM):
            process.send_signal(same)
        time.sleep(MOMENT + 0.05)  # a third one would end it from here on
        goes_on.close()
        assert said.read().split("\n") == ["cleaned up", "interrupted", ""]
        assert process.wait(10) == 130


def test_who_ignores_a_hangup_from_the_start_goes_on_after_one() -> None:
    with subprocess.Popen(
        ["nohup", sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        while process.stderr.readline() != "begun\n":  # nohup says what it ignores
            pass
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        process.stdin.close()
        assert process.stderr.read().count("stopping") == 1
        assert process.wait(10) == 130
