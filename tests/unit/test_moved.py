"""What moved between two judgings of a trial, and why: worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from rich.console import Console

from sandbox import schema
from sandbox.examined import facts_of, files_changed
from sandbox.report.moved import (
    LeftOut,
    Rejudging,
    data_of,
    in_short,
    moved_table,
    remarks,
    standings_table,
)
from sandbox.report.moved_data import Change, Moved, Reason, Seen, moved, told_otherwise
from tests.support.builders import Log, make_record, make_task, text_file

FIGURES = {"checkpoints": 1, "fixes": 1, "regressions": 0, "reintroductions": 0, "state_cycles": 0}
CODE = ("judge = 1\n",)


def facts(tests: str = "assert 1\n", code: Sequence[str] = CODE, **task: Any) -> dict[str, Any]:
    return facts_of(make_task(**task), [{"a.py": text_file(tests)}], code)


def look(verdict: str = "accepted", **changes: Any) -> Seen:
    record = make_record(verdict, bugs={"escape": "P"}, score=1.0, oscillation=FIGURES)
    record |= {name: changes.pop(name) for name in ("bugs", "score", "oscillation", "reason") if name in changes}
    known: dict[str, Any] = {
        "record": record,
        "guards": {"a.py": "P"},
        "asked": {"escape": ("a.py::one",)},
        "tests": frozenset({"a.py::one", "a.py::old"}),
        "digest": "1" * 64,
        "exam": 0,
        "image": "agent:1",
        "version": "1.0",
        "facts": facts(),
    }
    return Seen(**{**known, **changes})


def wrong(**changes: Any) -> Seen:
    return look("wrong", **{"bugs": {"escape": "F"}, "score": 0.0, **changes})


def reasons(then: Seen, now: Seen) -> list[tuple[str, str]]:
    found = moved(then, now)
    assert found is not None
    return [(reason.kind, reason.text) for reason in found.why]


def test_what_is_judged_alike_did_not_move_whatever_was_changed() -> None:
    assert moved(look(), look(digest="2" * 64, version="2.0", image="agent:2", facts=None)) is None


def test_every_change_is_told_with_both_sides() -> None:
    then = look(bugs={"escape": "P", "gone": "F"}, guards={"a.py": "P"})
    now = wrong(bugs={"escape": "F", "new": "P"}, guards={"a.py": "F"}, oscillation={**FIGURES, "fixes": 0})
    found = moved(then, now)
    assert found is not None
    assert [(change.what, change.name, change.then, change.now) for change in found.changes] == [
        ("verdict", None, "accepted", "wrong"),
        ("score", None, 1.0, 0.0),
        ("bug", "escape", "P", "F"),
        ("bug", "new", None, "P"),
        ("bug", "gone", "F", None),
        ("guard", "a.py", "P", "F"),
        ("oscillation", "fixes", 1, 0),
    ]


def test_the_same_tree_tests_and_image_with_another_outcome_is_not_stable() -> None:
    assert [kind for kind, _ in reasons(look(), wrong())] == ["unstable"]


def test_an_altered_test_file_is_named() -> None:
    now = wrong(digest="2" * 64, facts=facts("assert 2\n"))
    assert reasons(look(), now) == [("tests", "tests changed: a.py altered")]


def test_files_that_came_and_went_are_named() -> None:
    then = facts_of(make_task(), [{"a.py": text_file("1"), "gone.py": text_file("1")}], CODE)
    now = facts_of(make_task(), [{"a.py": text_file("1"), "new.py": text_file("1")}], CODE)
    assert files_changed(then, now, 0) == ["gone.py removed", "new.py added"]
    assert files_changed(then, now, 1) == []


def test_bugs_that_were_added_removed_or_asked_otherwise_are_named() -> None:
    now = wrong(
        digest="2" * 64,
        asked={"escape": ("a.py::one", "a.py::two"), "new": ("b.py::three",)},
        tests=frozenset({"a.py::one", "a.py::two", "b.py::three", "a.py::old"}),
    )
    then = look(
        asked={"escape": ("a.py::one",), "gone": ("c.py::four",)},
        tests=frozenset({"a.py::one", "c.py::four", "a.py::old"}),
    )
    text = "task changed: bug new added; bug gone removed; bug escape has other tests (+a.py::two)"
    assert reasons(then, now) == [("task", text)]


def test_guards_that_came_and_went_are_named_and_many_are_counted() -> None:
    tests = {"a.py::one", *(f"g.py::g{number}" for number in range(5))}
    text = "task changed: guards +g.py::g0, +g.py::g1, +g.py::g2, and 3 more"
    assert reasons(look(), wrong(digest="2" * 64, tests=frozenset(tests))) == [("task", text)]


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"version": "2.0"}, "judge", "Roadtest 1.0 then, 2.0 now"),
        ({"digest": "2" * 64, "facts": facts(code=("judge = 2\n",))}, "judge", "its own code is another"),
        ({"image": "agent:2"}, "image", "image changed"),
        ({"digest": "2" * 64}, "task", "what it says of its bugs"),
    ],
)
def test_what_else_changed_is_the_reason(changes: Mapping[str, Any], kind: str, words: str) -> None:
    ((found, text),) = reasons(look(), wrong(**changes))
    assert found == kind
    assert words in text


def test_clocks_and_canaries_belong_to_the_task() -> None:
    other = facts(judge=make_task().judge.__class__(kind="in-process", test_timeout=1.0))
    assert reasons(look(), wrong(digest="2" * 64, facts=other)) == [
        ("task", "task changed: clocks or canaries of its judge")
    ]


def test_where_the_lock_does_not_tell_it_says_so() -> None:
    ((kind, text),) = reasons(look(facts=None), wrong(digest="2" * 64))
    assert kind == "tests"
    assert "the run's lock does not say which" in text


def test_a_trial_that_had_no_verdict_was_not_judged_then() -> None:
    then = look("judge-error", bugs={}, score=None, digest=None, tests=frozenset(), guards={}, reason="it broke")
    assert reasons(then, look()) == [("not-judged-then", "was not judged then: it broke")]


def told(*statuses: str, rounds: int = 8) -> list[Any]:
    """The log of a loop whose states were found so, one after another."""
    log = Log()
    log.events[0] = log.events[0].__class__(
        seq=0, t=0.0, at="", kind="trial.opened", cause=None, data={**log.events[0].data, "rounds": rounds}
    )
    for place, status in enumerate(statuses):
        purpose = "start" if place == 0 else "score"
        log.check(source=f"{place:040x}", purpose=purpose, bugs={"escape": status})
    return log.events


@pytest.mark.parametrize(
    ("then", "now", "otherwise"),
    [
        (told("F", "F", "P"), told("F", "F", "F"), False),
        (told("F", "F", "P"), told("F", "P", "P"), True),
        (told("F", "F", "P"), told("P", "F", "P"), True),
        (told("F", "F", "P", rounds=0), told("F", "P", "P", rounds=0), False),
    ],
)
def test_what_a_candidate_was_told_rests_on_all_states_but_the_last(
    then: list[Any], now: list[Any], otherwise: bool
) -> None:
    assert told_otherwise(then, now) is otherwise


def report(**changes: Any) -> Rejudging:
    records = [make_record("accepted", trial=f"suite/sample/model/field/{place}", repeat=place) for place in range(3)]
    then = [{**record, "score": 1.0} for record in records]
    known: dict[str, Any] = {
        "directory": "run/rejudged/1",
        "of": "run",
        "then": tuple(then),
        "now": tuple(then),
        "moved": (),
        "trees": 1,
        "checks": 4,
        "stayed": (),
        "failed": (),
        "left_out": (),
        "unfinished": 0,
        "told_otherwise": 0,
        "missing": 0,
        "stopped": None,
    }
    return Rejudging(**{**known, **changes})


def with_a_move() -> Rejudging:
    whole = report()
    now = {**whole.now[1], "verdict": "wrong", "score": 0.0, "reason": "not fixed: escape"}
    one = Moved(
        then=whole.then[1],
        now=now,
        changes=(
            Change(what="verdict", name=None, then="accepted", now="wrong"),
            Change(what="bug", name="escape", then="P", now="F"),
            Change(what="oscillation", name="state_cycles", then=None, now=1),
        ),
        why=(Reason(kind="tests", text="tests changed: a.py altered"),),
    )
    return report(now=(whole.now[0], now, whole.now[2]), moved=(one,))


def shown(renderable: Any) -> str:
    console = Console(width=300)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def test_nothing_moved_is_one_line() -> None:
    assert in_short(report()) == "1 tree of 3 trials was judged again in 4 checks: all verdicts stand"
    assert remarks(report()) == []


def test_what_moved_is_a_row_and_the_standings_show_both_sides() -> None:
    found = with_a_move()
    assert in_short(found).endswith("1 trial moved, 2 stand")
    table = shown(moved_table(found))
    for words in ("accepted → wrong", "escape P→F", "state cycles –→1", "tests changed: a.py altered"):
        assert words in table
    standings = shown(standings_table(found))
    for words in ("3/3 → 2/3", "100% → 67%", "– → 1 wrong"):
        assert words in standings


def test_trials_that_were_not_judged_are_named_and_none_of_them_stands() -> None:
    keys = [record["trial"] for record in report().now]
    found = report(
        stayed=((keys[0], "infra-error, it left no tree"),),
        failed=((keys[1], "the engine is gone"), ("gone/from/the/disk/0", "no log")),
        left_out=(LeftOut(task="suite/other", trials=2, why="it is not there"),),
        unfinished=1,
        missing=1,
        stopped="no engine",
        told_otherwise=1,
    )
    assert in_short(found) == "1 tree of 1 trial was judged again in 4 checks: all verdicts stand"
    said = "\n".join(remarks(found))
    for words in (
        "it left no tree",
        "the engine is gone",
        "suite/other: 2 trials left out",
        "1 trial of the run has not",
    ):
        assert words in said
    assert "1 trial was not looked at: no engine" in said
    assert found.exit_code == 3


def test_what_moved_is_no_failure() -> None:
    assert with_a_move().exit_code == 0


@pytest.mark.parametrize("found", [report(), with_a_move()])
def test_the_data_are_as_their_schema_says(found: Rejudging) -> None:
    data = json.loads(json.dumps(data_of(found)))
    schema.check("moved.v1", data, file="moved.json")
    assert [one["trial"] for one in data["moved"]] == [one.now["trial"] for one in found.moved]
