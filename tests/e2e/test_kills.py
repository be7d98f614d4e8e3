"""A run that is killed again and again, at moments that nobody chose, and gone on with each time."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import docker
import pytest

from sandbox import schema
from tests.support import toy
from tests.support.command import roadtest, start
from tests.support.docker import leftovers, run_id
from tests.support.toy import SUBMIT, bash, write

pytestmark = [pytest.mark.docker, pytest.mark.slow]

KILLS = 12
SEED = 20


def test_nothing_is_lost_or_doubled_by_kills(tmp_path: Path, engine: docker.DockerClient) -> None:
    task = toy.make_task(tmp_path)
    right = toy.make_script(tmp_path / "right.jsonl", [bash("sleep 0.5"), write("calc.py", toy.FIXED), SUBMIT])
    models = ["--model", "scripted:oracle", "--model", "scripted:nop", "--model", right]
    arguments: list[str | Path] = ["run", task, *models, "--repeats", "4", "--out", tmp_path / "out", "--resume"]
    rng = random.Random(SEED)
    runs: set[str] = set()
    seen: dict[str, str] = {}
    for _ in range(KILLS):
        process = start(*arguments)
        try:
            process.communicate(timeout=rng.uniform(0.3, 4.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate(timeout=60)
        lock = tmp_path / "out" / "lock.json"
        runs |= {run_id(tmp_path / "out")} if lock.exists() else set()
        for line in _lines(tmp_path / "out"):
            trial = json.loads(line)["trial"]
            assert seen.setdefault(trial, line) == line, "a finished trial was run again"
    done = roadtest(*arguments)
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in _lines(tmp_path / "out")]
    assert len(records) == len({record["trial"] for record in records}) == 12
    for record in records:
        schema.check("result.v1", record, file=record["trial"])
        assert record["verdict"] == ("wrong" if "nop" in record["candidate"] else "accepted"), record
    assert [name for run in runs for name in leftovers(engine, run)] == []


def _lines(out: Path) -> list[str]:
    """Whole lines only: a kill may tear the last one."""
    path = out / "results.jsonl"
    text = path.read_text("ascii") if path.exists() else ""
    return text[: text.rfind("\n") + 1].splitlines()
