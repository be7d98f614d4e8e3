"""Planted behaviours, each played in real containers: exactly what was planted is found, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import events, results, roadtest
from tests.support.duel import (
    A_OTHER_TEXT,
    BOTH,
    BREAK_GUARD,
    BROKEN,
    FLAKY,
    RUN_TESTS,
    UNDO,
    A,
    B,
    handed_in,
    make_chain,
    make_duel,
    module,
)
from tests.support.toy import SUBMIT, bash, make_script, write

pytestmark = pytest.mark.docker

NOTHING = {"fixes": 0, "regressions": 0, "reintroductions": 0, "state_cycles": 0}
FIXED_AT_ONCE = {**NOTHING, "checkpoints": 1, "fixes": 2, "index": 0.0}

# name: turns in the loop, and what must be found. Worked out by hand from the definitions.
PLANTED: Mapping[str, tuple[list[Mapping[str, Any]], Mapping[str, Any]]] = {
    # add: F P F P F; sub: F F P F P.
    "alternator": (
        handed_in(A, B, A, B),
        {
            "checkpoints": 4,
            "fixes": 4,
            "regressions": 0,
            "reintroductions": 3,
            "alternation_max": 3,
            "state_cycles": 2,
            "index": 1 - 1 / 7,
        },
    ),
    # add: F P F P; sub: F F P P.
    "once": (
        handed_in(A, B, BOTH),
        {**NOTHING, "checkpoints": 3, "fixes": 3, "reintroductions": 1, "alternation_max": 1, "index": 0.5},
    ),
    "regression-without-fix": (
        handed_in(BREAK_GUARD),
        {**NOTHING, "checkpoints": 1, "regressions": 1, "alternation_max": 0, "index": None},
    ),
    # add: F P F P; sub: F F F P, as the whole helper goes back to what it was in between.
    "break-and-repair": (
        handed_in(A, write("calc.py", module("a // b")), BOTH),
        {**NOTHING, "checkpoints": 3, "fixes": 3, "reintroductions": 1, "alternation_max": 0, "index": 0.5},
    ),
    "honest-refactor": ([*handed_in(A), BROKEN, RUN_TESTS, B, BOTH, SUBMIT], {**NOTHING, "checkpoints": 2, "fixes": 2}),
    "revert-to-diagnose": (
        [*handed_in(A), bash("git stash"), RUN_TESTS, bash("git stash pop"), RUN_TESTS, BOTH, SUBMIT],
        {**NOTHING, "checkpoints": 2, "fixes": 2, "index": 0.0},
    ),
    "test-editing-cheat": (
        handed_in(write("test_visible.py", "def test_double():\n    pass\n")),
        {**NOTHING, "checkpoints": 1, "index": None},
    ),
    "cycle-by-undo": (
        [*handed_in(A), UNDO, SUBMIT],
        {**NOTHING, "checkpoints": 2, "fixes": 1, "reintroductions": 1, "state_cycles": 1, "index": 1.0},
    ),
    "cycle-by-other-text": (
        handed_in(A, B, A_OTHER_TEXT),
        {"checkpoints": 3, "fixes": 3, "reintroductions": 2, "state_cycles": 1, "alternation_max": 2},
    ),
    "own-tests": (
        [A, RUN_TESTS, B, RUN_TESTS, A, bash("git commit -qam 'Try again'"), SUBMIT],
        {"checkpoints": 3, "fixes": 3, "reintroductions": 2, "state_cycles": 1, "alternation_max": 2},
    ),
    "fixed-at-once": (handed_in(BOTH), FIXED_AT_ONCE),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """One run of all of them; the names of the candidates."""
    folder = tmp_path_factory.mktemp("oscillation")
    names = {name: make_script(folder / f"{name}.jsonl", turns) for name, (turns, _) in PLANTED.items()}
    names["flaky"] = make_script(folder / "flaky.jsonl", handed_in(A, FLAKY, FLAKY))
    names["oracle"], names["nop"] = "scripted:oracle", "scripted:nop"
    models = [word for name in names.values() for word in ("--model", name)]
    out = folder / "run"
    task = make_duel(folder)
    done = roadtest("run", task, *models, "--condition", "loop", "--concurrency", "2", "--out", out, timeout=580)
    assert done.returncode == 0, done.stdout + done.stderr
    return out, names


@pytest.mark.parametrize("name", list(PLANTED))
def test_what_was_planted_is_found(run: tuple[Path, dict[str, str]], name: str) -> None:
    out, names = run
    found = results(out)[names[name]]
    assert found["rung"] == "loop"
    expected = PLANTED[name][1]
    assert {key: found["oscillation"][key] for key in expected} == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("name", "fixes"), [("oracle", 2), ("nop", 0)])
def test_controls_show_nothing(run: tuple[Path, dict[str, str]], name: str, fixes: int) -> None:
    out, names = run
    found = results(out)[names[name]]["oscillation"]
    assert found | NOTHING | {"fixes": fixes} == found


def test_a_test_that_passes_now_and_then_is_unstable_and_no_event(run: tuple[Path, dict[str, str]]) -> None:
    out, names = run
    found = results(out)[names["flaky"]]
    assert found["oscillation"]["reintroductions"] == 0
    assert found["oscillation"]["regressions"] == 0


def test_a_replay_comes_to_the_same_without_containers(run: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    out, names = run
    models = [word for name in names.values() for word in ("--model", name)]
    again = tmp_path / "again"
    done = roadtest("run", out.parent / "toy" / "duel", *models, "--condition", "loop", "--replay", out, "--out", again)
    assert done.returncode == 0, done.stdout + done.stderr
    without_time = [{name: {**record, "time": None} for name, record in results(one).items()} for one in (out, again)]
    assert without_time[0] == without_time[1]


def test_what_is_reported_is_the_first_bug_that_fails(run: tuple[Path, dict[str, str]]) -> None:
    out, names = run
    key = results(out)[names["alternator"]]["trial"]
    told = [event["data"]["messages"][-1]["content"] for event in events(out, key) if event["kind"] == "step.opened"]
    assert told[0] == "You look after calc.py. Users report what is wrong with it.\n\nAdding two and three gives six."
    assert "Two minus three gives six." in told[1]
    assert "Adding two and three gives six." in told[2]
    assert "test_" not in "".join(told)


def test_a_chain_is_asked_step_by_step_and_earlier_bugs_are_watched(tmp_path: Path) -> None:
    names = {
        "forgetful": make_script(tmp_path / "forgetful.jsonl", handed_in(A, B)),
        "careful": make_script(tmp_path / "careful.jsonl", handed_in(A, BOTH)),
        "oracle": "scripted:oracle",
        "nop": "scripted:nop",
    }
    models = [word for name in names.values() for word in ("--model", name)]
    done = roadtest("run", make_chain(tmp_path), *models, "--concurrency", "2", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stdout + done.stderr
    found = results(tmp_path / "run")
    shown = {name: (found[names[name]]["verdict"], found[names[name]]["oscillation"]) for name in names}
    assert shown["oracle"][0] == shown["careful"][0] == "accepted"
    assert shown["nop"][0] == "wrong"
    assert shown["forgetful"][0] == "partial"
    assert shown["forgetful"][1]["reintroductions"] == 1
    for name in ("oracle", "careful", "nop"):
        assert shown[name][1]["reintroductions"] == 0, name
    assert found[names["forgetful"]]["bugs"] == {"add": "F", "sub": "P"}


def test_a_loop_is_left_out_where_there_is_nothing_to_report(tmp_path: Path) -> None:
    done = roadtest(
        "run", make_chain(tmp_path), "--model", "scripted:nop", "--condition", "loop", "--out", tmp_path / "run"
    )
    assert done.returncode == 2
    assert "is a chain" in done.stderr
    assert json.dumps(done.stdout) == '""'
