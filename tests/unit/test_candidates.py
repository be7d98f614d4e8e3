"""candidates.toml: what it says of a model, and what is refused without ever showing a key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.candidates import choose, load_candidates, unlisted
from sandbox.errors import BadInput
from sandbox.lockfile import inputs_of, merged
from sandbox.plan import Candidate, Plan, Prices, make_plan, parse_candidate
from sandbox.secrecy import without_secrets
from sandbox.widening import added
from tests.support.builders import make_task

FULL = """\
[fast]
model = "openai/gpt-4o-mini"
api_base = "http://host:8000/v1"
key = "TEAM_OPENAI"
temperature = 0.2
max_tokens = 4096
reasoning_effort = "low"
top_p = 0.9
seed = 7
extra = { parallel_tool_calls = false, thinking = { budget_tokens = 1024 } }
system = "Be brief."
prices = { input = 0.15, output = 0.6, cached_input = 0.075 }
limits = { cost = 0.5, replies = 20, calls = "none" }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "candidates.toml"
    path.write_text(text, "utf-8")
    return path


def one(folder: Path, text: str) -> Candidate:
    (found,) = load_candidates(written(folder, text)).values()
    return found


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(BadInput) as caught:
        load_candidates(written(folder, text))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_field_reaches_the_candidate(tmp_path: Path) -> None:
    found = one(tmp_path, FULL)
    assert (found.name, found.kind, found.model_name, found.key) == (
        "fast",
        "model",
        "openai/gpt-4o-mini",
        "TEAM_OPENAI",
    )
    assert found.api_base == "http://host:8000/v1"
    assert found.settings == {
        "temperature": 0.2,
        "max_tokens": 4096,
        "reasoning_effort": "low",
        "top_p": 0.9,
        "seed": 7,
        "parallel_tool_calls": False,
        "thinking": {"budget_tokens": 1024},
    }
    assert found.system == "Be brief."
    assert found.prices == Prices(input=0.15, output=0.6, cached_input=0.075)
    assert found.limits == {"cost": 0.5, "replies": 20, "calls": None}


def test_a_table_below_candidates_means_the_same(tmp_path: Path) -> None:
    plain = one(tmp_path, FULL)
    assert one(tmp_path, FULL.replace("[fast]", "[candidates.fast]")) == plain


def test_a_system_prompt_and_a_script_lie_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "prompt.md").write_text("Du bist gründlich.\n", "utf-8")
    assert one(tmp_path, '[a]\nmodel = "openai/x"\nsystem_file = "prompt.md"').system == "Du bist gründlich.\n"
    script = one(tmp_path, '[a]\nmodel = "scripted:turns.jsonl"\nlimits = { replies = 3 }')
    assert (script.kind, script.script, script.limits) == ("file", str(tmp_path / "turns.jsonl"), {"replies": 3})


def test_without_a_file_there_are_no_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_candidates(None) == {}
    with pytest.raises(BadInput, match=r"other\.toml: is missing"):
        load_candidates(Path("other.toml"))
    written(tmp_path, '[a]\nmodel = "openai/x"')
    assert list(load_candidates(None)) == ["a"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[a]\nmodel = "openai/x"\ntemprature = 1', "candidates.toml: a.temprature: unknown key"),
        ("[a]\ntemperature = 1", "candidates.toml: a.model: is required"),
        ('[candidates.a]\nmodel = "openai/x"\nseed = "x"', "candidates.toml: candidates.a.seed: must be an integer"),
        ('a = "openai/x"', "candidates.toml: a: must be an object"),
        ('[a]\nmodel = "x"\n[candidates.a]\nmodel = "y"', "a: stands there twice"),
        ('[a]\nmodel = "openai/x"\nlimits = { cost = -1 }', "a.limits.cost: must be a number above 0"),
        ('[a]\nmodel = "openai/x"\nlimits = { pence = 1 }', "a.limits.pence: write NAME=VALUE"),
        ('[a]\nmodel = "openai/x"\nlimits.run.cost = 1', "a.limits.run"),
        ('[a]\nmodel = "openai/x"\nprices = { input = 1 }', "a.prices.output: is required"),
        ('[a]\nmodel = "openai/x"\nextra = { messages = [] }', "a.extra.messages: is not for a candidate to say"),
        ('[a]\nmodel = "openai/x"\nextra = { seed = 1 }', "a.extra.seed: has a field of its own"),
        ('[a]\nmodel = "openai/x"\nsystem_file = "no.md"', "candidates.toml: a.system_file: "),
        ('[a]\nmodel = "openai/x"\nsystem_file = "no.md"', "no.md: is missing"),
        ('[a]\nmodel = "openai/x"\nsystem_file = "."', "a.system_file: "),
        ('[a]\nmodel = "openai/x"\nsystem = "s"\nsystem_file = "no.md"', "a.system_file: give either"),
        ('[a]\nmodel = "openai/x"\napi_base = "host:8000"', "a.api_base: must begin with http"),
        ('[a]\nmodel = "scripted:nop"\nseed = 1', "a.seed: means nothing to a script"),
        ('["scripted:a"]\nmodel = "openai/x"', "cannot be the name of a candidate"),
        ('[a]\nmodel = "openai/x', "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(tmp_path, text)


@pytest.mark.parametrize(
    "secret",
    ["sk-proj-0123456789abcdef", "gsk_AbCdEfGhIjKl", "AIzaSyA1234567890", "0123456789abcdef0123456789abcdef", "a b"],
)
def test_a_key_in_place_of_its_variable_is_refused_and_not_shown(tmp_path: Path, secret: str) -> None:
    said = refusal(tmp_path, f'[a]\nmodel = "openai/x"\nkey = "{secret}"')
    assert "a.key: write the name of the variable" in said
    assert secret not in said


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "SECRETSECRET"',
        'extra = { extra_headers = { Authorization = "SECRETSECRET" } }',
        'extra = { deep = [{ token = "sk-SECRETSECRET" }] }',
        'model = "sk-SECRETSECRET"',
    ],
)
def test_a_key_elsewhere_is_refused_and_not_shown(tmp_path: Path, line: str) -> None:
    model = "" if line.startswith("model") else 'model = "openai/x"\n'
    said = refusal(tmp_path, f"[a]\n{model}{line}")
    assert "SECRETSECRET" not in said
    assert "looks like a key" in said


@pytest.mark.parametrize("variable", ["OPENAI_API_KEY", "azure_openai_key_eu_west_2", "K"])
def test_a_variable_is_taken_for_one(tmp_path: Path, variable: str) -> None:
    assert one(tmp_path, f'[a]\nmodel = "openai/x"\nkey = "{variable}"').key == variable


def test_what_a_key_variable_holds_is_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM_AUTH_OF_TESTS", "hush-hush-hush")
    assert without_secrets("hush-hush-hush") == "hush-hush-hush"
    one(tmp_path, '[a]\nmodel = "openai/x"\nkey = "TEAM_AUTH_OF_TESTS"')
    assert without_secrets("it is hush-hush-hush") == "it is <TEAM_AUTH_OF_TESTS>"


def test_a_name_of_the_file_goes_before_litellms_and_what_was_typed_before_both(tmp_path: Path) -> None:
    known = load_candidates(written(tmp_path, FULL))
    typed = choose(["fast", "openai/x", "fast"], known, api_base="http://other/v1", settings={"temperature": 1.0})
    assert [(each.name, each.model_name, each.api_base) for each in typed] == [
        ("fast", "openai/gpt-4o-mini", "http://other/v1"),
        ("openai/x", "openai/x", "http://other/v1"),
    ]
    assert [each.settings["temperature"] for each in typed] == [1.0, 1.0]
    assert typed[0].settings["seed"] == 7


def test_of_a_model_that_is_not_listed_it_is_said_which_are_closest_first(tmp_path: Path) -> None:
    names = [*(f"other{number}" for number in range(8)), "slow", "fast", "fast-2"]
    path = written(tmp_path, "".join(f'[{name}]\nmodel = "openai/x"\n' for name in names))
    known = load_candidates(path)
    (said,) = unlisted(choose(["fsat", "fast", "scripted:nop"], known), known, path).values()
    assert said.startswith(f"{path} has no such name (it has fast, fast-2, ")
    assert said.endswith(" and 3 more)")
    assert unlisted(choose(["fsat"], {}), {}, None) == {}


def test_its_own_limits_give_way_to_typed_ones_only(tmp_path: Path) -> None:
    (found,) = choose(["fast"], load_candidates(written(tmp_path, FULL)))
    (own,) = make_plan([make_task()], [found], (), 1).trials
    assert (own.limits.cost_usd, own.limits.replies, own.limits.calls) == (0.5, 20, None)
    (typed,) = make_plan([make_task()], [found], (), 1, {"cost": 2.0, "calls": 9}).trials
    assert (typed.limits.cost_usd, typed.limits.replies, typed.limits.calls) == (2.0, 20, 9)


def plan_of(folder: Path, text: str, names: list[str]) -> Plan:
    return make_plan([make_task()], choose(names, load_candidates(written(folder, text))), (), 1)


def test_one_model_under_two_names_is_two_candidates(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, '[warm]\nmodel = "openai/x"\n[cold]\nmodel = "openai/x"', ["warm", "cold"])
    assert [trial.key for trial in plan.trials] == ["suite/sample/warm/field/0", "suite/sample/cold/field/0"]
    digests = {name: facts["digest"] for name, facts in inputs_of(plan, {}, known={})["candidates"].items()}
    assert len(set(digests.values())) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("gpt-4o-mini", "gpt-4o"),
        ("TEAM_OPENAI", "OTHER_OPENAI"),
        ("temperature = 0.2", "temperature = 0.3"),
        ("budget_tokens = 1024", "budget_tokens = 2048"),
        ("Be brief.", "Be verbose."),
        ("input = 0.15", "input = 0.16"),
        ("cost = 0.5", "cost = 0.6"),
        ("host:8000", "host:8001"),
    ],
)
def test_a_changed_candidate_is_another_one_to_the_lock(tmp_path: Path, before: str, after: str) -> None:
    was, now = (
        inputs_of(plan_of(tmp_path, text, ["fast"]), {}, known={}) for text in (FULL, FULL.replace(before, after))
    )
    assert merged(was, was, Path("lock.json"))["candidates"] == was["candidates"]
    with pytest.raises(BadInput, match="the candidate fast has changed"):
        merged(was, now, Path("lock.json"))


def test_a_candidate_without_a_file_is_the_same_to_locks_of_before(tmp_path: Path) -> None:
    (facts,) = inputs_of(plan_of(tmp_path, "", ["openai/x"]), {}, known={})["candidates"].values()
    assert set(facts) == {"kind", "api_base", "settings", "digest"}
    assert facts["settings"] == {}


def test_what_a_run_that_is_gone_on_with_has_more_is_told_in_one_line(tmp_path: Path) -> None:
    text = '[a]\nmodel = "openai/x"\n[b]\nmodel = "openai/y"\n'
    was = inputs_of(plan_of(tmp_path, text, ["a"]), {}, known={})
    alone, both = (choose(names, load_candidates(written(tmp_path, text))) for names in (["a"], ["a", "b"]))
    seven = [make_task(id=f"t{number}") for number in range(7)]
    assert added(was, plan_of(tmp_path, text, ["a"])) is None
    said = "trials more than this run had before"
    assert added(was, make_plan([make_task()], both, (), 1)) == (
        "1 trial more than this run had before: the candidate b"
    )
    assert added(was, make_plan(seven, both, (), 1)) == (
        f"14 {said}: the candidate b and the tasks suite/t0, suite/t1, suite/t2, suite/t3, suite/t4 and 2 more"
    )
    assert added(was, make_plan([make_task()], alone, (), 21)) == f"20 {said}: 21 repeats in place of 1"
    loops = make_task(bugs=tuple(replace(bug, report="It is wrong.") for bug in make_task().bugs))
    assert added(was, make_plan([loops], alone, ("field", "loop"), 1)) == (
        "1 trial more than this run had before: the condition loop"
    )
    without = {name: value for name, value in was.items() if name != "trials"}
    assert added(without, make_plan([make_task()], both, (), 2)) == "this run now also has the candidate b"


def test_of_repeats_that_were_uneven_the_span_is_told() -> None:
    tasks = [make_task(id="t"), make_task(id="u")]
    names = [parse_candidate(f"{name}/x") for name in "ab"]
    parts = [make_plan(tasks[:1], names, (), 2), make_plan(tasks[1:], names[:1], (), 4)]
    inputs = [inputs_of(part, {}, known={}) for part in parts]
    was = merged(inputs[0], inputs[1], Path("lock.json"))
    said = "trials more than this run had before"
    assert added(was, make_plan(tasks, names, (), 5)) == f"12 {said}: 5 repeats in place of 2 to 4"
    assert added(was, make_plan(tasks[1:], names, (), 1)) == (
        "1 trial more than this run had before: other pairs of its tasks and candidates"
    )
    assert added(was, make_plan(tasks, names[:1], (), 2)) is None
