"""Runs from the command line, in real containers: what comes out, and what is refused beforehand."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox import schema
from sandbox.history_reader import Reader
from sandbox.tree import git_hash, source
from tests.support import toy
from tests.support.command import events, results, roadtest
from tests.support.docker import leftovers, run_id
from tests.support.toy import SUBMIT, bash, call, turn, write

pytestmark = pytest.mark.docker

RIGHT = [write("calc.py", toy.FIXED), SUBMIT]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, engine: docker.DockerClient) -> Path:
    """A run of the built-in candidates, a good fix, half a fix, and one that breaks what worked."""
    folder = tmp_path_factory.mktemp("run")
    task = toy.make_task(folder)
    scripts = {
        "good": RIGHT,
        "talks": [write("calc.py", toy.FIXED), {"content": "It adds now."}],
        "breaks": [write("calc.py", toy.FIXED.replace("2 * x", "x")), SUBMIT],
        "malformed": [{"raw": {"choices": [{"message": {"content": ""}}]}}] * 3,
        "after-submit": [turn(call("submit", {}, "a"), call("bash", {"command": "echo no"}, "b"))],
    }
    models = [f"--model={toy.make_script(folder / f'{name}.jsonl', turns)}" for name, turns in scripts.items()]
    models += ["--model=scripted:oracle", "--model=scripted:nop"]
    done = roadtest("run", task, *models, "--out", folder / "out", "--concurrency", "3", "--repeats", "1")
    assert done.returncode == 0, done.stderr
    (folder / "stdout").write_text(done.stdout)
    return folder


def record(run: Path, name: str) -> dict[str, Any]:
    found = results(run / "out")
    return found.get(f"scripted:{name}") or found[f"scripted:{run / name}.jsonl"]


@pytest.mark.parametrize(
    ("name", "verdict", "reason"),
    [
        ("oracle", "accepted", "every bug fixed"),
        ("nop", "wrong", "not fixed: add"),
        ("good", "accepted", "every bug fixed"),
        ("talks", "accepted", "every bug fixed"),
        ("breaks", "wrong", "broke what worked: tests/test_calc.py"),
        ("malformed", "wrong", "not fixed: add"),
        ("after-submit", "wrong", "not fixed: add"),
    ],
)
def test_verdicts(run: Path, name: str, verdict: str, reason: str) -> None:
    found = record(run, name)
    assert (found["verdict"], reason in found["reason"]) == (verdict, True), found


def test_everything_written_is_as_its_schema_says(run: Path) -> None:
    schema.check("lock.v1", json.loads((run / "out" / "lock.json").read_text()), file="lock.json")
    for found in results(run / "out").values():
        schema.check("result.v1", found, file="results.jsonl")
        for event in events(run / "out", found["trial"]):
            schema.check("event.v1", event, file=found["trial"])


def test_a_tool_call_is_written_down_before_it_runs_and_causes_its_result(run: Path) -> None:
    log = events(run / "out", record(run, "good")["trial"])
    started = [event for event in log if event["kind"] == "tool.started"]
    returned = [event for event in log if event["kind"] == "tool.returned"]
    assert [event["cause"] for event in returned] == [event["seq"] for event in started]
    assert [event["seq"] for event in log] == list(range(len(log)))


def states(run: Path, name: str) -> list[dict[str, Any]]:
    log = events(run / "out", record(run, name)["trial"])
    return [event["data"] for event in log if event["kind"] == "tree.saved"]


def test_every_state_is_a_commit_and_the_last_one_is_sealed(run: Path) -> None:
    found = states(run, "good")
    reader = Reader(run / "out" / "trials" / record(run, "good")["trial"] / "history.git")
    assert [commit for commit, _ in reader.log()][1:] == [state["commit"] for state in found]
    assert [state["sealed"] for state in found] == [False] * (len(found) - 1) + [True]
    tree = reader.tree(found[-1]["commit"])
    assert (git_hash(tree), found[-1]["source"]) == (found[-1]["source"], git_hash(source(tree)))
    assert tree["calc.py"].data.decode() == toy.FIXED
    assert set(tree) == set(toy.WORKSPACE)
    assert (found[-1]["differs"], found[-1]["blob"]) == (False, None)


def test_the_history_of_a_run_that_was_moved_can_be_read_with_git(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run / "out", tmp_path / "moved")
    history = tmp_path / "moved" / "trials" / record(run, "good")["trial"] / "history.git"
    done = subprocess.run(["git", "-C", history, "log", "-p"], capture_output=True, text=True, check=True)
    assert "+    return a + b" in done.stdout
    assert "write_file: calc.py" in done.stdout


def test_an_equal_tree_is_judged_once(run: Path) -> None:
    checks = [
        next(event for event in events(run / "out", record(run, name)["trial"]) if event["kind"] == "check.ran")["data"]
        for name in ("oracle", "good", "talks")
    ]
    assert len({check["source"] for check in checks}) == 1
    assert sorted(check["cached"] for check in checks) == [False, True, True]


def test_three_unreadable_replies_end_the_turn(run: Path) -> None:
    found = record(run, "malformed")
    assert found["calls"]["faults"] == {"empty-reply": 3, "unrecovered": 3}
    closed = next(e for e in events(run / "out", found["trial"]) if e["kind"] == "step.closed")
    assert closed["data"]["reason"] == "malformed"


def test_a_call_after_handing_in_is_not_run(run: Path) -> None:
    found = record(run, "after-submit")
    counts = {"total": 2, "valid": 2, "refused": 0, "recovered": 0, "faulty": 0, "advisory": {}}
    assert found["calls"] == {**counts, "faults": {"false-completion": 1}}
    kinds = [event["kind"] for event in events(run / "out", found["trial"])]
    assert kinds.count("tool.started") == 1


def test_standings_name_every_candidate_and_the_run(run: Path) -> None:
    text = (run / "stdout").read_text()
    assert "Standings" in text
    assert "scripted:oracle" in text
    assert str(run / "out") in text


def test_report_shows_standings_and_trials(run: Path) -> None:
    shown = roadtest("report", run / "out")
    assert shown.returncode == 0
    assert "tests/test_calc.py" in shown.stdout
    data = json.loads(roadtest("report", run / "out", "--json").stdout)
    assert {row["candidate"] for row in data["standings"]} == set(results(run / "out"))
    assert len(data["trials"]) == 7


def test_nothing_is_left_in_the_engine(run: Path, engine: docker.DockerClient) -> None:
    assert leftovers(engine, run_id(run / "out")) == []


def test_a_finished_run_is_refused_without_resume_and_left_alone_with_it(run: Path) -> None:
    task = run / "toy" / "calc"
    refused = roadtest("run", task, "--model", "scripted:nop", "--out", run / "out")
    assert refused.returncode == 2
    assert "--resume" in refused.stderr
    before = (run / "out" / "results.jsonl").read_bytes()
    again = roadtest("run", task, "--model", "scripted:nop", "--out", run / "out", "--resume", "--json")
    assert again.returncode == 0, again.stderr
    assert (run / "out" / "results.jsonl").read_bytes() == before
    assert json.loads(again.stdout)["standings"][0]["candidate"] == "scripted:nop"


def test_a_changed_task_is_not_mixed_into_a_run(run: Path, tmp_path: Path) -> None:
    changed = toy.make_task(tmp_path, task=toy.TASK.replace("test_timeout_sec = 5", "test_timeout_sec = 6"))
    done = roadtest("run", changed, "--model", "scripted:nop", "--out", run / "out", "--resume")
    assert done.returncode == 2
    assert "the task toy/calc has changed" in done.stderr


def test_a_torn_last_line_is_mended_by_resume(run: Path, tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    out = tmp_path / "out"
    assert roadtest("run", task, "--model", "scripted:nop", "--out", out).returncode == 0
    whole = (out / "results.jsonl").read_bytes()
    (out / "results.jsonl").write_bytes(whole + whole[:50])
    done = roadtest("run", task, "--model", "scripted:nop", "--model", "scripted:oracle", "--out", out, "--resume")
    assert done.returncode == 0, done.stderr
    assert sorted(results(out)) == ["scripted:nop", "scripted:oracle"]


def test_a_task_that_does_not_hold_fails_its_check(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    (task / "solution" / "solve.sh").write_text("true\n")
    variant = task / "variants" / "claims-too-much"
    variant.mkdir(parents=True)
    (variant / "turns.jsonl").write_text(json.dumps(bash("true")) + "\n")
    (variant / "expect.toml").write_text('verdict = "accepted"\n[calls]\ntotal = 2\n')
    done = roadtest("task", "check", task)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    for test in ("test_add", "test_add_negative"):
        assert f"toy/calc: with the reference solution, tests/test_calc.py::{test}: failed" in lines
    assert "toy/calc: variant claims-too-much: verdict: expected accepted, found wrong" in lines
    assert "toy/calc: variant claims-too-much: calls.total: expected 2, found 1" in lines
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("solution/solve.sh", "EOF\n", "EOF\nexit 3\n", "solution/solve.sh ended with 3"),
        pytest.param(
            *("task.toml", "test_add_negative", "test_ad_negative", "test_ad_negative: missing (there is no such test"),
            marks=pytest.mark.slow,
        ),
        ("task.toml", 'setup = "import calc"', 'setup = "from calc import ad"', "a canary raises before it compares"),
        pytest.param(
            *("tests/guards.txt", "test_double", "test_doubel", "test_doubel: missing (there is no such test"),
            marks=pytest.mark.slow,
        ),
        ("environment/Dockerfile", "COPY workspace/", "COPY workspaec/", "does not build"),
    ],
)
def test_a_slip_of_the_author_is_named(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    task = toy.make_task(tmp_path)
    text = (task / file).read_text()
    assert old in text
    (task / file).write_text(new.join(text.rsplit(old, 1)))
    done = roadtest("task", "check", task)
    assert done.returncode == 1, done.stdout + done.stderr
    assert message in done.stdout
    assert done.stdout.count("does not build") <= 1


def test_a_task_that_holds_passes_its_check(tmp_path: Path) -> None:
    done = roadtest("task", "check", toy.make_task(tmp_path))
    assert (done.returncode, done.stdout) == (0, "toy/calc: holds\n")


def test_an_image_that_does_not_build_is_the_task_s_fault_and_said_so(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    (task / "environment" / "Dockerfile").write_text("ARG ROADTEST_BASE\nFROM ${ROADTEST_BASE}\nRUN exit 7\n")
    done = roadtest("run", task, "--model", "scripted:nop", "--out", tmp_path / "out")
    assert done.returncode == 3
    found = results(tmp_path / "out")["scripted:nop"]
    assert found["verdict"] == "infra-error"
    assert "does not build" in found["reason"]
    assert "counts in no rate" in done.stderr


def test_a_hanging_and_a_crashing_test_cost_only_themselves(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path, task=toy.TASK.replace("test_timeout_sec = 5", "test_timeout_sec = 2"))
    hangs = "import os, time\n" + toy.FIXED.replace("return a + b", "time.sleep(60) if a > 0 else os.abort()")
    name = toy.make_script(tmp_path / "hangs.jsonl", [write("calc.py", hangs), SUBMIT])
    done = roadtest("run", task, "--model", name, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    found = results(tmp_path / "out")[name]
    check = next(e for e in events(tmp_path / "out", found["trial"]) if e["kind"] == "check.ran")["data"]
    assert found["verdict"] == "wrong"
    assert found["reason"] == "not fixed: add"
    assert check["guards"] == {"tests/test_calc.py": "P"}
    assert sorted(check["outcomes"].values()) == ["crash", "passed", "timeout"]


def test_a_workspace_too_large_to_keep_is_the_agent_s_crash(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    turns = [bash("for i in 1 2 3; do truncate -s 30M sparse$i; done"), SUBMIT]
    name = toy.make_script(tmp_path / "large.jsonl", turns)
    done = roadtest("run", task, "--model", name, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert results(tmp_path / "out")[name]["verdict"] == "agent-crash"
