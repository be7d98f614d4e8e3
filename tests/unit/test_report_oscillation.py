"""Bugs that come back, told: the matrix, what proves each event, figures by candidate, and what is said where."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console

from sandbox import score
from sandbox.cli import main
from sandbox.detect.oscillation import Distance
from sandbox.errors import BadInput
from sandbox.events import Event
from sandbox.oscillating import read_oscillation
from sandbox.probing import wanted
from sandbox.report.oscillation import read_trial
from sandbox.report.oscillation_changes import with_diffs
from sandbox.report.oscillation_data import Change, Column, Doubt, Origin, Return, Revert, Row, TrialOscillation
from sandbox.report.oscillation_figures import BOTH, TURNS, as_data, oscillation_report, remarks
from sandbox.report.oscillation_matrix import matrix_lines
from sandbox.report.oscillation_tables import _limit, tables
from sandbox.report.oscillation_text import trial_lines, trials_lines
from sandbox.report.standings import FLAGS
from sandbox.report.transcript import transcribe
from sandbox.report.transcript_lines import Page
from sandbox.report.transcript_text import transcript_lines
from sandbox.story import read_story
from tests.support.builders import Log
from tests.support.played import Judge, Played, statuses

BUGS = {"a": None, "b": None}
TABLE = {
    "start": {"a": "F", "b": "F", "g.py": "P"},
    "one": {"a": "P", "b": "F", "g.py": "P"},
    "two": {"a": "F", "b": "P", "g.py": "P"},
    "both": {"a": "P", "b": "P", "g.py": "P"},
    "torn": {"a": "F", "b": "F", "g.py": "F"},
}
DIFF = """\
diff --git a/calc.py b/calc.py
index 1111111..2222222 100644
--- a/calc.py
+++ b/calc.py
@@ -1,2 +1,2 @@
 def add(a, b):
-    return a - b
+    return a + b
"""


def loop(*trees: str, rounds: int = 30) -> Played:
    played = Played(bugs=BUGS, guards=("g.py",), rounds=rounds)
    for index, tree in enumerate(trees):
        a_round(played, index, tree)
    return played


def a_round(played: Played, index: int, tree: str) -> None:
    played.begin(f"round-{index + 1}", index)
    played.call(tree)
    played.end(tree, index=index)


def finished(played: Played, judge: Judge | None = None, *, verdict: str = "wrong", told: bool = True) -> list[Event]:
    """The log at its end, with one hidden test a unit; `told`: the opening says whose they are."""
    played.probe(judge or statuses(TABLE))
    events = played.log.close(verdict)
    for place, event in enumerate(events):
        if event.kind == "check.ran":
            found = {**event.data["bugs"], **event.data["guards"]}
            words = {test_of(unit): "failed" if status == "F" else "passed" for unit, status in found.items()}
            events[place] = dataclasses.replace(event, data={**event.data, "outcomes": words})
    if not told:
        bugs = [{"id": bug["id"], "step": bug["step"]} for bug in events[0].data["bugs"]]
        events[0] = dataclasses.replace(events[0], data={**events[0].data, "bugs": bugs})
    else:
        bugs = [{**bug, "tests": [test_of(bug["id"])]} for bug in events[0].data["bugs"]]
        events[0] = dataclasses.replace(events[0], data={**events[0].data, "bugs": bugs})
    return events


def test_of(unit: str) -> str:
    return f"{unit}::test" if unit.endswith(".py") else f"t.py::{unit}"


test_of.__test__ = False  # type: ignore[attr-defined]


def named(found: TrialOscillation, **names: Any) -> TrialOscillation:
    return dataclasses.replace(found, trial=f"suite/sample/{names.get('candidate', 'x')}/loop/0", **names)


def matrix(found: TrialOscillation, width: int | None = 80) -> list[str]:
    return [line.plain for line in matrix_lines(found, Page(width=width, full=False))]


def told(found: TrialOscillation, *, width: int | None = 80, fixes: bool = False) -> str:
    return "\n".join(line.plain for line in trial_lines(found, Page(width=width, full=False), fixes=fixes))


# --- the matrix ---


def test_an_alternator_is_seen_at_once() -> None:
    assert matrix(read_trial(finished(loop("one", "two", "one", "two")))) == [
        "     start  1       2       3       4",
        "            r1      r2      r3      r4",
        "            submit  submit  submit  submit",
        "  a  ✗      ✓↑      ✗◀      ✓↑      ✗◀",
        "  b  ✗      ✗       ✓↑      ✗◀      ✓↑",
        "",
        "  1 guard file held",
        "  ✗ wrong   ✓↑ fixed   ✗◀ came back",
    ]


def test_own_checkpoints_stand_in_brackets_and_what_broke_has_a_mark_of_its_own() -> None:
    played = Played(bugs=BUGS, guards=("g.py",))
    played.begin("main", 0)
    played.call("one", own="tests")
    played.call("torn")
    played.end("torn")
    assert matrix(read_trial(finished(played))) == [
        "              start  (1)    2",
        "                     tests  submit",
        "  a           ✗      ✓↑     ✗◀",
        "  b           ✗      ✗      ✗",
        "  guard g.py  ✓      ✓      ✗↓",
        "",
        "  ✓ right   ✗ wrong   ✓↑ fixed   ✗◀ came back   ✗↓ broke   (n) the candidate's",
        "  own tests or commit (T1)",
    ]


def test_many_checkpoints_are_shown_in_blocks_that_fit() -> None:
    found = read_trial(finished(loop(*["one", "two"] * 10)))
    found = dataclasses.replace(found, rows=(dataclasses.replace(found.rows[0], unit="a" * 70), *found.rows[1:]))
    lines = matrix(found)
    assert max(map(cell_len, lines)) <= 80
    heads = [line for line in lines if line.strip() and all(word.isdigit() or word == "start" for word in line.split())]
    assert [int(word) for line in heads for word in line.split() if word != "start"] == list(range(1, 21))
    assert sum("aaa…aaa" in line for line in lines) == len(heads)
    unfolded = matrix(found, None)
    assert unfolded[0].split() == ["start", *map(str, range(1, 21))]


def test_in_a_chain_a_bug_is_not_judged_before_it_is_asked_for() -> None:
    played = Played(bugs={"a": "sums", "b": "rest"}, steps=("sums", "rest"))
    for index, (step, tree) in enumerate([("sums", "one"), ("rest", "two")]):
        played.begin(step, index)
        played.call(tree)
        played.end(tree, index=index)
    found = read_trial(finished(played))
    assert [(row.unit, row.step, row.statuses) for row in found.rows] == [
        ("a", 0, ("F", "P", "F")),
        ("b", 1, ("F", None, "P")),
    ]
    assert matrix(found)[3:5] == ["  a (s1)  ✗      ✓↑      ✗◀", "  b (s2)  ✗      ·       ✓↑"]
    assert "a came back at checkpoint 2 (step rest: submit)" in told(found, width=None)


def test_in_a_chain_that_the_same_tests_fail_again_says_nothing() -> None:
    played = Played(bugs={"a": "sums", "b": "rest"}, steps=("sums", "rest"))
    for index, step in enumerate(("sums", "rest")):
        played.begin(step, index)
        played.end("start", index=index)
    found = read_trial(finished(played))
    assert [row.statuses for row in found.rows] == [("F", "F", "F"), ("F", None, "F")]
    assert found.returns == ()


def test_what_is_unstable_or_was_not_confirmed_is_marked_and_told() -> None:
    def judge(tree: str, unit: str, time: int) -> str:
        return "PF"[time % 2] if (tree, unit) == ("both", "b") else TABLE[tree][unit]

    found = read_trial(finished(loop("one", "both"), judge))
    assert [row.marks for row in found.rows[:2]] == [("wrong", "fixed", "right"), ("wrong", "wrong", "unstable")]
    (doubt,) = found.unstable
    assert (doubt.unit, doubt.checkpoint, doubt.passed < doubt.runs) == ("b", 2, True)
    assert "b is unstable at checkpoint 2" in told(found)
    assert found.is_eventful
    played = loop("one")
    for tree in ("start", "one"):
        played._answer(
            next(want for want in wanted(read_story(played.log.events)) if want.tree.endswith(tree.encode().hex())),
            statuses(TABLE),
            lambda _: True,
        )
    once = read_trial(played.log.close("wrong"))
    assert once.rows[0].marks == ("wrong", "unconfirmed")
    assert once.rows[0].statuses == ("F", "P")
    assert any(line.endswith("✓?") for line in matrix(once))
    assert once.unconfirmed == (Doubt(unit="a", checkpoint=1, passed=1, runs=1),)
    assert "do not confirm" in told(once)


def test_what_was_not_run_yet_is_not_said_to_be_unconfirmed() -> None:
    played = loop("one")
    for tree in ("start", "one"):
        want = next(want for want in wanted(read_story(played.log.events)) if want.tree.endswith(tree.encode().hex()))
        played._answer(want, statuses(TABLE), lambda _: True)
    running = told(read_trial(played.log.events), width=None)
    assert "a changed at checkpoint 1, which three runs on either side have to confirm" in running
    assert "they have not been run yet" in running
    assert "do not confirm" not in running
    played.log.add("fault", origin="sandbox", stage="probe", error="ProbingStopped", message="late", final=False)
    stopped = told(read_trial(played.log.close("wrong")), width=None)
    assert "they were not all run" in stopped
    assert "do not confirm" not in stopped


def test_how_many_states_were_judged_is_said_where_some_were_not() -> None:
    played = Played(bugs=BUGS, guards=("g.py",))
    played.begin("main", 0)
    for number in range(6):
        played.call(f"own{number}", own="tests")
    played.end("both")
    table = TABLE | {f"own{number}": TABLE["one"] for number in range(6)}
    want = {want.tree: want for want in wanted(read_story(played.log.events))}
    for tree in list(want)[:4]:
        played._answer(want[tree], statuses(table), lambda _: True)
    found = read_trial(played.log.close("wrong"))
    assert found.judged == (3, 7)
    assert "judged 3 of 7 states" in told(found).partition("\n\n")[0]
    data = as_data(report(found))
    assert data["trials"][0]["judged"] == data["candidates"][0]["judged"] == {"states": 3, "of": 7}
    assert "judged 3 of 7 states that count" in "\n".join(data["remarks"])
    whole = read_trial(finished(loop("one", "two")))
    assert whole.judged == (2, 2)
    assert "judged" not in told(whole).partition("\n\n")[0]


@pytest.mark.parametrize("width", range(30, 100))
def test_a_heading_is_folded_between_facts_and_never_leaves_a_number_alone(width: int) -> None:
    found = dataclasses.replace(
        read_trial(finished(loop("one", "two"))),
        trial="suite/sample/scripted:%2Ftmp%2Fturns%2Fring.jsonl/loop/0",
    )
    head = told(found, width=width).partition("\n\n")[0].split("\n")
    key = head[: next(index for index, line in enumerate(head) if "wrong" in line)]
    assert "".join(line.strip() for line in key) == found.trial
    assert not any(line.strip() == "0" for line in head)
    assert " · ".join(line.strip() for line in head[len(key) :]).count(" · ") == 6
    assert all(cell_len(line) <= width for line in head)


# --- what proves an event ---


def test_an_event_has_its_step_its_call_its_tests_and_how_often_it_was_seen() -> None:
    found = read_trial(finished(loop("one", "two")))
    (back,) = found.events
    assert back == Change(
        unit="a",
        unit_kind="bug",
        kind="reintroduction",
        before=1,
        checkpoint=2,
        fixed_at=1,
        since_fix=Distance(checkpoints=1, calls=1, tokens=12, steps=1),
        origin=Origin(by="call", step=2, call="c2", tool="bash", commit="c" * 40, scanned=True),
        failing=("t.py::a",),
        failing_how={"failed": 1},
        seen_before=3,
        seen_after=3,
    )
    text = told(found, width=None)
    assert (
        "✗◀ a came back at checkpoint 2 (round 2: submit), 1 checkpoint and 1 call after its fix at checkpoint 1"
        in text
    )
    assert "step 2: bash (call c2), commit cccccccccc" in text
    assert "t.py::a" in text
    assert "3 of 3 before, 3 of 3 after" in text
    assert "was fixed" not in text
    assert "✓↑ b was fixed at checkpoint 2" in told(found, width=None, fixes=True)


def test_the_step_is_the_one_that_show_gives_it() -> None:
    events = finished(loop("one", "two", "one"))
    steps = transcribe(with_bodies(events)).steps
    for change in read_trial(events).events:
        assert change.origin is not None
        assert change.origin.step is not None
        assert [call.call for call in steps[change.origin.step - 1].calls] == [change.origin.call]


def with_bodies(events: list[Event]) -> list[Event]:
    """With what a transcript shows beside."""
    more = {"labels": [], "files": 1, "bytes": 1, "skipped": 0, "killed": 0}
    return [dataclasses.replace(event, data={**more, **event.data}) for event in events]


def test_what_no_call_left_was_done_by_programs_that_went_on() -> None:
    played = loop("one")
    played.begin("round-2", 1)
    played.call("one")
    played.end("torn", index=1)
    found = read_trial(finished(played))
    assert {change.origin.by for change in found.events if change.origin} == {"seal"}
    assert "programs that were left running did it" in told(found, width=None)


def test_a_state_that_is_not_in_the_history_leaves_open_which_call_it_was() -> None:
    played = loop("one")
    played.begin("round-2", 1)
    played.call("both", commit=None)
    played.call("torn")
    played.call("torn")
    played.end("torn", index=1)
    events = finished(played)
    origins = [change.origin for change in read_trial(events).events]
    assert origins == [Origin(by="unknown", steps=(2, 4))] * 2
    assert "not narrowed down to one call; it lies in steps 2 to 4" in told(read_trial(events), width=None)


def test_a_call_whose_state_was_only_kept_at_the_checkpoint_did_it_all_the_same() -> None:
    played = loop("one")
    played.begin("round-2", 1)
    played.call("two", commit=None)
    played.end("two", index=1)
    (back,) = read_trial(finished(played)).events
    assert back.origin == Origin(by="call", step=2, call="c2", tool="bash", scanned=True)
    assert "not in the history" in told(with_diffs(read_trial(played.log.events), lambda _: DIFF))


def test_after_a_state_that_could_not_be_read_nobody_is_blamed() -> None:
    played = loop("one")
    played.begin("round-2", 1)
    played.call("torn")
    played.end("torn", index=1)
    place = next(i for i, event in enumerate(played.log.events) if event.data.get("call") == "c2")
    hidden = Event(seq=place, t=0.0, at="", kind="tree.saved", cause=None, data={"source": None, "commit": None})
    moved = [hidden, *played.log.events[place:]]
    played.log.events[place:] = [
        dataclasses.replace(
            event,
            seq=place + i,
            cause=event.cause + 1 if event.cause is not None and event.cause >= place else event.cause,
        )
        for i, event in enumerate(moved)
    ]
    assert {change.origin.by for change in read_trial(finished(played)).events if change.origin} == {"unknown"}


def test_older_logs_tell_whose_tests_they_are_where_they_were_run_alone() -> None:
    # Three states in between, so that the search runs the tests of one unit alone.
    table = TABLE | {"mid": TABLE["two"], "late": TABLE["two"]}
    played = loop("one")
    played.begin("round-2", 1)
    for tree in ("mid", "late", "two"):
        played.call(tree)
    played.end("two", index=1)
    (back,) = read_trial(finished(played, statuses(table), told=False)).events
    assert back.failing == ("t.py::a",)
    (unknown,) = read_trial(finished(loop("both", "torn"), told=False)).events[:1]
    assert unknown.failing is None


def test_guards_are_proved_by_their_own_tests() -> None:
    found = read_trial(finished(loop("torn")))
    (broke,) = found.events
    assert (broke.unit, broke.kind, broke.failing, broke.fixed_at) == ("g.py", "regression", ("g.py::test",), None)
    assert "✗↓ g.py broke at checkpoint 1 (round 1: submit); it was right at the start" in told(found, width=None)


def changed_by(command: str, *paths: str) -> TrialOscillation:
    """A trial whose second round brings a bug back by a call that changed some files."""
    played = loop("one")
    played.begin("round-2", 1)
    played.call("two", command=command)
    saved = played.log.events[-1]
    played.log.events[-1] = dataclasses.replace(saved, data={**saved.data, "paths": list(paths)})
    played.end("two", index=1)
    return read_trial(finished(played))


@pytest.mark.parametrize(
    ("command", "paths", "named"),
    [
        ("sed -i s/a/b/ src/calc.py", ["src/calc.py"], True),
        ("cd src && sed -i s/a/b/ calc.py", ["src/__pycache__/calc.pyc", "src/calc.py"], True),
        ("git checkout .", ["src/calc.py"], True),
        ("python fix.py", ["src/calc.py"], False),
        ("ls", ["src/calc.py"], False),
        ("ls", [], None),
    ],
)
def test_a_command_that_names_no_file_that_changed_is_not_said_to_have_done_it(
    command: str, paths: list[str], named: bool | None
) -> None:
    found = changed_by(command, *paths)
    (back,) = found.events
    assert back.origin is not None
    assert (back.origin.step, back.origin.named) == (2, named)
    text = told(found, width=None)
    assert ("while     step 2 ran (bash, call c2), commit cccccccccc: its command names" in text) is (named is False)
    assert ("by        step 2: bash (call c2), commit cccccccccc\n" in text) is (named is not False)
    assert ("or a program left running did it" in text) is (named is False)


@pytest.mark.parametrize(("states", "scanned"), [(3, True), (60, False)])
def test_what_was_found_by_halving_says_so(states: int, scanned: bool) -> None:
    names = [f"mid{number}" for number in range(states)]
    played = loop("one")
    played.begin("round-2", 1)
    for name in names:
        played.call(name)
    played.end(names[-1], index=1)
    half = states // 2
    table = {name: TABLE["one" if index < half else "two"] for index, name in enumerate(names)}
    (back,) = (found := read_trial(finished(played, statuses(TABLE | table)))).events
    assert back.origin is not None
    assert (back.origin.step, back.origin.scanned) == (half + 2, scanned)
    assert ("(by halving; it may have gone back and forth)" in told(found, width=None)) is not scanned
    assert as_data(report(found))["trials"][0]["events"][1]["origin"]["scanned"] is scanned


@pytest.mark.parametrize(
    ("first", "later", "how", "said"),
    [
        ("timeout", "timeout", {"timeout": 1}, "1 hidden test, timed out"),
        ("crash", "timeout", {"crash": 1}, "1 hidden test, crashed"),
        ("timeout", "failed", {"failed": 1}, "1 hidden test\n"),
        ("error", "error", {"error": 1}, "1 hidden test\n"),
    ],
)
def test_how_tests_ended_that_only_timed_out_or_crashed_is_said(
    first: str, later: str, how: dict[str, int], said: str
) -> None:
    events = finished(loop("one", "two"))
    words = iter([first])
    for place, event in enumerate(events):
        outcomes = event.data.get("outcomes") if event.kind == "check.ran" else None
        if outcomes and event.data["source"].endswith(b"two".hex()) and outcomes.get("t.py::a") == "failed":
            again = {**outcomes, "t.py::a": next(words, later)}
            events[place] = dataclasses.replace(event, data={**event.data, "outcomes": again})
    found = read_trial(events)
    assert found.events[0].failing_how == how
    assert said in told(found, width=None)


def test_of_tests_that_ended_differently_those_that_were_cut_are_counted() -> None:
    (back,) = (found := read_trial(finished(loop("one", "two")))).events
    tests, how = ("t.py::a", "t.py::b", "t.py::c"), {"failed": 1, "timeout": 2}
    mixed = dataclasses.replace(back, failing=tests, failing_how=how)
    assert "3 hidden tests (2 timed out)\n" in told(dataclasses.replace(found, changes=(mixed,)), width=None)
    cut = dataclasses.replace(back, failing=tests, failing_how={"crash": 1, "timeout": 2})
    assert "3 hidden tests (1 crashed, 2 timed out)\n" in told(dataclasses.replace(found, changes=(cut,)), width=None)


def test_returns_are_told_once_by_what_says_most() -> None:
    found = read_trial(finished(loop("one", "two", "one")))
    assert Return(by="text", checkpoint=3, earlier=1, step=None) in found.returns
    assert Return(by="behaviour", checkpoint=3, earlier=1, step=None) in found.returns
    text = told(found, width=None)
    assert "checkpoint 3 (round 3: submit) is the workspace as at checkpoint 1 again" in text
    assert "same hidden tests" not in text
    played = loop("one")
    played.begin("round-2", 1)
    played.call("both")
    played.call("one", command="sed -i s/a/b/ calc.py")
    played.end("one", index=1)
    played.begin("round-3", 2)
    played.call("both")
    played.end("both", index=2)
    assert Return(by="text", checkpoint=2, earlier=None, step=2) in read_trial(finished(played)).returns


def test_a_revert_that_was_not_scored_is_named() -> None:
    played = Played(bugs=BUGS, guards=("g.py",), rounds=8)
    played.begin("round-1", 0)
    played.call("one")
    played.call("start", command="git stash")
    played.call("start", command="python -m pytest", own="tests")
    played.call("one", command="git stash pop")
    played.end("one")
    found = read_trial(finished(played))
    assert found.reverts == (Revert(step=2, call="c2", tool="bash", until=3, checkpoint=None),)
    assert "step 2: bash took work back on purpose, until step 3; not scored" in told(found)
    assert not found.is_eventful
    handed_in = loop("one")
    handed_in.begin("round-2", 1)
    handed_in.call("start", command="git checkout .")
    handed_in.end("start", index=1)
    (revert,) = read_trial(finished(handed_in)).reverts
    assert revert.checkpoint == 2


# --- diffs ---


def test_a_change_that_broke_two_things_is_shown_once() -> None:
    found = with_diffs(read_trial(finished(loop("both", "torn"))), {"c" * 40: DIFF}.__getitem__)
    text = told(found)
    assert len(found.events) == 3
    assert text.count("+    return a + b") == 1
    assert text.count("the change is shown above") == 2


def test_a_long_diff_is_cut_for_people_and_whole_as_data() -> None:
    long = DIFF + "".join(f"+line {number}\n" for number in range(100))
    found = with_diffs(read_trial(finished(loop("one", "two"))), lambda _: long)
    text = told(found)
    assert "line 99" in text
    assert "line 50" not in text
    assert "roadtest show --step 2 shows them" in text
    assert as_data(oscillation_report([found]))["trials"][0]["events"][1]["origin"]["diff"] == long


def test_why_there_is_no_diff_is_said() -> None:
    def broken(commit: str) -> str:
        raise BadInput("cannot be read")

    found = read_trial(finished(loop("one", "two")))
    assert "history.git is not there" in told(with_diffs(found, None))
    assert "no diff: cannot be read" in told(with_diffs(found, broken))


def test_a_replay_says_who_has_the_diff(tmp_path: Path) -> None:
    played = loop("one")
    played.begin("round-2", 1)
    played.call("two", commit=None)
    played.end("two", index=1)
    run = on_disk(tmp_path / "run", finished(played))
    note = "no diff: this state is not in the history"

    def said() -> str | None:
        (back,) = read_oscillation(run).trials[0].events
        return back.origin.note if back.origin else None

    assert said() == note
    for lock, is_replay in [
        ({"replay": {"recording": "0" * 64, "execute": False, "strict": False}}, True),
        ({"replay": {"recording": "0" * 64, "execute": True, "strict": False}}, False),
        ({"replay": None}, False),
        ({}, False),
    ]:
        (run / "lock.json").write_text(json.dumps(lock))
        assert (said() != note) is is_replay
        assert ("the recorded run has it" in str(said())) is is_replay
    (run / "lock.json").unlink()
    assert said() == note


# --- figures ---


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "∞"),
        (0.0, "0"),
        (0.0004, "<0.001"),
        (0.032, "0.03"),
        (0.096, "0.1"),
        (0.32, "0.32"),
        (1.0, "1"),
        (2.54, "2.5"),
        (9.96, "10"),
        (38.4, "38"),
        (203.7, "200"),
        (12345.0, "12,000"),
    ],
)
def test_a_ratio_has_as_many_digits_as_it_deserves(value: float | None, shown: str) -> None:
    assert _limit(value) == shown


def test_without_tokens_there_is_no_time_in_tokens() -> None:
    events = finished(loop("one", "two"))
    with_tokens = as_data(report(read_trial(events)))["candidates"][0][BOTH]["time_to_reintroduction"]
    assert with_tokens["tokens"]["median"] == 12
    none = {"prompt_tokens": 0, "completion_tokens": 0}
    free = [
        dataclasses.replace(event, data={**event.data, **none}) if event.kind == "model.replied" else event
        for event in events
    ]
    without = as_data(report(read_trial(free)))["candidates"][0][BOTH]["time_to_reintroduction"]
    assert without["tokens"] is None
    assert without["calls"]["median"] == 1


def report(*trials: TrialOscillation) -> Any:
    return oscillation_report(trials)


def test_trials_without_verdict_and_old_logs_are_named_and_in_no_figure() -> None:
    good = named(read_trial(finished(loop("one", "two"))), candidate="x")
    lost = named(read_trial(finished(loop("one", "two"), verdict="judge-error")), candidate="y")
    running = dataclasses.replace(good, trial="suite/sample/z/loop/0", verdict=None)
    old = Log()
    old.check()
    seen = report(good, lost, running, read_trial(old.close("wrong")))
    assert [(group.candidate, group.tiers[BOTH].trials) for group in seen.groups] == [("x", 1)]
    text = "\n".join(remarks(seen))
    assert "2 of 4 trials have no verdict and are left out" in text
    assert "suite/sample/y/loop/0: judge-error" in text
    assert "suite/sample/z/loop/0: not finished" in text
    assert "1 of 4 trials is in no figure here" in text
    data = as_data(seen)
    assert data["unseen"] == ["suite/sample/scripted:x/field/0"]
    assert [trial["measures"] is None for trial in data["trials"]] == [True, False, False, False]


def test_turns_alone_and_own_checkpoints_are_told_apart() -> None:
    played = Played(bugs=BUGS, guards=("g.py",))
    played.begin("main", 0)
    for tree in ("one", "two", "both"):
        played.call(tree, own="tests")
    played.end("both")
    (group,) = report(read_trial(finished(played))).groups
    assert (group.tiers[TURNS].reintroductions, group.tiers[BOTH].reintroductions) == (0, 1)
    assert group.own == 2
    first, second = (
        tables(report(read_trial(finished(loop("one", "two"))))),
        tables(report(read_trial(played.log.events))),
    )
    assert [row[1] for row in next(first).rows] == ["T0"]
    assert [row[1] for row in next(second).rows] == ["T0", "T0+T1"]


def test_what_could_not_have_happened_is_null() -> None:
    data = as_data(report(read_trial(finished(loop("one")))))["candidates"][0][BOTH]
    assert (data["rr"]["rate"], data["rr"]["intervals"], data["rr"]["interval"]) == (None, 0, None)
    assert data["lift"] is None
    assert "no fix was looked at again" in data["no_lift"]
    assert data["time_to_reintroduction"]["calls"]["median"] is None
    measures = as_data(report(read_trial(finished(loop("one")))))["trials"][0]["measures"]
    assert measures["coming_back"] == {"events": 0, "intervals": 0, "rate": None}


@pytest.mark.parametrize(
    ("trees", "said"),
    [
        (("one", "one"), "no fix was looked at again"),
        (("one", "both"), "no break of untouched code to compare with, and nothing came back"),
        (("one", "two"), "has no upper end (no break of untouched code to compare with) and holds 1"),
        (("one", "torn"), "the interval of the lift holds 1"),
        (tuple(["one", "two"] * 40), "is above 1: fixes are undone more often"),
    ],
)
def test_the_lift_is_given_or_it_is_said_why_not(trees: tuple[str, ...], said: str) -> None:
    found = read_trial(finished(loop(*trees, rounds=100)))
    assert said in "\n".join(remarks(report(found)))


def test_figures_by_hand() -> None:
    found = read_trial(finished(loop("one", "two", "one", "two")))
    data = as_data(report(named(found, candidate="x"), named(found, candidate="x", suite="other")))
    pooled = data["candidates"][0][TURNS]
    assert (pooled["trials"], pooled["fixes"], pooled["reintroductions"]) == (2, 8, 6)
    assert pooled["rr"]["events"] == pooled["rr"]["intervals"] == 6
    assert pooled["incidence"]["interval"][1] == 1.0
    assert pooled["untouched"] == {
        "events": 0,
        "intervals": 8,
        "rate": 0.0,
        "interval": pooled["untouched"]["interval"],
    }
    assert pooled["index_median"] == pytest.approx(1 - 1 / 7)
    assert pooled["time_to_reintroduction"]["checkpoints"]["median"] == 1
    assert pooled["alternation_max"] == 3


def test_a_chain_has_retention_and_forgetting() -> None:
    played = Played(bugs={"a": "sums", "b": "rest"}, steps=("sums", "rest"))
    for index, tree in enumerate(["one", "two"]):
        played.begin(("sums", "rest")[index], index)
        played.call(tree)
        played.end(tree, index=index)
    found = report(read_trial(finished(played)))
    pooled = as_data(found)["candidates"][0][BOTH]
    assert pooled["retention"]["1"]["events"] == 0
    assert pooled["forgetting"] == 1.0
    *_, chains = tables(found)
    assert chains.figures == ["kept after 1", "trials", "forgetting"]
    assert chains.rows == [["scripted:x", "0/1 (0–97%)", "1", "100%"]]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    found = with_diffs(
        read_trial(finished(loop("one", "torn", "both", "two", "one"))), lambda _: DIFF + "+" + "d" * 300
    )
    lines = list(trials_lines(report(found), Page(width=width, full=False), every=True, fixes=True))
    assert [line.plain for line in lines if cell_len(line.plain) > width] == []
    console = Console(width=width)
    with console.capture() as captured:
        for table in tables(report(found)):
            console.print(table)
    assert [line for line in captured.get().split("\n") if cell_len(line) > width] == []


def test_quiet_trials_are_counted_in_a_line() -> None:
    quiet, loud = read_trial(finished(loop("one", "both"))), named(read_trial(finished(loop("one", "two"))))
    lines = [
        line.plain for line in trials_lines(report(quiet, loud), Page(width=None, full=False), every=False, fixes=False)
    ]
    assert any(line.startswith("In 1 of 2 trials nothing came back") for line in lines)
    assert quiet.trial not in lines
    assert loud.trial in lines


def test_data_is_json_and_the_guide_names_every_key() -> None:
    found = with_diffs(read_trial(finished(loop("one", "torn", "both", "two", "one"))), lambda _: DIFF)
    data = json.loads(json.dumps(as_data(report(found))))
    guide = (Path(__file__).parents[2] / "docs" / "guide.md").read_text("utf-8")
    section = guide.partition("\n## Bugs that come back\n")[2].partition("\n## ")[0]
    (trial,) = data["trials"]
    keys = {*data, *trial, *trial["matrix"], *trial["events"][1], *trial["events"][1]["origin"]}
    for part in (Column, Row, Change, Origin, Return, Doubt, Revert):
        keys |= {field.name for field in dataclasses.fields(part)}
    (candidate,) = data["candidates"]
    keys |= {*candidate, *candidate[BOTH]}
    assert {key for key in keys if f"`{key}`" not in section} == set()
    assert {key for key in score.oscillation(finished(loop("one"))) if key not in trial["measures"]} == set()


# --- from disk, and the command ---


def on_disk(folder: Path, *logs: list[Event]) -> Path:
    for events in logs:
        place = folder / "trials" / events[0].data["trial"]
        place.mkdir(parents=True)
        (place / "events.jsonl").write_text("".join(event.to_line() for event in events))
    return folder


def renamed(events: list[Event], candidate: str) -> list[Event]:
    data = {**events[0].data, "candidate": {"name": candidate, "kind": "model", "settings": {}}}
    data["trial"] = f"suite/sample/{candidate}/loop/0"
    return [dataclasses.replace(events[0], data=data), *events[1:]]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    loud, quiet = finished(loop("one", "two")), finished(loop("one"))
    return on_disk(tmp_path / "run", renamed(loud, "loud"), renamed(quiet, "quiet"))


def test_a_run_is_read_from_disk_and_narrowed_by_trial_and_candidate(run: Path) -> None:
    assert [trial.candidate for trial in read_oscillation(run).trials] == ["loud", "quiet"]
    assert [trial.candidate for trial in read_oscillation(run, ["sample/quiet"]).trials] == ["quiet"]
    assert [trial.candidate for trial in read_oscillation(run, candidate="loud").trials] == ["loud"]
    (back,) = read_oscillation(run).trials[0].events
    assert back.origin is not None
    assert back.origin.note == "no diff: history.git is not there (any more)"
    assert read_oscillation(run, diffs=False).trials[0].events[0].origin == dataclasses.replace(back.origin, note=None)


def committed(folder: Path, text: str, parent: str | None = None) -> str:
    """A commit of calc.py with a text, in a bare repository."""

    def git(*words: str, said: str = "") -> str:
        who = {
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@b.c",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@b.c",
        }
        command = ["git", "--git-dir", str(folder), *words]
        done = subprocess.run(
            command, input=said, env={**os.environ, **who}, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    if parent is None:
        git("init", "--bare", "--quiet")
    blob = git("hash-object", "-w", "--stdin", said=text)
    tree = git("mktree", said=f"100644 blob {blob}\tcalc.py\n")
    return git("commit-tree", tree, "-m", "state", *(["-p", parent] if parent else []))


def test_the_change_comes_out_of_the_history(run: Path) -> None:
    folder = run / "trials/suite/sample/loud/loop/0"
    first = committed(folder / "history.git", "return a + b\n")
    second = committed(folder / "history.git", "return a - b\n", first)
    log = folder / "events.jsonl"
    log.write_text(log.read_text().replace("c" * 40, second))
    done = CliRunner().invoke(main, ["oscillation", str(run), "loud"])
    assert "        -return a + b\n        +return a - b\n" in done.output, done.output
    assert "@@" not in CliRunner().invoke(main, ["oscillation", str(run), "loud", "--no-diff"]).output


def _spoil(run: Path) -> None:
    log = run / "trials/suite/sample/loud/loop/0/events.jsonl"
    log.write_text(log.read_text().replace('"tier":"T0"', '"tire":"T0"'))


@pytest.mark.parametrize(
    ("words", "spoil", "said"),
    [
        (["nobody"], None, "fits no trial"),
        (["sample"], None, "fits 2 trials"),
        (["--candidate", "nobody"], None, "there are loud, quiet"),
        ([], _spoil, "loud/loop/0/events.jsonl: seq "),
    ],
)
def test_bad_input_is_told_in_one_message(
    run: Path, words: list[str], spoil: Callable[[Path], None] | None, said: str
) -> None:
    if spoil:
        spoil(run)
    done = CliRunner().invoke(main, ["oscillation", str(run), *words])
    assert done.exit_code == 2
    assert done.output.startswith("roadtest: ")
    assert said in done.output


def test_the_command_shows_what_happened_and_gives_it_as_json(run: Path) -> None:
    done = CliRunner().invoke(main, ["oscillation", str(run)])
    assert done.exit_code == 0, done.output
    assert "a came back at checkpoint 2" in done.output
    assert "In 1 of 2 trials nothing came back" in done.output
    assert "Bugs that came back" in done.output
    data = json.loads(CliRunner().invoke(main, ["oscillation", str(run), "--json"]).stdout)
    assert [trial["measures"]["reintroductions"] for trial in data["trials"]] == [1, 0]
    named_one = CliRunner().invoke(main, ["oscillation", str(run), "quiet"])
    assert "suite/sample/quiet/loop/0" in named_one.output
    assert "was fixed" not in named_one.output


# --- flags, and the transcript ---


def test_what_was_shaky_or_left_unchecked_is_a_flag_with_words() -> None:
    def judge(tree: str, unit: str, time: int) -> str:
        return "PF"[time % 2] if (tree, unit) == ("both", "b") else TABLE[tree][unit]

    assert flags(finished(loop("one", "both"), judge)) == ["unstable"]
    assert flags(finished(loop("one", "both"))) == []
    stopped = loop("one")
    stopped.log.add("fault", origin="sandbox", stage="probe", error="ProbingStopped", message="no engine", final=False)
    events = finished(stopped)
    assert flags(events) == ["probing-stopped"]
    assert {"unstable", "probing-stopped"} <= FLAGS.keys()
    assert "not every state could be checked: no engine" in told(read_trial(events))


def flags(events: list[Event]) -> Any:
    return score.record(events)["flags"]


def test_a_transcript_tells_of_rounds_and_what_the_judge_found_in_each() -> None:
    played = Played(bugs=BUGS, guards=("g.py", "h.py"), rounds=8)
    for index, tree in enumerate(["one", "torn"]):
        said = [{"role": "user", "content": f"Complaint {index + 1}."}]
        played.log.add("step.opened", step=f"round-{index + 1}", index=index, messages=said)
        played.call(tree, own="tests" if index else None)
        played.end(tree, index=index)
        played.log.check(bugs={"a": "P", "b": "F"}, guards={"g.py": "P", "h.py": "F"})
    found = transcribe(with_bodies(played.log.close("wrong")))
    assert [(remark.kind, remark.stage, remark.text) for remark in found.remarks] == [
        ("checkpoint", "round 1", "round 1: handed in"),
        ("check", None, "judged: ✓ a · ✗ b · guards 1/2 · ✗ h.py"),
        ("instruction", "round 2", "Complaint 2."),
        ("checkpoint", None, "ran its tests (checkpoint)"),
        ("checkpoint", "round 2", "round 2: handed in"),
    ]
    text = "\n".join(line.plain for line in transcript_lines(found, width=80, full=False))
    assert "\n\n── The user says (round 2) ─" in text
    assert "\n\n\n" not in text
