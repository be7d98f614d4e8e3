from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.check import Unproved, oracle_faults, plan_checks, without_verdict
from sandbox.errors import BadInput, HarnessError, SandboxError, boundary, one_line
from sandbox.events import Event
from sandbox.limits import Limits
from sandbox.plan import Trial, encoded, make_plan, parse_candidate
from sandbox.task import Step
from tests.support.builders import make_task

ORACLE = parse_candidate("scripted:oracle")
MODEL = parse_candidate("openai/gpt")


def trial(name: str) -> Trial:
    limits = Limits(seconds=60.0)
    return Trial(task=make_task(), candidate=parse_candidate(name), condition="field", repeat=2, limits=limits)


@pytest.mark.parametrize(
    ("name", "kind", "script"),
    [
        ("scripted:oracle", "oracle", "oracle"),
        ("scripted:nop", "nop", "nop"),
        ("scripted:lazy", "variant", "lazy"),
        ("scripted:a/b.jsonl", "file", "a/b.jsonl"),
        ("openai/gpt", "model", None),
        ("ollama/llama3:8b", "model", None),
    ],
)
def test_a_candidate_is_known_by_its_name(name: str, kind: str, script: str | None) -> None:
    found = parse_candidate(name)
    assert (found.name, found.kind, found.script, found.scripted) == (name, kind, script, kind != "model")


@pytest.mark.parametrize("name", ["", "scripted", "scripted:"])
def test_a_candidate_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="--model"):
        parse_candidate(name)


def test_settings_go_with_models_only() -> None:
    settings = {"temperature": 0.5}
    assert parse_candidate("openai/gpt", api_base="http://x", settings=settings).settings == settings
    assert parse_candidate("scripted:nop", settings=settings).settings == {}


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("openai/gpt-4o", "openai%2Fgpt-4o"),
        ("scripted:oracle", "scripted:oracle"),
        ("ollama/llama3:8b@q4", "ollama%2Fllama3:8b@q4"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("a b\n", "a%20b%0A"),
        ("é", "%C3%A9"),
        ("100%", "100%25"),
        ("\udcff", "%FF"),
    ],
)
def test_a_name_is_encoded_where_a_path_would_not_take_it(name: str, part: str) -> None:
    assert encoded(name) == part


@given(st.text(min_size=1, max_size=300))
def test_an_encoded_name_is_one_component_that_fits_and_stays_itself(name: str) -> None:
    part = encoded(name)
    assert part.isascii()
    assert 0 < len(part) <= 255
    assert "/" not in part
    assert part not in (".", "..")
    assert part[16:17] == "~" or unquote(part) == name


def test_long_names_that_end_alike_stay_apart() -> None:
    names = {encoded(f"scripted:{letter}{'/deep' * 200}/turns.jsonl") for letter in "ab"}
    assert len(names) == 2
    assert all(name.endswith("turns.jsonl") for name in names)


def test_a_key_names_a_trial_by_its_five_parts() -> None:
    assert trial("openai/gpt").key == "suite/sample/openai%2Fgpt/field/2"


def test_a_plan_holds_every_combination_once_repeat_by_repeat() -> None:
    tasks = [make_task(id="a"), make_task(id="b")]
    plan = make_plan(tasks, [ORACLE, MODEL], ["field", "field"], 2)
    assert [(each.repeat, each.task.id, each.candidate.name) for each in plan.trials] == [
        (repeat, task, name) for repeat in (0, 1) for task in "ab" for name in ("scripted:oracle", "openai/gpt")
    ]
    assert len({each.key for each in plan.trials}) == 8
    assert plan.left_out == ()
    assert {each.rung for each in plan.trials} == {"report"}


def test_a_task_without_the_variant_is_left_out_and_said_so() -> None:
    tasks = [make_task(id="with", variants=("lazy",)), make_task(id="without")]
    plan = make_plan(tasks, [parse_candidate("scripted:lazy")], (), 1)
    assert [each.task.id for each in plan.trials] == ["with"]
    assert plan.left_out == ("suite/without: has no variant lazy, left out for scripted:lazy",)


def test_a_variant_that_no_task_has_is_refused_with_those_known() -> None:
    with pytest.raises(BadInput, match=r"--model scripted:nope: .*known: oracle, nop, lazy;"):
        make_plan([make_task(variants=("lazy",))], [ORACLE, parse_candidate("scripted:nope")], (), 1)


def test_an_unknown_condition_is_refused_with_those_known() -> None:
    with pytest.raises(BadInput, match=r"--condition moon: unknown \(known: field"):
        make_plan([make_task()], [ORACLE], ["moon"], 1)


def test_a_plan_without_trials_is_refused() -> None:
    with pytest.raises(BadInput, match="nothing is left to run"):
        make_plan([make_task()], [ORACLE], (), 0)


def test_a_task_is_proved_by_its_reference_nothing_and_every_variant() -> None:
    expected: dict[str, dict[str, Any]] = {
        "a": {"verdict": "budget", "limits": {"replies": 3}},
        "b": {"verdict": "wrong"},
    }
    plan = plan_checks([make_task(variants=("a", "b"))], lambda task, name: expected[name])
    assert [trial.limits.replies for trial in plan.trials] == [None, None, 3, None]
    assert [each.candidate.kind for each in plan.trials] == ["oracle", "nop", "variant", "variant"]


def event(seq: int, kind: str, data: dict[str, Any]) -> Event:
    return Event(seq=seq, t=0.0, at="2026-01-31T00:00:00.000Z", kind=kind, cause=None, data=data)


def test_what_came_back_is_looked_for_where_a_variant_says_what_that_has_to_be() -> None:
    expected: dict[str, dict[str, Any]] = {"a": {"verdict": "wrong"}, "b": {"oscillation": {"reintroductions": 2}}}
    plan = plan_checks([make_task(variants=("a", "b"))], lambda task, name: expected[name])
    assert [each.probed for each in plan.trials] == [False, False, False, True]
    chain = make_task(steps=(Step(name="one", instruction="Do."), Step(name="two", instruction="Go on.")))
    assert all(each.probed for each in plan_checks([chain]).trials)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("def test_x():\n>   assert read(1) == 2\nE   NameError: no read\nE   in the end\n", "in the end"),
        ("Killed\n", "Killed"),
        ("", "nothing was said"),
    ],
)
def test_a_canary_that_proves_nothing_is_named_by_what_it_raised(message: str, words: str) -> None:
    checked = {"outcomes": {}, "dead_canaries": [message], "purpose": "score"}
    log = [
        event(0, "trial.opened", {}),
        event(1, "tool.returned", {"exit_code": 4, "output": ""}),
        event(2, "check.ran", checked),
    ]
    assert oracle_faults({"verdict": "wrong", "reason": "why"}, log) == [
        "solution/solve.sh ended with 4: it printed nothing",
        f"a canary raises before it compares anything, so it proves nothing: {words}",
    ]


# --- errors, too small for a file of their own ---


def test_a_foreign_failure_is_charged_once_where_it_crosses() -> None:
    with pytest.raises(HarnessError, match="could not write: a b") as caught, boundary(HarnessError, "write"):
        raise OSError("a\n b")
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(SandboxError), boundary(HarnessError, "x"), boundary(SandboxError, "y", KeyError):
        raise KeyError("z")
    with pytest.raises(KeyError), boundary(HarnessError, "x"):
        raise KeyError("not named")


def test_a_message_is_one_bounded_line() -> None:
    assert one_line(ValueError("a\n\n  b")) == "a b"
    assert one_line(ValueError()) == "ValueError"
    assert len(one_line(ValueError("x" * 999))) == 400


@pytest.mark.parametrize(
    ("origin", "unproved"), [("sandbox", True), ("harness", True), ("task", False), ("user", False)]
)
def test_a_trial_without_a_verdict_speaks_against_its_task_only_where_that_is_at_fault(
    origin: str, unproved: bool
) -> None:
    log = [
        event(0, "fault", {"origin": "sandbox", "final": False}),
        event(1, "fault", {"origin": origin, "final": True}),
    ]
    line = without_verdict({"reason": "why"}, log)
    assert line == "no proof came to a verdict: why"
    assert isinstance(line, Unproved) == unproved
