"""`suite reprove` with real proofs: what is due is proved and kept; a task that held once and does not now is named."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from sandbox.loader import load_task
from sandbox.nights.history import History
from sandbox.nights.night import Proof
from tests.support.command import roadtest
from tests.support.toy import FIXED, make_task

pytestmark = pytest.mark.docker


def test_a_task_whose_truth_has_drifted_is_found(tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    sound = make_task(tmp_path / "tasks")
    for name in ("drifted", "fresh"):
        make_task(tmp_path / name).rename(sound.parent / name)
    # What it was proved with once does not do any more, though nobody changed the task since.
    script = sound.parent / "drifted" / "solution" / "solve.sh"
    script.write_text(script.read_text("utf-8").replace(FIXED, FIXED.replace("a + b", "a * b")), "utf-8")
    now = datetime.datetime.now(datetime.UTC)
    with History(db) as history:
        for name, days in (("drifted", 40), ("fresh", 1)):
            task = load_task(sound.parent / name)
            at = (now - datetime.timedelta(days=days)).isoformat()
            history.add_proof(Proof(task=task.name, task_digest=task.digest, at=at, roadtest="1", faults=""))

    done = roadtest("suite", "reprove", tmp_path / "tasks", "--older-than", "30", "--runs", "1", "--db", db)
    assert done.returncode == 1, done.stderr
    assert "2 of 3 tasks are due" in done.stderr
    lines = done.stdout.splitlines()
    assert "toy/calc: holds" in lines
    place = lines.index("toy/drifted: has drifted")
    assert "with the reference solution" in lines[place + 1]
    assert "fresh" not in done.stdout

    with History(db) as history:
        kept = {name: [proof.holds for proof in proofs] for name, proofs in history.proofs().items()}
    assert kept == {"toy/calc": [True], "toy/drifted": [True, False], "toy/fresh": [True]}
    again = roadtest("suite", "reprove", tmp_path / "tasks", "--older-than", "30", "--plan", "--db", db)
    assert (again.returncode, again.stdout) == (0, "")
