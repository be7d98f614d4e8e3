"""Signals: the first cancels and cleans up, the second ends the process and says how to go on."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("second", [None, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_ends_at_once_with_the_last_words(first: signal.Signals, second: signal.Signals | None) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        assert process.stderr.readline() == "begun\n"
        process.send_signal(first)
        assert process.stderr.readline() == "\n"
        assert "again to stop at once" in process.stderr.readline()
        if second is None:
            process.stdin.close()
        else:
            process.send_signal(second)
        assert process.stderr.read().split("\n") == (
            ["", "go on with: this", ""] if second else ["cleaned up", "interrupted", ""]
        )
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
