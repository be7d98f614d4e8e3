"""What carrying out a run costs by itself: trials that take no time, time and memory over 10,000 of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import docker

from bench.rows import Row, Section

TRIALS = 10_000
AIM_MS, AIM_MB = 20.0, 500.0
# In a process of its own, for the memory is to be its alone.
PROGRAM = "from bench.simulated_run import main; main()"


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """10,000 simulated trials in one process."""
    del client, rounds  # nothing here runs in a container; so many trials are rounds enough
    started = time.perf_counter()
    command = [sys.executable, "-c", PROGRAM, str(folder / "run"), str(TRIALS)]
    with subprocess.Popen(command) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the simulated run ended with {process.returncode}")
    each = 1000 * (time.perf_counter() - started) / TRIALS
    megabytes = (used.ru_maxrss / 1024 if sys.platform == "darwin" else used.ru_maxrss) / 1024
    lines = (folder / "run" / "results.jsonl").read_text("ascii").count("\n")
    assert lines == TRIALS, lines
    rows = (
        Row(what="a trial, all told", measured=f"{each:.1f} ms", aim=f"≤ {AIM_MS:.0f} ms", holds=each <= AIM_MS),
        Row(
            what="memory of the harness at most",
            measured=f"{megabytes:.0f} MB",
            aim=f"< {AIM_MB:.0f} MB",
            holds=megabytes < AIM_MB,
        ),
    )
    how = (
        f"{TRIALS:,} trials of 50 tasks and 10 candidates whose containers, replies and judges take no time; logs, "
        "results and everything that is worked out from them are real and go to the disk."
    )
    return Section(title="A run by itself", how=how, rows=rows)
