"""Running the command line as a user does, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROADTEST = [sys.executable, "-m", "sandbox"]
PROJECT = Path(__file__).resolve().parent.parent.parent


def roadtest(
    *arguments: str | Path, cwd: Path = PROJECT, env: Mapping[str, str] | None = None, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run `roadtest ARGUMENTS`; keys of the environment are left out unless given in `env`."""
    return subprocess.run(
        [*ROADTEST, *map(str, arguments)],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def start(*arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start `roadtest ARGUMENTS` and leave it running."""
    return subprocess.Popen(
        [*ROADTEST, *map(str, arguments)],
        cwd=PROJECT,
        env=environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without anybody's model keys, and without a history that runs are recorded in."""
    left = {name: value for name, value in os.environ.items() if name != "ROADTEST_HISTORY"}
    kept = {name: value for name, value in left.items() if not name.endswith("_API_KEY")}
    return {**kept, **(more or {})}


def results(run: Path) -> dict[str, dict[str, Any]]:
    """The terminal records of a run, by candidate."""
    lines = (run / "results.jsonl").read_text("ascii").splitlines()
    return {record["candidate"]: record for record in map(json.loads, lines)}


def events(run: Path, trial: str) -> list[dict[str, Any]]:
    """The log of a trial, by its key."""
    lines = (run / "trials" / trial / "events.jsonl").read_text("ascii").splitlines()
    return [json.loads(line) for line in lines]
