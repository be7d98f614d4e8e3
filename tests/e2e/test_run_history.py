"""Runs that are recorded as they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import toy
from tests.support.command import roadtest


def recorded(folder: Path, *words: str) -> list[tuple[str, str, float]]:
    """Of each candidate and each run in the history: accepted."""
    done = roadtest("history", "--db", folder / "h.sqlite3", "--baseline", "1", "--json", *words)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["candidates"]
    return [(one["candidate"], night["run"], night["rate"]) for one in found for night in one["nights"]]


@pytest.mark.docker
def test_runs_that_are_recorded_are_in_the_history_once_each(tmp_path: Path) -> None:
    task, db = toy.make_task(tmp_path), tmp_path / "h.sqlite3"
    words = ("run", task, "--model", "scripted:nop")
    first = roadtest(*words, "--out", tmp_path / "a", "--history", db)
    assert (first.returncode, "as runs/a, 1 trial\n" in first.stderr) == (0, True), first.stderr
    assert recorded(tmp_path) == [("scripted:nop", "runs/a", 0.0)]
    more = ("--model", "scripted:oracle", "--resume", "--out", tmp_path / "a")
    again = roadtest(*words, *more, env={"ROADTEST_HISTORY": str(db)})
    assert (again.returncode, "as runs/a, 2 trials\n" in again.stderr) == (0, True), again.stderr
    assert recorded(tmp_path) == [("scripted:nop", "runs/a", 0.0), ("scripted:oracle", "runs/a", 1.0)]
    out = ("--out", tmp_path / "b", "--history", db)
    replayed = roadtest("run", task, "--model", "scripted:nop", "--replay", tmp_path / "a", *out)
    assert (replayed.returncode, "as runs/b" in replayed.stderr) == (0, False), replayed.stderr
    other = roadtest(*words, "--out", tmp_path / "elsewhere" / "a", "--history", db)
    assert (other.returncode, "has another run runs/a: this one is not recorded" in other.stderr) == (0, True)
    assert len(recorded(tmp_path)) == 2


@pytest.mark.parametrize(
    ("where", "nights"), [("nowhere/h.sqlite3", "n"), ("nosuch://h", "n"), ("toy", "n"), ("h.sqlite3", "n" * 200)]
)
def test_what_could_not_be_recorded_is_known_before_anything_runs(tmp_path: Path, where: str, nights: str) -> None:
    task = toy.make_task(tmp_path)
    done = roadtest(
        "run",
        task,
        "--model",
        "scripted:nop",
        "--out",
        "out",
        "--history",
        where,
        "--nights",
        nights,
        cwd=tmp_path,
        env={"DOCKER_HOST": "unix:///nowhere"},
    )
    assert done.returncode in (2, 3)
    assert (done.stdout, done.stderr.count("\n")) == ("", 1), done.stderr
    assert not (tmp_path / "out").exists()
