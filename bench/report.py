"""`roadtest report` over a large run: the whole process, its time and its memory."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docker

from bench.rows import Row, Section

TRIALS, TASKS, CANDIDATES, REPEATS = 10_000, 250, 8, 5
AIM_SECONDS, AIM_MB = 5.0, 300
PACKAGES, CATEGORIES = 40, 12
EVERYTHING = ("package", "category", "difficulty", "kind", "fixed_at", "suite", "task", "condition", "rung")
COMMANDS: dict[str, Sequence[str]] = {
    "`roadtest report`": (),
    "`--by` each of nine, tasks too": [word for name in EVERYTHING for word in ("--by", name)],
    "`--json`": ("--json",),
    "`--trials`": ("--trials",),
}


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """Report on 10,000 trials of 250 tasks, 8 candidates and 5 repeats."""
    del client  # nothing here runs in a container
    write_run(folder)
    megabytes = (folder / "results.jsonl").stat().st_size / 1e6
    rows = [Row(what="results.jsonl", measured=f"{TRIALS:,} trials, {megabytes:.1f} MB")]
    for name, options in COMMANDS.items():
        runs = [_ran(folder, options) for _ in range(min(rounds, 3))]
        seconds, memory = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
        # What nobody reads as a whole may take its time.
        aimed = "--trials" not in options
        aim = f"< {AIM_SECONDS:.0f} s, < {AIM_MB} MB" if aimed else "–"
        holds = seconds < AIM_SECONDS and memory < AIM_MB if aimed else None
        rows.append(Row(what=name, measured=f"{seconds:.1f} s, {memory:.0f} MB", aim=aim, holds=holds))
    how = "Simulated records, one in a hundred without a verdict; whole processes. Median time, greatest memory."
    return Section(title="The report", how=how, rows=tuple(rows))


def _ran(folder: Path, options: Sequence[str]) -> tuple[float, float]:
    """Seconds and megabytes of one process."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "sandbox", "report", str(folder), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"roadtest report ended with {process.returncode}")
    kilobytes = used.ru_maxrss / 1024 if sys.platform == "darwin" else used.ru_maxrss
    return time.perf_counter() - started, kilobytes / 1024


def write_run(folder: Path) -> None:
    """The results of a run, always the same ones."""
    luck = random.Random(6)
    easy = [luck.betavariate(0.8, 0.8) for _ in range(TASKS)]
    records = [
        _record(luck, task, candidate, repeat, easy[task])
        for repeat in range(REPEATS)
        for task in range(TASKS)
        for candidate in range(CANDIDATES)
    ]
    assert len(records) == TRIALS
    lines = [json.dumps(record, separators=(",", ":")) + "\n" for record in records]
    (folder / "results.jsonl").write_text("".join(lines), "ascii")


def _record(luck: random.Random, task: int, candidate: int, repeat: int, easy: float) -> dict[str, Any]:
    verdict = "accepted" if luck.random() < easy else luck.choice(["wrong", "wrong", "partial", "budget"])
    verdict = "infra-error" if luck.random() < 0.01 else verdict
    name, suite, of_task = f"openai/model-{candidate}", f"suite{task % 5}", f"task-{task}"
    faults = {"bad-json": luck.randrange(1, 4), "missing-argument": 1} if luck.random() < 0.4 else {}
    fixed = None if task % 4 == 0 else f"20{20 + task % 7}-{1 + task % 12:02}-{1 + task % 28:02}"
    about = {"package": f"package{task % PACKAGES}", "category": f"category{task % CATEGORIES}", "fixed_at": fixed}
    about |= {"difficulty": ("small", "medium", "large")[task % 3], "kind": "release" if fixed else "mutation"}
    events = dict.fromkeys(("fixes", "regressions", "reintroductions", "state_cycles", "alternation_max"), 0)
    spent = {"model_s": 90.0, "tool_s": 8.0, "env_s": 0.7, "judge_s": 4.0, "probe_s": 0.0}
    return {
        "v": 1,
        "trial": f"{suite}/{of_task}/{name.replace('/', '%2F')}/field/{repeat}",
        "task": of_task,
        "suite": suite,
        "item": None,
        "rung": "report",
        "candidate": name,
        "condition": "field",
        "repeat": repeat,
        "judge": "in-process",
        "about": about,
        "verdict": verdict,
        "reason": "every bug fixed, every guard intact" if verdict == "accepted" else "not fixed: escape, index",
        "score": float(verdict == "accepted"),
        "bugs": {"escape": "P", "index": "F"},
        "calls": {
            "total": 40,
            "valid": 36,
            "refused": 2,
            "faults": faults,
            "recovered": 2,
            "faulty": 4,
            "advisory": {},
        },
        "oscillation": {"checkpoints": 3, **events, "index": None},
        "usage": {"model_calls": 41, "prompt_tokens": 400_000, "completion_tokens": 6_000, "cost_usd": luck.random()},
        "time": {"wall_s": round(60 + 100 * luck.random(), 3), **spent},
        "flags": [],
    }
