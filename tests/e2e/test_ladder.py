"""The ladder: one item on several rungs, candidates of known strength, and the gap that was built in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sandbox import schema
from sandbox.gap.graded import GRADED, solves
from tests.support.command import PROJECT, events, roadtest
from tests.support.cp_packages import CPP, CURRENT, lay_out
from tests.support.toy import TASK, make_task

ITEM = "addition"
NAMES = ("crammer", "master")
REPEATS = 3
SEED = 1
SUITE = """\
tasks = ["toy", "kernels"]
conditions = ["field", "loop", "shaky"]
repeats = 3
"""
# Every call is lost once.
SHAKY = """\
[shaky]
rung = "rough"
noise = { typos = 0.5, context = 40 }
faults = { "*" = { timeout = 0.5, fail_once = 0.5 } }
"""
FILES: Mapping[str, str | None] = {
    "submissions/accepted/sum.cpp": CPP,
    "submissions/wrong_answer/minus.py": "a, b = map(int, input().split())\nprint(a - b)\n",
}


def ladder(folder: Path) -> Path:
    """A suite of one item: a problem, and the toy task."""
    make_task(folder, task=TASK.replace('rung = "report"\n', f'rung = "report"\nitem = "{ITEM}"\n'))
    more = f"limits:\n  time_limit: 1\n  memory: 64\nkeywords: [tier-1, item-{ITEM}]\n"
    lay_out(folder / "kernels", CURRENT, FILES, more=more)
    (folder / "suite.toml").write_text(SUITE, "utf-8")
    (folder / "conditions.toml").write_text(SHAKY, "utf-8")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of two graded candidates on the tiny ladder."""
    folder = ladder(tmp_path_factory.mktemp("ladder"))
    models = [word for name in NAMES for word in ("--model", f"scripted:graded-{name}")]
    done = roadtest("run", folder, "--conditions", folder / "conditions.toml", *models, "--out", folder / "run")
    assert done.returncode == 0, done.stderr
    return folder / "run"


def records(run: Path) -> list[dict[str, Any]]:
    """The records of a run."""
    return [json.loads(line) for line in (run / "results.jsonl").read_text("ascii").splitlines()]


def strength(candidate: str) -> str:
    """Its name in the table."""
    return candidate.partition("-")[2].partition("@")[0]


def rate(candidate: str, rung: str, items: Sequence[str], repeats: int) -> float:
    """What a graded candidate solves, by its own draws."""
    name, seed = strength(candidate), int(candidate.partition("@")[2] or 0)
    drawn = [solves(name, item=item, rung=rung, repeat=n, seed=seed) for item in items for n in range(repeats)]
    return sum(drawn) / len(drawn)


@pytest.mark.docker
def test_every_trial_ends_as_the_candidate_s_strength_says(run: Path) -> None:
    found = records(run)
    assert {(row["rung"], row["condition"]) for row in found} == {
        *(("kernel", "field"), ("report", "field"), ("loop", "loop"), ("rough", "shaky"))
    }
    assert len(found) == 4 * len(NAMES) * REPEATS
    for row in found:
        solved = solves(strength(row["candidate"]), item=ITEM, rung=row["rung"], repeat=row["repeat"])
        assert (row["verdict"] == "accepted") is solved, row["trial"]


@pytest.mark.docker
def test_calls_that_were_made_to_fail_are_no_faults_of_the_candidate(run: Path) -> None:
    hit = [row for row in records(run) if row["rung"] == "rough" and row["verdict"] == "accepted"]
    assert hit
    for row in hit:
        assert (row["injected"]["calls"], row["injected"]["recovered"]) == (1, 1)
        assert (row["calls"]["faulty"], row["calls"]["refused"], row["flags"]) == (0, 0, [])
        log = events(run, row["trial"])
        for event in log:
            schema.check("event.v1", event, file=f"line {event['seq'] + 1}")
        assert sum("injected" in event["data"] for event in log) == 1


@pytest.mark.docker
def test_the_gap_is_the_one_that_was_built_in(run: Path) -> None:
    done = roadtest("gap", run, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["ends"] == {"lab": "kernel", "road": "rough"}
    for step in told["steps"]:
        lab, road = (rate(step["candidate"], step[end], [ITEM], REPEATS) for end in ("lab", "road"))
        assert step["gap"]["value"] == pytest.approx(road - lab)
    assert set(told["scores"]) == {f"scripted:graded-{name}" for name in NAMES}
    assert any("no interval" in remark for remark in told["remarks"])
    words = roadtest("gap", run, "--road", "report")
    assert words.returncode == 0
    assert "kernel → report *" in words.stdout


@pytest.mark.docker
def test_a_run_is_not_gone_on_with_under_another_condition_of_that_name(run: Path) -> None:
    other = run.parent / "other.toml"
    other.write_text(SHAKY.replace("0.5", "0.4"), "utf-8")
    words = ["--model", "scripted:graded-master", "--out", str(run), "--resume"]
    done = roadtest("run", run.parent, "--conditions", other, *words)
    assert done.returncode == 2
    assert "the condition shaky has changed since this run began" in done.stderr


@pytest.mark.docker
def test_a_run_of_faults_is_judged_again_and_replayed(run: Path) -> None:
    done = roadtest("rejudge", run, run.parent)
    assert done.returncode == 0, done.stderr
    before, after = (
        {row["trial"]: row["verdict"] for row in records(place)} for place in (run, run / "rejudged" / "1")
    )
    assert before == after
    models = [word for name in NAMES for word in ("--model", f"scripted:graded-{name}")]
    words = ["--conditions", str(run.parent / "conditions.toml"), *models, "--replay", str(run)]
    done = roadtest("run", run.parent, *words, "--out", run.parent / "played")
    assert done.returncode == 0, done.stderr
    was, now = ({row["trial"]: row.get("injected") for row in records(place)} for place in (run, run.parent / "played"))
    assert was == now


@pytest.mark.docker
@pytest.mark.slow
def test_the_whole_ladder_gives_the_gap_that_was_built_in(tmp_path: Path) -> None:
    # Of one seed in twenty an interval misses by rights; tests/simulated shows how often they do.
    models = [word for name in GRADED for word in ("--model", f"scripted:graded-{name}@{SEED}")]
    run = tmp_path / "run"
    done = roadtest("run", PROJECT / "tasks" / "ladder", *models, "--out", run, timeout=4 * 3600)
    assert done.returncode == 0, done.stderr
    done = roadtest("gap", run, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rungs"] == ["kernel", "function", "report", "loop", "rough"]
    assert (told["items"], told["clusters"]) == (12, 12)
    items = sorted({row["item"] for row in records(run)})
    for step in told["steps"]:
        assert step["gap"]["items"] == 12
        lab, road = (rate(step["candidate"], step[end], items, 1) for end in ("lab", "road"))
        assert step["gap"]["value"] == pytest.approx(road - lab)
    # The table that these draws come from.
    whole = [step for step in told["steps"] if step["whole"]]
    built = {name: rates["rough"] - rates["kernel"] for name, rates in GRADED.items()}
    for step in whole:
        assert step["gap"]["low"] <= built[strength(step["candidate"])] <= step["gap"]["high"]
