"""What a check of tasks has found and need not find again: as long as all is the same, and not for ever."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.checks import CheckKey, Checks
from sandbox.journal import Journal
from sandbox.proofs import GOOD_FOR, Proofs

KEY: CheckKey = ("tree", "image", "exam", None, 0)
ANSWER = json.dumps({"planted": [], "outcomes": {"a.py::t": "passed"}}).encode()


def a_trial(folder: Path, **changes: Any) -> Path:
    """A log with one check in it."""
    journal = Journal.open(folder)
    facts = {
        "judge": "in-process",
        "purpose": "score",
        "exam": 0,
        "selected": None,
        "source": "tree",
        "tests_digest": "exam",
        "cached": False,
        "bugs": {"a": "P"},
        "guards": {"a.py": "P"},
        "outcomes": {"a.py::t": "passed"},
        "imports": True,
        "tampering": [],
        "incomplete": False,
        "dead_canaries": ["why"],
        "score": 1.0,
        "answer": journal.blob(ANSWER),
        "suite_seconds": 2.5,
        "seconds": 3.0,
    }
    journal.write("check.ran", {**facts, **changes})
    journal.close()
    return folder


def kept(tmp_path: Path, **changes: Any) -> Proofs:
    proofs = Proofs(folder=tmp_path / "proofs")
    proofs.keep("image", a_trial(tmp_path / "trial", **changes))
    return proofs


def test_a_judged_tree_comes_back_as_it_was(tmp_path: Path) -> None:
    proofs = kept(tmp_path)
    found = Checks(before=proofs).get(KEY)
    assert found is not None
    assert found.answer() == ANSWER
    assert (found.seconds, found.judgement.bugs, found.judgement.score) == (2.5, {"a": "P"}, 1.0)
    assert found.judgement.dead_canaries == ("why",)
    assert proofs.foresees("image", "exam")


@pytest.mark.parametrize(
    "key",
    [
        ("other", "image", "exam", None, 0),
        ("tree", "other", "exam", None, 0),
        ("tree", "image", "other", None, 0),
        ("tree", "image", "exam", frozenset({"a"}), 0),
        ("tree", "image", "exam", None, 1),
    ],
)
def test_another_tree_image_exam_or_run_is_not_known(tmp_path: Path, key: CheckKey) -> None:
    assert Checks(before=kept(tmp_path)).get(key) is None


@pytest.mark.parametrize(
    "changes", [{"purpose": "confirm"}, {"selected": ["a"]}, {"cached": True}, {"score": 0.0, "outcome": {}}]
)
def test_only_whole_first_checks_are_kept(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert kept(tmp_path, **changes).recall(KEY) is None


def test_who_wants_all_anew_gets_nothing_back(tmp_path: Path) -> None:
    kept(tmp_path).note_clean(["image", "line"])
    fresh = Proofs(folder=tmp_path / "proofs", fresh=True)
    assert fresh.recall(KEY) is None
    assert not fresh.foresees("image", "exam")
    assert not fresh.is_clean(["image", "line"])


def test_what_is_old_or_broken_is_not_believed(tmp_path: Path) -> None:
    proofs = kept(tmp_path)
    proofs.note_clean(["image", "line"])
    files = [path for path in (tmp_path / "proofs").rglob("*") if path.is_file()]
    (judged,) = (path for path in files if "judged" in path.parts)
    judged.write_text("{}")
    assert proofs.recall(KEY) is None
    proofs = kept(tmp_path / "again")
    old = time.time() - GOOD_FOR - 1
    for path in [*files, *(tmp_path / "again" / "proofs").rglob("*")]:
        os.utime(path, (old, old))
    assert proofs.recall(KEY) is None
    assert not Proofs(folder=tmp_path / "proofs").is_clean(["image", "line"])


def test_a_search_is_known_by_all_that_went_into_it(tmp_path: Path) -> None:
    proofs = Proofs(folder=tmp_path)
    proofs.note_clean(["image", "line"])
    assert proofs.is_clean(["image", "line"])
    assert not proofs.is_clean(["image", "lin", "e"])
    assert not proofs.is_clean(["imageline"])
