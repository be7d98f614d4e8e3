"""What a candidate is told, first and after each turn."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.condition import CONDITIONS
from sandbox.course import BROKEN, STILL, Stage, is_last, next_stage
from sandbox.errors import BadInput
from sandbox.events import Event
from sandbox.plan import Trial, make_plan, parse_candidate
from sandbox.task import Bug, Step, Task
from tests.support.builders import Log, make_task

BUGS = (
    Bug(id="escape", tests=("a.py::one",), report="Slashes are lost."),
    Bug(id="index", tests=("b.py::three",), report="The last item is missing."),
)
STEPS = (Step(name="first", instruction="Do this."), Step(name="second", instruction="Do that."))


def trial(condition: str = "field", **changes: Any) -> Trial:
    task = make_task(**{"bugs": BUGS, **changes})
    return make_plan([task], [parse_candidate("scripted:nop")], [condition], 1).trials[0]


def judged(escape: str = "F", index: str = "F", guard: str = "P") -> list[Event]:
    log = Log()
    log.check(bugs={"escape": escape, "index": index}, guards={"a.py": guard})
    return log.events


def stage(index: int) -> Stage:
    return Stage(name=f"round-{index + 1}", index=index, text="", fresh=False)


def test_in_the_field_the_task_is_told_once_as_it_stands() -> None:
    first = next_stage(trial(instruction="Mend it.\n"), None, [])
    assert first == Stage(name="main", index=0, text="Mend it.\n", fresh=True)
    assert next_stage(trial(), first, judged()) is None
    assert is_last(trial(), first, "submit")


def test_in_the_field_a_loop_task_is_all_its_complaints_at_once() -> None:
    first = next_stage(trial(rung="loop"), None, [])
    assert first is not None
    assert first.text == "Make it work.\n\nSlashes are lost.\n\nThe last item is missing."
    assert trial(rung="loop").rung == "report"
    assert trial("loop").rung == "loop"


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ({}, f"{STILL}\n\nSlashes are lost."),
        ({"escape": "P"}, f"{STILL}\n\nThe last item is missing."),
        ({"index": "P"}, f"{STILL}\n\nSlashes are lost."),
        ({"escape": "P", "index": "S"}, f"{STILL}\n\nThe last item is missing."),
        ({"escape": "P", "index": "P", "guard": "F"}, BROKEN),
    ],
)
def test_a_loop_reports_the_first_bug_that_fails_now(found: dict[str, str], text: str) -> None:
    following = next_stage(trial("loop"), stage(0), judged(**found))
    assert following == Stage(name="round-2", index=1, text=text, fresh=False)


def test_a_loop_begins_with_the_first_bug_that_fails_in_the_untouched_workspace() -> None:
    first = next_stage(trial("loop", rung="loop"), None, judged(escape="P"))
    assert first is not None
    assert (first.text, first.fresh) == ("Make it work.\n\nThe last item is missing.", True)


def test_a_report_that_is_played_in_a_loop_begins_as_the_report() -> None:
    first = next_stage(trial("loop"), None, judged())
    assert first is not None
    assert first.text == "Make it work."


def test_a_loop_ends_when_all_is_right_or_its_rounds_are_over() -> None:
    assert next_stage(trial("loop"), stage(0), judged("P", "P")) is None
    rounds = CONDITIONS["loop"].rounds
    assert not is_last(trial("loop"), stage(rounds - 2), "submit")
    assert is_last(trial("loop"), stage(rounds - 1), "submit")
    assert next_stage(trial("loop"), stage(rounds - 1), judged()) is None


@pytest.mark.parametrize(
    ("reason", "loop_over", "chain_over"),
    [("submit", False, False), ("done", False, False), ("limit", True, True), ("context", True, False)],
)
def test_what_ends_a_conversation_ends_a_loop_and_a_step(reason: str, loop_over: bool, chain_over: bool) -> None:
    assert is_last(trial("loop"), stage(0), reason) is loop_over
    assert is_last(trial(steps=STEPS), stage(0), reason) is chain_over


def test_a_chain_asks_one_thing_after_another_each_in_a_new_conversation() -> None:
    chain = trial(steps=STEPS)
    first = next_stage(chain, None, [])
    assert first == Stage(name="first", index=0, text="Do this.", fresh=True)
    second = next_stage(chain, first, [])
    assert second == Stage(name="second", index=1, text="Do that.", fresh=True)
    assert next_stage(chain, second, []) is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"steps": STEPS}, "is a chain"),
        ({"bugs": (Bug(id="mute", tests=("a.py::one",)),)}, "no report to give of mute"),
    ],
)
def test_a_loop_is_left_out_where_it_does_not_apply(changes: dict[str, Any], why: str) -> None:
    tasks: list[Task] = [make_task(bugs=BUGS), make_task(id="other", **{"bugs": BUGS, **changes})]
    plan = make_plan(tasks, [parse_candidate("scripted:nop")], ["loop", "field"], 1)
    assert [(one.task.id, one.condition) for one in plan.trials] == [
        ("sample", "loop"),
        ("sample", "field"),
        ("other", "field"),
    ]
    assert any(why in note for note in plan.left_out)
    with pytest.raises(BadInput, match=why):
        make_plan(tasks[1:], [parse_candidate("scripted:nop")], ["loop"], 1)
