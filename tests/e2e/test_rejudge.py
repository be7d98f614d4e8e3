"""Runs judged again, in real containers: what moves, why, and that nothing of the run is touched."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox import schema
from tests.support import duel, toy
from tests.support.command import environment, events, results, roadtest, start
from tests.support.docker import leftovers, run_id
from tests.support.duel import A, B, handed_in
from tests.support.toy import make_script

pytestmark = pytest.mark.docker

ORACLE, NOP = "scripted:oracle", "scripted:nop"
TEST_FILE = Path("tests") / "tests" / "test_calc.py"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two tasks, a run of the one in the field (`field`) and one of the other as a loop (`loop`)."""
    folder = tmp_path_factory.mktemp("rejudge")
    make_script(folder / "alternator.jsonl", handed_in(A, B, A, B))
    models = ["--model", ORACLE, "--model", NOP]
    done = roadtest("run", toy.make_task(folder), *models, "--out", folder / "field")
    assert done.returncode == 0, done.stdout + done.stderr
    models += ["--model", f"scripted:{folder / 'alternator.jsonl'}", "--condition", "loop"]
    done = roadtest("run", duel.make_duel(folder), *models, "--out", folder / "loop")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def rejudge(run: Path, *more: str | Path, code: int = 0) -> dict[str, Any]:
    """Judge again; what the command says as data."""
    done = roadtest("rejudge", run, *more, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    schema.check("moved.v1", found, file="standard output")
    assert json.loads((Path(found["directory"]) / "moved.json").read_text()) == found
    return found


def moved(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["candidate"]: one for one in found["moved"]}


def kinds(one: dict[str, Any]) -> list[str]:
    return [reason["kind"] for reason in one["why"]]


def prints(run: Path) -> dict[str, str]:
    """The digest of every file of a run, but those of judging again."""
    files = [path for path in run.rglob("*") if path.is_file() and "rejudged" not in path.relative_to(run).parts]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def copy_run(stage: Path, to: Path) -> None:
    """The run in the field, as if it had never been judged again."""
    shutil.copytree(stage / "field", to, symlinks=True, ignore=shutil.ignore_patterns("rejudged"))


def without_time(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "time"}


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds}s for {what}"
        time.sleep(0.05)


@pytest.mark.parametrize("name", ["field", "loop"])
def test_by_the_same_task_all_stands_and_the_run_is_left_as_it_was(
    stage: Path, name: str, engine: docker.DockerClient
) -> None:
    run = stage / name
    before = prints(run)
    found = rejudge(run)
    again = Path(found["directory"])
    assert (found["moved"], found["failed"], found["stayed"], found["complete"]) == ([], [], [], True)
    assert found["standings"]["now"][0]["accepted"] == found["standings"]["then"][0]["accepted"]
    assert prints(run) == before
    then, now = results(run), results(again)
    # The alternator's figures come from confirmations and from the start; all of that was made anew.
    assert {who: without_time(one) for who, one in now.items()} == {who: without_time(one) for who, one in then.items()}
    for one in now.values():
        for event in events(again, one["trial"]):
            schema.check("event.v1", event, file=one["trial"])
        assert one["time"]["judge_s"] > 0
    lock = json.loads((again / "lock.json").read_text())
    schema.check("lock.v1", lock, file="lock.json")
    assert lock["rejudged"]["complete"]
    assert lock["rejudged"]["run"] == run_id(run)
    assert leftovers(engine, run_id(again)) == []


@pytest.mark.slow
def test_what_was_judged_again_is_read_like_a_run(stage: Path) -> None:
    again = Path(rejudge(stage / "loop")["directory"])
    report = roadtest("report", again)
    assert (report.returncode, report.stderr) == (0, "")
    assert ORACLE in report.stdout
    oscillation = roadtest("oscillation", again)
    assert "came back" in oscillation.stdout
    assert "± calc.py" in oscillation.stdout, "the history was not found"
    shown = roadtest("show", again, "alternator")
    assert shown.returncode == 0, shown.stderr
    assert roadtest("calls", again).returncode == 0
    refused = roadtest("run", stage / "toy" / "duel", "--model", NOP, "--out", again, "--resume")
    assert refused.returncode == 2
    assert "judged again here" in refused.stderr


def test_one_line_says_that_all_stands(stage: Path) -> None:
    done = roadtest("rejudge", stage / "field", "--trial", "oracle")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "2 trees of 1 trial were judged again in 2 checks: all verdicts stand"


def test_a_hidden_test_that_was_altered_is_named_as_the_reason(stage: Path, tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    (task / TEST_FILE).write_text(toy.HIDDEN.replace("calc.add(2, 3) == 5", 'calc.add("a", 3) == "a3"'))
    found = rejudge(stage / "field", task)
    one = moved(found)[ORACLE]
    assert list(moved(found)) == [ORACLE]
    assert (one["then"]["verdict"], one["now"]["verdict"]) == ("accepted", "wrong")
    assert {"what": "bug", "name": "add", "then": "P", "now": "F"} in one["changes"]
    assert one["why"] == [{"kind": "tests", "text": "tests changed: tests/test_calc.py altered"}]
    table = roadtest("rejudge", stage / "field", task).stdout
    for words in ("accepted → wrong", "add P→F", "tests/test_calc.py altered", "1/1 → 0/1"):
        assert words in table


def test_a_bug_that_was_split_is_judged_in_both_its_parts(stage: Path, tmp_path: Path) -> None:
    parts = (
        '[[metadata.roadtest.bugs]]\nid = "add"\ntests = ["tests/test_calc.py::test_add"]\nreport = "Sums are wrong."\n'
        '\n[[metadata.roadtest.bugs]]\nid = "negative"\ntests = ["tests/test_calc.py::test_add_negative"]\n'
        'report = "Sums of negative numbers are wrong."\n\n[verifier]'
    )
    head, _, rest = toy.TASK.partition("[[metadata.roadtest.bugs]]")
    task = toy.make_task(tmp_path, task=head + parts + rest.partition("[verifier]")[2])
    found = rejudge(stage / "field", task)
    one = moved(found)[ORACLE]
    assert results(Path(found["directory"]))[ORACLE]["bugs"] == {"add": "P", "negative": "P"}
    assert one["now"]["verdict"] == "accepted"
    assert kinds(one) == ["task"]
    assert "bug negative added" in one["why"][0]["text"]
    assert "−tests/test_calc.py::test_add_negative" in one["why"][0]["text"]


def test_a_loop_keeps_what_was_said_and_its_states_are_judged_anew(stage: Path, tmp_path: Path) -> None:
    task = duel.make_duel(tmp_path)
    hidden = task / "tests" / "test_calc.py"
    hidden.write_text(hidden.read_text().replace("calc.sub(2, 3) == -1", "True").replace("calc.sub(7, 3) == 4", "True"))
    found = rejudge(stage / "loop", task)
    alternator = next(one for who, one in moved(found).items() if "alternator" in who)
    record = results(Path(found["directory"]))[alternator["candidate"]]
    # add: F P F P F, as before; sub is right from the start.
    assert (record["bugs"], record["oscillation"]["reintroductions"]) == ({"add": "F", "sub": "P"}, 2)
    assert record["oscillation"]["fixes"] == 2
    assert found["told_otherwise"] >= 1
    told = [
        [event["data"]["messages"] for event in events(run, record["trial"]) if event["kind"] == "step.opened"]
        for run in (stage / "loop", Path(found["directory"]))
    ]
    assert told[0] == told[1]


def test_a_trial_that_its_judge_failed_comes_to_a_verdict(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    sound = (task / TEST_FILE).read_text()
    (task / TEST_FILE).write_text(sound + "\n\ndef broken(:\n")
    run = tmp_path / "run"
    done = roadtest("run", task, "--model", ORACLE, "--out", run)
    assert done.returncode == 3, done.stdout + done.stderr
    assert results(run)[ORACLE]["verdict"] == "judge-error"
    still = rejudge(run, code=3)
    assert (len(still["failed"]), still["moved"]) == (1, [])
    (task / TEST_FILE).write_text(sound)
    found = rejudge(run)
    one = moved(found)[ORACLE]
    assert (one["then"]["verdict"], one["now"]["verdict"]) == ("judge-error", "accepted")
    assert kinds(one)[0] == "not-judged-then"
    assert "fault" not in [event["kind"] for event in events(Path(found["directory"]), one["trial"])]


@pytest.mark.slow
def test_tasks_that_are_not_there_are_left_out_by_name(stage: Path, tmp_path: Path) -> None:
    both = tmp_path / "both"
    models = ["--model", NOP]
    done = roadtest("run", stage / "toy", *models, "--out", both)
    assert done.returncode == 0, done.stderr
    found = rejudge(both, stage / "toy" / "calc")
    assert [(one["task"], one["trials"]) for one in found["left_out"]] == [("toy/duel", 1)]
    assert found["trials"] == 1
    elsewhere = roadtest("rejudge", both, toy.make_task(tmp_path / "other").parent.parent / "toy" / "nothing")
    assert elsewhere.returncode == 2
    moved_away = tmp_path / "run"
    copy_run(stage, moved_away)
    lock = json.loads((moved_away / "lock.json").read_text())
    (moved_away / "lock.json").write_text(json.dumps({**lock, "argv": ["run", str(tmp_path / "gone")]}))
    gone = roadtest("rejudge", moved_away)
    assert gone.returncode == 2
    assert "toy/calc" in gone.stderr
    assert not (moved_away / "rejudged").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["nowhere"], "no such directory"), (["field", "--trial", "nobody"], "fits no finished trial"), (["toy"], "lock")],
)
def test_bad_input_is_named_and_nothing_is_made(stage: Path, arguments: list[str], words: str) -> None:
    before = sorted(stage.glob("*/rejudged/*"))
    done = roadtest("rejudge", stage / arguments[0], *arguments[1:])
    assert done.returncode == 2
    assert words in done.stderr
    assert sorted(stage.glob("*/rejudged/*")) == before


def test_trees_that_cannot_be_had_are_named_and_the_others_judged(stage: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    copy_run(stage, run)
    shutil.rmtree(run / "trials" / results(run)[ORACLE]["trial"] / "history.git")
    found = rejudge(run, code=3)
    assert [one["trial"] for one in found["failed"]] == [results(run)[ORACLE]["trial"]]
    assert "no history" in found["failed"][0]["why"]
    assert results(Path(found["directory"]))[NOP]["verdict"] == "wrong"


@pytest.mark.slow
def test_a_trial_that_has_not_ended_is_left_out_and_counted(stage: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    copy_run(stage, run)
    lines = (run / "results.jsonl").read_text().splitlines(keepends=True)
    (run / "results.jsonl").write_text("".join(line for line in lines if NOP not in line))
    found = rejudge(run)
    assert (found["unfinished"], found["trials"], found["complete"]) == (1, 1, True)


def slow_task(folder: Path) -> Path:
    task = toy.make_task(folder)
    (task / TEST_FILE).write_text(
        toy.HIDDEN.replace("def test_add():", "def test_add():\n    __import__('time').sleep(4)")
    )
    return task


def begin(run: Path, task: Path, engine: docker.DockerClient) -> subprocess.Popen[str]:
    """Begin to judge again, and wait until a judge is up."""
    process = start("rejudge", run, task)
    lock = run / "rejudged" / "1" / "lock.json"
    wait_for(lambda: lock.exists() or process.poll() is not None, "the lock")
    wait_for(lambda: leftovers(engine, run_id(lock.parent)) != [] or process.poll() is not None, "a judge")
    assert process.poll() is None, process.communicate()[0]
    return process


@pytest.mark.slow
def test_one_that_was_killed_says_so_and_another_begins_anew(
    stage: Path, tmp_path: Path, engine: docker.DockerClient
) -> None:
    run = tmp_path / "run"
    copy_run(stage, run)
    task = slow_task(tmp_path)
    process = begin(run, task, engine)
    process.kill()
    process.communicate(timeout=60)
    killed = run / "rejudged" / "1"
    assert "incomplete" in roadtest("report", killed).stderr
    found = rejudge(run, task)
    assert Path(found["directory"]) == run / "rejudged" / "2"
    assert (found["complete"], found["trials"]) == (True, 2)
    assert leftovers(engine, run_id(killed)) == []
    assert "incomplete" not in roadtest("report", run / "rejudged" / "2").stderr


def test_ctrl_c_leaves_no_container(stage: Path, tmp_path: Path, engine: docker.DockerClient) -> None:
    run = tmp_path / "run"
    copy_run(stage, run)
    before = prints(run)
    process = begin(run, slow_task(tmp_path), engine)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 130
    assert "incomplete; to judge again begins anew" in said
    assert "Traceback" not in said
    assert leftovers(engine, run_id(run / "rejudged" / "1")) == []
    assert prints(run) == before


def test_without_an_engine_nothing_is_made(stage: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    copy_run(stage, run)
    done = roadtest("rejudge", run, env=environment({"DOCKER_HOST": "unix:///nowhere"}))
    assert done.returncode == 3
    assert not (run / "rejudged").exists()
