"""Conditions: what is bundled, what a file adds, what they put on which rung, and what a run keeps of them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from sandbox import schema
from sandbox.condition import CONDITIONS, FIELD, Condition, Prompt, of_log
from sandbox.condition_file import load_conditions
from sandbox.course import next_stage
from sandbox.errors import BadInput
from sandbox.limits import NAMES
from sandbox.lockfile import inputs_of, merged
from sandbox.plan import make_plan, parse_candidate
from sandbox.reading import read_toml
from sandbox.rungs import RUNGS
from sandbox.task import Bug, Release, Step
from tests.support.builders import Log, make_task

NOP = parse_candidate("scripted:nop")
RELEASE = Release(repo="sample", old="1.0", new="1.1")
BUGS = (Bug(id="escape", tests=("a.py::one",), report="Slashes are lost."),)


def written(folder: Path, text: str) -> Path:
    path = folder / "conditions.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_bundled_file_fits_its_schema() -> None:
    path = Path(schema.__file__).with_name("conditions.toml")
    schema.check("conditions.v1", read_toml(path), file=str(path))


@pytest.mark.parametrize("named", ["conditions.v1", "result.v1", "task.v1"])
def test_rungs_of_schemas_are_those_of_the_ladder(named: str) -> None:
    text = Path(schema.__file__).parent.joinpath("schemas", f"{named}.json").read_text("utf-8")
    assert f'"enum":{json.dumps(RUNGS, separators=(",", ":"))}' in "".join(text.split())


def test_field_is_the_default_and_adds_nothing() -> None:
    assert dataclasses.replace(FIELD, name="x") == Condition(name="x")
    (trial,) = make_plan([make_task()], [NOP], (), 1).trials
    assert (trial.condition, trial.how) == ("field", FIELD)


def test_a_file_adds_to_what_is_bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_conditions(None) == CONDITIONS
    path = written(tmp_path, '[hurried]\nlimits = { replies = 5 }\nprompt = { before = "Quick!", after = "Thanks." }\n')
    assert load_conditions(path) == load_conditions(None)
    found = load_conditions(path)["hurried"]
    assert found == Condition(name="hurried", prompt=Prompt(before="Quick!", after="Thanks."), limits={"replies": 5})
    assert set(load_conditions(path)) == {*CONDITIONS, "hurried"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[field]\nrounds = 2\n", "field: is one of Roadtest's own"),
        ("[x]\nround = 2\n", "x.round: unknown key"),
        ('[x]\nrung = "moon"\n', "x.rung: "),
        ("[x]\nrounds = -1\n", "x.rounds: "),
        ('[x]\nprompt = { given = ["file"] }\n', "x.prompt.given: "),
        ('[x]\nprompt = { given = ["answer"] }\nrung = "function"\n', "x.prompt.given[0]: "),
        ("[x]\nlimits = { moons = 2 }\n", "x.limits.moons: "),
        ("[x]\nlimits = { replies = 0 }\n", "x.limits.replies: "),
        ('[x]\nlimits = { "run.cost" = 2 }\n', "x.limits.run.cost: goes with a run"),
        ('[x]\nrung = "kernel"\nrounds = 2\n', "x.rounds: "),
        ('[x]\nrung = "loop"\nsubmissions = 2\n', "x.submissions: "),
        ('["a b"]\nrounds = 2\n', "a b"),
        ("[x\n", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_field(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_conditions(written(tmp_path, text))
    assert "conditions.toml: " in str(caught.value)
    assert words in str(caught.value)


def test_a_file_that_was_typed_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is missing"):
        load_conditions(tmp_path / "none.toml")


def test_what_is_said_around_the_task() -> None:
    hurried = Condition(name="hurried", prompt=Prompt(before="Quick!", after="Thanks.\n"))
    plan = make_plan([make_task()], [NOP], ["hurried"], 1, known={"hurried": hurried})
    first = next_stage(plan.trials[0], None, [])
    assert first is not None
    assert first.text == "Quick!\n\nMake it work.\n\nThanks."


def test_it_is_said_once() -> None:
    hurried = Condition(name="hurried", rounds=2, prompt=Prompt(before="Quick!"))
    plan = make_plan([make_task(bugs=BUGS)], [NOP], ["hurried"], 1, known={"hurried": hurried})
    log = Log()
    log.check(bugs={"escape": "F"})
    first = next_stage(plan.trials[0], None, log.events)
    second = next_stage(plan.trials[0], first, log.events)
    assert first is not None
    assert second is not None
    assert [text.startswith("Quick!") for text in (first.text, second.text)] == [True, False]


def test_limits_go_before_those_of_candidates_and_after_those_typed() -> None:
    tight = {"tight": Condition(name="tight", limits={"replies": 5, "calls": 7})}
    own = dataclasses.replace(NOP, limits={"replies": 50, "tokens": 9})
    plan = make_plan([make_task()], [own], ["tight"], 1, {"calls": 3}, known=tight)
    limits = plan.trials[0].limits
    assert (limits.replies, limits.calls, limits.tokens) == (5, 3, 9)
    assert plan.limited == {"replies": 5, "calls": 3}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"release": None}, "is no task of a single fix between two releases"),
        ({"release": RELEASE, "steps": (Step(name="one", instruction="Do."),)}, "is no task of a single fix"),
        ({"release": RELEASE}, None),
    ],
)
def test_a_function_can_only_be_named_where_there_is_one_fix(changes: dict[str, object], why: str | None) -> None:
    missed = CONDITIONS["function"].misses(make_task(**changes))
    assert missed is None if why is None else why in str(missed)


def test_the_lock_holds_conditions_and_refuses_changed_ones(tmp_path: Path) -> None:
    known = {"mine": Condition(name="mine", limits={"replies": 5})}
    plan = make_plan([make_task()], [NOP], ["mine"], 1, known=known)
    before = inputs_of(plan, {}, known={})
    assert before["conditions"] == {"mine": known["mine"].digest}
    assert merged(before, before, tmp_path)["conditions"] == before["conditions"]
    without = {kind: value for kind, value in before.items() if kind != "conditions"}
    assert merged(without, before, tmp_path)["conditions"] == before["conditions"]
    other = make_plan([make_task()], [NOP], ["mine"], 1, known={"mine": Condition(name="mine", rounds=0)})
    with pytest.raises(BadInput, match="the condition mine has changed since this run began"):
        merged(before, inputs_of(other, {}, known={}), tmp_path)


def test_a_trial_of_anybody_s_condition_can_be_judged_again() -> None:
    assert of_log({"condition": "mine", "rounds": 3}) == Condition(name="mine", rounds=3)
    assert of_log({"condition": "loop"}) == CONDITIONS["loop"]
    assert of_log({"condition": "mine"}) is None


def test_the_lock_takes_every_limit() -> None:
    inputs = {"tasks": {}, "tools": {}, "candidates": {}, "limits": dict.fromkeys(NAMES, 60)}
    lock = {"v": 1, "at": "", "run": "", "argv": [], "inputs": inputs, "versions": {}}
    schema.check("lock.v1", lock, file="lock.json")
