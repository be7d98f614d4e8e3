"""`roadtest calls`: planted faults of a real run, found as they were planted, live and read back; and bad input."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox import schema, score
from sandbox.journal import read_events
from tests.support import toy
from tests.support.command import results, roadtest
from tests.support.toy import SUBMIT, bash, call, turn, write


def read(**arguments: Any) -> dict[str, Any]:
    return turn(call("read_file", arguments))


SCRIPTS = {
    "planted": [
        bash("ls"),
        bash("ls"),
        read(file="calc.py"),
        read(path="calc.py"),
        turn(call("list_dir", {"directory": "."})),
        read(path="src/adder.py"),
        SUBMIT,
    ],
    "round": [*[bash("cat calc.py")] * 4, write("calc.py", toy.FIXED), SUBMIT],
    # Each look is at another state, so none of them is a repeat.
    "looks": [
        bash("cat calc.py"),
        write("calc.py", toy.FIXED),
        bash("cat calc.py"),
        bash("touch made && rm made; echo 1 > made"),
        bash("cat calc.py"),
        SUBMIT,
    ],
    "mute": [{"raw": {"choices": [{"message": {"content": ""}}]}}] * 3,
}
PLANTED = {
    "total": 7,
    "valid": 5,
    "refused": 1,
    "faults": {
        "false-completion": 1,
        "missing-argument": 2,
        "repeated-call": 1,
        "unexpected-argument": 2,
        "unrecovered": 1,
    },
    "recovered": 1,
    "faulty": 3,
    "advisory": {"ungrounded-value": 1},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, engine: docker.DockerClient) -> Path:
    """A run of the scripts."""
    folder = tmp_path_factory.mktemp("calls")
    task = toy.make_task(folder)
    models = [f"--model={toy.make_script(folder / f'{name}.jsonl', turns)}" for name, turns in SCRIPTS.items()]
    done = roadtest("run", task, *models, "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    return folder / "out"


def record(run: Path, name: str) -> dict[str, Any]:
    return results(run)[f"scripted:{run.parent / name}.jsonl"]


def calls(run: Path, *options: str) -> dict[str, Any]:
    done = roadtest("calls", run, "--json", *options)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.docker
def test_planted_faults_are_found_as_they_were_planted(run: Path) -> None:
    assert record(run, "planted")["calls"] == PLANTED
    assert record(run, "round")["calls"]["faults"] == {"repeated-call": 3}
    assert record(run, "looks")["calls"]["faults"] == {}
    # Nothing was claimed: three replies without a word ended the turn.
    assert record(run, "mute")["calls"]["faults"] == {"empty-reply": 3, "unrecovered": 3}


@pytest.mark.docker
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_log_says_the_same_when_it_is_read_back(run: Path, name: str) -> None:
    found = record(run, name)
    schema.check("result.v1", found, file="results.jsonl")
    assert score.calls(read_events(run / "trials" / found["trial"])) == found["calls"]


@pytest.mark.docker
def test_the_report_has_a_row_for_each_candidate(run: Path) -> None:
    data = calls(run)
    rows = {Path(row["candidate"]).stem: row for row in data["groups"]}
    assert set(rows) == set(SCRIPTS)
    assert (rows["planted"]["calls"], rows["planted"]["faulty"], rows["planted"]["recovered"]) == (7, 3, 1)
    assert rows["planted"]["replies_to_recovery"] == 1
    assert rows["round"]["loops"] == {"count": 1, "calls": 4, "longest": 4}
    assert (rows["mute"]["rate"], rows["mute"]["reply_faults"]) == (None, 3)
    assert rows["looks"]["accepted"] == {"trials": 1, "with_fault": 0}
    assert data["left_out"] == []


@pytest.mark.docker
def test_the_report_is_taken_apart(run: Path) -> None:
    by_tool = calls(run, "--by", "tool")["groups"]
    assert sum(row["calls"] for row in by_tool) == sum(row["calls"] for row in calls(run)["groups"])
    by_label = calls(run, "--by", "label", "--by", "task")["groups"]
    assert {row["task"] for row in by_label} == {"toy/calc"}
    assert {"label": "empty-reply", "count": 3, "per": "replies", "of": 3}.items() <= by_label[0].items()


@pytest.mark.docker
def test_the_tables_say_what_must_be_said(run: Path) -> None:
    done = roadtest("calls", run)
    assert done.returncode == 0, done.stderr
    for piece in ("Faults by label", "Calls by tool", "repeated-call", "1 of 1 failed", "0 of 0 accepted"):
        assert piece in done.stdout, done.stdout


@pytest.mark.docker
def test_a_trial_that_is_not_finished_is_left_out_and_named(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    log = tmp_path / "run" / "trials" / record(run, "planted")["trial"] / "events.jsonl"
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))
    data = calls(tmp_path / "run")
    assert [left["verdict"] for left in data["left_out"]] == [None]
    assert data["trials"] == 3
    assert "1 of 4 trials has no verdict" in roadtest("calls", tmp_path / "run").stdout


def refused(*arguments: str | Path) -> str:
    done = roadtest("calls", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout
    return done.stderr


def log_in(folder: Path) -> Path:
    place = folder / "trials" / "s" / "t" / "c" / "field" / "0"
    place.mkdir(parents=True)
    return place / "events.jsonl"


def test_what_is_no_run_is_said_in_one_line(tmp_path: Path) -> None:
    assert "there is no such directory" in refused(tmp_path / "nowhere")
    (tmp_path / "lock.json").write_text("{}")
    said = refused(tmp_path)
    assert "no trial of this run has begun yet" in said
    assert said.count("\n") == 1


OPENED = '{"v":1,"seq":0,"t":0,"at":"2026-01-01T00:00:00.000Z","kind":"trial.opened","cause":null,"data":{}}\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not begin with the opening of a trial"),
        ("nonsense\n{}\n", "line 1 is not an event"),
        (OPENED, "is required and missing"),
        (OPENED.replace('"seq":0', '"seq":1'), "seq is 1, expected 0"),
    ],
)
def test_a_broken_log_is_named(tmp_path: Path, text: str, message: str) -> None:
    log_in(tmp_path).write_text(text)
    said = refused(tmp_path)
    assert message in said
    assert "events.jsonl" in said
    assert said.count("\n") == 1


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(log_in(tmp_path))
    assert "is not a regular file" in refused(tmp_path)


def test_an_unknown_dimension_is_refused(tmp_path: Path) -> None:
    assert "'colour' is not one of" in refused(tmp_path, "--by", "colour")
