"""`roadtest compare` and `roadtest history` over 10,000 trials and more: whole processes, their time and memory."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import docker

from bench.rows import Row, Section
from sandbox.gap.simulate import record
from sandbox.nights.history import History

AIM_SECONDS = 5.0
# Of each of the two runs: one candidate, so many tasks in so many repos.
TASKS, REPEATS, REPOS = 1000, 10, 40
# Of a night: tasks, repeats, candidates.
NIGHT = (60, 3, 2)
NIGHTS = {"10,080 trials": 28, "131,400 trials (a year)": 365}
DIGEST = "a" * 64


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """Two runs of 10,000 trials each; nights of 360."""
    del client  # nothing here runs in a container
    turns = min(rounds, 3)
    for name, rate in (("a", 0.7), ("b", 0.65)):
        _write_run(folder / name, list(_records(name, rate)))
    rows = [
        _row("`roadtest compare`, two runs of 10,000 trials", ["compare", str(folder / "a"), str(folder / "b")], turns),
        _row(
            "`compare --gate`, slices by repo",
            ["compare", str(folder / "a"), str(folder / "b"), "--by", "package", "--gate"],
            turns,
            codes=(0, 1),
        ),
    ]
    for name, nights in NIGHTS.items():
        db = folder / f"{nights}.sqlite3"
        _fill(db, nights)
        aim = nights == min(NIGHTS.values())
        rows.append(_row(f"`roadtest history`, {name}", ["history", "--db", str(db)], turns, aimed=aim))
        plot = ["history", "--db", str(db), "--plot", str(folder / "p.svg")]
        rows.append(_row(f"`history --plot`, {name}", plot, turns, aimed=aim))
        rows.append(_row(f"`suite stats`, {name}", ["suite", "stats", "--db", str(db)], turns, aimed=aim))
    how = "Simulated records; nights of 60 tasks × 3 repeats × 2 candidates. Whole processes: median time, most memory."
    return Section(title="Comparing, and the history", how=how, rows=tuple(rows))


def _row(what: str, words: Sequence[str], rounds: int, *, aimed: bool = True, codes: Sequence[int] = (0,)) -> Row:
    runs = [_ran(words, codes) for _ in range(rounds)]
    seconds, memory = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
    return Row(
        what=what,
        measured=f"{seconds:.1f} s, {memory:.0f} MB",
        aim=f"< {AIM_SECONDS:.0f} s" if aimed else "–",
        holds=seconds < AIM_SECONDS if aimed else None,
    )


def _ran(words: Sequence[str], codes: Sequence[int]) -> tuple[float, float]:
    """Seconds and megabytes of one process."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "sandbox", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise RuntimeError(f"roadtest {words[0]} ended with {process.returncode}")
    kilobytes = used.ru_maxrss / 1024 if sys.platform == "darwin" else used.ru_maxrss
    return time.perf_counter() - started, kilobytes / 1024


def _records(seed: str, rate: float) -> Iterator[dict[str, Any]]:
    luck = random.Random(seed)
    for task in range(TASKS):
        for repeat in range(REPEATS):
            yield record("m", "report", f"i{task}", f"r{task % REPOS}", repeat, luck.random() < rate)


def _write_run(run: Path, records: Sequence[dict[str, Any]]) -> None:
    run.mkdir()
    inputs: dict[str, Any] = {"tasks": {f"{row['suite']}/{row['task']}": DIGEST for row in records}, "tools": {}}
    inputs["candidates"] = {"m": {"kind": "model", "api_base": None, "settings": {}, "digest": DIGEST}}
    lock = {"v": 1, "at": "", "run": run.name, "argv": [], "inputs": inputs, "versions": {}}
    (run / "lock.json").write_text(json.dumps(lock), "ascii")
    lines = [json.dumps(row, separators=(",", ":")) + "\n" for row in records]
    (run / "results.jsonl").write_text("".join(lines), "ascii")


def _fill(db: Path, nights: int) -> None:
    luck = random.Random(nights)
    tasks, repeats, candidates = NIGHT
    with History(db) as history:
        for number in range(nights):
            rows = [
                record(f"m{who}", "report", f"i{task}", f"r{task}", repeat, luck.random() < 0.7)
                for who in range(candidates)
                for task in range(tasks)
                for repeat in range(repeats)
            ]
            digests = {f"{row['suite']}/{row['task']}": DIGEST for row in rows}
            history.record(f"n{number}", f"2026-{number:04}", "nightly", rows, digests, version="1")
