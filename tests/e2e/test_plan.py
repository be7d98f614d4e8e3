"""`roadtest run --plan`, and candidates and suites from files: without an engine, without a model, leaving nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.caps import Caps
from sandbox.choosing import Typed, choose_trials
from sandbox.lockfile import LockFile
from sandbox.toolbox import load_tools
from tests.support import toy
from tests.support.builders import as_lines, make_record
from tests.support.command import roadtest

# An address where nobody answers: reaching for the engine would change the exit code to 3.
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
KEY = "hush-hush-hush-0123"
CANDIDATES = """\
[fast]
model = "openai/x"
key = "TEAM_AUTH"
prices = { input = 1.0, output = 4.0 }
limits = { cost = 0.5 }

[plain]
model = "scripted:nop"
"""
SUITE = 'tasks = ["toy/*"]\ncandidates = ["fast", "plain"]\nrepeats = 3\n'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A working directory with a task, candidates.toml and nightly.toml."""
    toy.make_task(tmp_path)
    (tmp_path / "candidates.toml").write_text(CANDIDATES)
    (tmp_path / "nightly.toml").write_text(SUITE)
    return tmp_path


def planned(place: Path, *arguments: str | Path) -> dict[str, Any]:
    done = roadtest("run", *arguments, "--plan", "--json", cwd=place, env={**NO_ENGINE, "TEAM_AUTH": KEY})
    assert done.returncode == 0, done.stderr
    data: dict[str, Any] = json.loads(done.stdout)
    return data


def refused(place: Path, *arguments: str | Path, **env: str) -> str:
    done = roadtest("run", *arguments, cwd=place, env={**NO_ENGINE, **env})
    assert (done.returncode, done.stdout) == (2, ""), (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_plan_says_what_would_run_and_leaves_nothing(place: Path) -> None:
    before = sorted(place.rglob("*"))
    found = planned(place, "nightly.toml")
    assert (found["trials"], found["left"]) == (6, 6)
    assert [(row["suite"], row["candidate"], row["tasks"], row["repeats"], row["trials"]) for row in found["by"]] == [
        ("toy", "fast", 1, 3, 3),
        ("toy", "plain", 1, 3, 3),
    ]
    assert sorted(found["keys"]) == sorted(
        f"toy/calc/{name}/field/{repeat}" for name in ("fast", "plain") for repeat in range(3)
    )
    assert (found["most_cost_usd"], found["most_cost_usd_replies"]) == (1.5, 3)
    assert found["most_tokens"] is None
    assert found["unbounded"] == {"cost": [], "tokens": ["fast"]}
    assert sorted(place.rglob("*")) == before


def test_what_is_typed_changes_the_plan(place: Path) -> None:
    arguments = ["--model", "fast", "--repeats", "1", "--limit", "cost=none", "--limit", "tokens=1000"]
    found = planned(place, "nightly.toml", *arguments)
    assert found["trials"] == 1
    # A token costs 4 millionths of a dollar at most.
    assert found["most_cost_usd"] == pytest.approx(0.004)
    assert (found["most_tokens"], found["most_tokens_replies"]) == (1000, 1)


def test_a_model_that_litellm_lists_is_bounded_by_its_window_too(place: Path) -> None:
    found = planned(place, "toy", "--model", "openai/gpt-4o", "--max-tokens", "1000", "--limit", "replies=2")
    assert found["most_tokens"] == 2 * (128_000 + 1000)
    assert found["most_cost_usd"] == pytest.approx(2 * (128_000 * 2.5e-6 + 1000 * 1e-5))


def test_a_plan_for_people_tells_the_missing_key_and_bound(place: Path) -> None:
    done = roadtest(
        "run",
        "toy",
        "--model",
        "fast",
        "--limit",
        "cost=none",
        "--plan",
        cwd=place,
        env={**NO_ENGINE, "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stderr
    assert "cost: no upper bound: candidate fast has no limit on cost or tokens; give --limit cost=…" in done.stdout
    assert "set TEAM_AUTH" in done.stderr


def test_a_plan_of_a_run_that_is_gone_on_with(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    out = place / "out"
    out.mkdir()
    typed = Typed(
        suites=("toy",),
        models=("plain",),
        candidates_file=None,
        conditions=(),
        repeats=3,
        limits=(),
        api_base=None,
        settings={},
    )
    chosen = choose_trials(typed)
    assert chosen.caps == Caps()
    LockFile.write(out / "lock.json", chosen.plan, load_tools(), {}, run_id="0")
    key = "toy/calc/plain/field"
    records = [
        make_record(verdict, suite="toy", task="calc", candidate="plain", trial=f"{key}/{repeat}", repeat=repeat)
        for repeat, verdict in enumerate(["wrong", "infra-error"])
    ]
    (out / "results.jsonl").write_text(as_lines(*records))
    found = planned(place, "toy", "--model", "plain", "--repeats", "3", "--out", out, "--resume")
    assert (found["trials"], found["done"], found["left"]) == (3, 1, 2)
    done = roadtest(
        *("run", "nightly.toml", "--out", out, "--resume", "--plan"), cwd=place, env={**NO_ENGINE, "TEAM_AUTH": KEY}
    )
    assert done.returncode == 0, done.stderr
    (note,) = [line for line in done.stderr.splitlines() if "--resume" in line]
    assert note == "note: --resume: 3 trials more than this run had before: the candidate fast"
    assert "holds a run already" in refused(place, "toy", "--model", "plain", "--out", out, "--plan")
    (place / "candidates.toml").write_text(CANDIDATES.replace("scripted:nop", "scripted:oracle"))
    again = refused(place, "toy", "--model", "plain", "--repeats", "3", "--out", out, "--resume", "--plan")
    assert "the candidate plain has changed" in again


def test_a_missing_key_variable_is_told_before_anything_is_started(place: Path) -> None:
    said = refused(place, "toy", "--model", "fast", "--out", place / "out")
    assert "--model fast: set TEAM_AUTH" in said
    assert not (place / "out").exists()


def test_what_is_wrong_with_a_file_is_told_in_one_line(place: Path) -> None:
    assert "no.toml: is missing" in refused(place, "toy", "--model", "fast", "--candidates", "no.toml")
    assert "no.toml: is missing" in refused(place, "no.toml", "--model", "fast")
    assert "--model: name at least one" in refused(place, "toy")
    assert "a replay asks nobody" in refused(place, "nightly.toml", "--plan", "--replay", "x")
    (place / "candidates.toml").write_text(CANDIDATES.replace('"TEAM_AUTH"', f'"sk-{KEY}"'))
    said = refused(place, "toy", "--model", "plain")
    assert said.count("\n") == 1
    assert "candidates.toml: fast.key: write the name of the variable" in said
    assert KEY not in said


def test_a_name_that_nobody_knows_is_told_with_those_that_are_listed(place: Path) -> None:
    for more in ([], ["--plan"]):
        said = refused(place, "toy", "--model", "fsat", *more)
        assert said.count("\n") == 1
        assert "--model fsat: candidates.toml has no such name (it has fast, plain), and litellm knows no such" in said
    (place / "candidates.toml").write_text(CANDIDATES.replace('"openai/x"', '"gpt-fourish"'))
    said = refused(place, "toy", "--model", "fast", TEAM_AUTH=KEY)
    assert "has no such name" not in said


def test_a_key_that_slipped_into_another_field_is_not_shown(place: Path) -> None:
    (place / "candidates.toml").write_text(CANDIDATES + f'\n[odd]\nmodel = "no-such-{KEY}/x"\n')
    said = refused(place, "toy", "--model", "odd", TEAM_AUTH=KEY)
    assert "candidates.toml: odd.model: holds a key" in said
    assert KEY not in said
