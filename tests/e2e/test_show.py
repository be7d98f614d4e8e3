"""Transcripts from the command line: of a real run, and of runs laid out by hand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox.history import History, make_base
from sandbox.journal import Journal
from tests.support import toy
from tests.support.builders import text_file
from tests.support.command import PROJECT, ROADTEST, environment, results, roadtest
from tests.support.toy import SUBMIT, bash, call, turn

TURNS = [
    turn(call("bash", '{"command": "ls",}', "a"), call("run_tests", {"all": True}, "b"), content="Let me \x1b[31msee."),
    bash("printf '\\033[31mred\\033[0m\\n'; seq 1000 1100; exit 3"),
    turn(call("edit_file", {"path": "calc.py", "old": "return a - b", "new": "return a + b"}), content="Found it."),
    SUBMIT,
]
WRONG = [bash("sed -i 's/2 \\* x/x/' calc.py"), {"content": "I am done."}]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, engine: docker.DockerClient) -> Path:
    """A run of a clumsy candidate that gets there, and one that breaks what worked."""
    folder = tmp_path_factory.mktemp("show")
    task = toy.make_task(folder)
    models = [
        f"--model={toy.make_script(folder / 'clumsy.jsonl', TURNS)}",
        f"--model={toy.make_script(folder / 'breaks.jsonl', WRONG)}",
    ]
    done = roadtest("run", task, *models, "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    return folder / "out"


def show(*arguments: str | Path, **env: str) -> str:
    done = roadtest("show", *arguments, env=env)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


@pytest.mark.docker
def test_a_transcript_tells_the_whole_story(run: Path) -> None:
    text = show(run, "clumsy")
    story = [
        "accepted  every bug fixed",
        "bugs 1/1 fixed · guards 1/1 intact",
        "5 in 4 replies",
        "2 faulty, 0 recovered · bad-json×1, unknown-tool×1, unrecovered×2",
        toy.INSTRUCTION.strip(),
        "Step 1 of 4",
        "Let me \\x1b[31msee.",
        "✗ bash  not run: bad-json",
        '{"command": "ls",}',
        "✗ run_tests  not run: unknown-tool",
        "there is no tool 'run_tests'",
        "Step 2 of 4",
        "● bash  exit 3",
        "$ printf '\\033[31mred",
        "│ \\x1b[31mred\\x1b[0m",
        "│ 1008",
        "lines left out (--step 2 shows them)",
        "│ 1100",
        "Step 3 of 4",
        "Found it.",
        "● edit_file  calc.py  ok",
        "± calc.py",
        "+    return a + b",
        "● submit  ok",
        "handed in",
        "2 files",
        "as last recorded",
        "3 of 3 hidden tests passed",
        "✓ add",
        "✓ tests/test_calc.py",
        "verdict accepted",
    ]
    place = 0
    for piece in story:
        assert piece in text[place:], f"{piece!r} is not in what comes after\n{text[:place][-300:]}"
        place += text[place:].index(piece)
    assert "\x1b" not in text
    assert "You are a software engineer" not in text
    assert "You are a software engineer" in show(run, "clumsy", "--full")


@pytest.mark.docker
def test_tests_that_did_not_pass_say_why(run: Path) -> None:
    text = show(run, "breaks")
    assert "wrong  not fixed: add; broke what worked: tests/test_calc.py" in text
    assert "✗ tests/test_calc.py::test_double  failed" in text
    assert "assert 21 == 42" in text
    assert "a reply without a call" in text


@pytest.mark.docker
def test_one_step_comes_in_full(run: Path) -> None:
    text = show(run, "clumsy", "--step", "2")
    assert all(f"│ {number}\n" in text for number in range(1000, 1101))
    assert "Step 2 of 4" in text
    assert "Step 3" not in text
    assert re.search(r"blobs/[0-9a-f]{64}", text)


@pytest.mark.docker
def test_the_same_as_data(run: Path) -> None:
    data = json.loads(show(run, "clumsy", "--json"))
    assert (data["verdict"], len(data["steps"])) == ("accepted", 4)
    assert [made["status"] for made in data["steps"][0]["calls"]] == ["rejected", "rejected"]
    assert json.loads(show(run, "clumsy", "--step", "2", "--json")) == data["steps"][1]
    listed = json.loads(show(run, "--json"))["trials"]
    assert {trial["trial"] for trial in listed} == {record["trial"] for record in results(run).values()}
    assert {(trial["verdict"], trial["steps"]) for trial in listed} == {("accepted", 4), ("wrong", 2)}


@pytest.mark.docker
def test_what_the_edit_changed_stands_with_it(run: Path) -> None:
    text = show(run, "clumsy", "--no-diff")
    assert "    - return a - b\n    + return a + b\n" in text
    assert "    ± 1 file written: calc.py\n" in text
    assert "    ± calc.py\n      @@ -1,5 +1,5 @@\n" in show(run, "clumsy")
    edit = json.loads(show(run, "clumsy", "--json"))["steps"][2]["calls"][0]
    assert "-    return a - b\n+    return a + b\n" in edit["diff"]
    assert edit["saved"]["paths"] == ["calc.py"]


@pytest.mark.docker
def test_a_trial_is_named_by_any_part_that_fits_it_alone(run: Path) -> None:
    keys = [record["trial"] for record in results(run).values()]
    for key in keys:
        assert show(run, key, "--json") == show(run, re.search(r"\w+\.jsonl", key)[0], "--json")  # type: ignore[index]
    several = roadtest("show", run, "toy/calc")
    assert (several.returncode, several.stdout) == (2, "")
    assert several.stderr.splitlines() == [
        "roadtest: TRIAL 'toy/calc' fits 2 trials:",
        *(f"  {key}" for key in sorted(keys)),
    ]
    none = roadtest("show", run, "nobody")
    assert (none.returncode, none.stdout, len(none.stderr.splitlines())) == (2, "", 1)


@pytest.mark.docker
@pytest.mark.parametrize("step", ["0", "5", "-1"])
def test_a_step_that_is_not_there_is_refused_with_how_many_there_are(run: Path, step: str) -> None:
    done = roadtest("show", run, "clumsy", "--step", step)
    assert (done.returncode, done.stdout) == (2, "")
    assert "this trial has 4 steps" in done.stderr


@pytest.mark.docker
def test_a_log_that_was_cut_shows_as_far_as_it_goes(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "cut")
    path = next(folder for folder in (tmp_path / "cut").rglob("events.jsonl") if "clumsy" in str(folder))
    lines = path.read_bytes().splitlines(keepends=True)
    started = next(index for index, line in enumerate(lines) if b"seq 1000" in line)
    path.write_bytes(b"".join(lines[: started + 1]) + b'{"v": 1, "se')
    text = show(tmp_path / "cut", "clumsy")
    assert "no verdict yet" in text
    assert "no result: the log ends here" in text
    (tmp_path / "cut" / "results.jsonl").unlink()
    assert re.search(r"^open +2 steps .*clumsy", show(tmp_path / "cut"), re.MULTILINE)


KEY = "suite/sample/hand/field/0"
OPENED = {
    "trial": KEY,
    "task": "sample",
    "suite": "suite",
    "item": None,
    "rung": "report",
    "judge": "in-process",
    "candidate": {"name": "hand", "kind": "model", "settings": {}},
    "condition": "field",
    "repeat": 0,
}
REPLY: dict[str, Any] = {
    "reply": 0,
    "raw": True,
    "body": "0" * 64,
    "finish": "stop",
    "text": "",
    "calls": 1,
    "labels": [],
    "problem": None,
    "seconds": 1.0,
    "prompt_tokens": 0,
    "completion_tokens": 0,
    "cost_usd": 0.0,
}


def lay_out(run: Path, output: str = "") -> Path:
    """A run with one trial of two commands and their history; the trial's directory."""
    folder = run / "trials" / KEY
    journal = Journal.open(folder)
    base = make_base(run / "bases" / "x.git", {"calc.py": text_file(toy.WORKSPACE["calc.py"])}, title="base")
    history = History.start(folder / "history.git", base)
    journal.write("trial.opened", OPENED)
    for content in (toy.FIXED, toy.FIXED + "# \x1b[2J\n"):
        replied = journal.write("model.replied", REPLY, cause=journal.write("model.asked", {"reply": 0, "messages": 2}))
        facts = {"call": "c", "name": "bash", "arguments": '{"command": "fix"}', "effect": "exec"}
        started = journal.write("tool.started", facts, cause=replied)
        done = {"call": "c", "status": "ok", "output": output, "exit_code": 0, "seconds": 0.1}
        returned = journal.write("tool.returned", done, cause=started)
        saved = history.save({"calc.py": text_file(content)}, [], title="bash", notes={}, at=time.time())
        data = {"commit": saved.commit, "changed": saved.changed, "gone": 0, "paths": saved.paths, "over": None}
        journal.write("tree.saved", {**data, "sealed": False, "seconds": 0.0}, cause=returned)
    journal.write("trial.closed", {"verdict": "wrong", "reason": "because"})
    history.close()
    journal.close()
    return folder


def test_each_call_comes_with_what_it_changed(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "run")
    text = show(tmp_path / "run", "hand")
    for piece in ("    ± calc.py\n      @@", "-    return a - b\n      +    return a + b\n", "+# \\x1b[2J\n"):
        assert piece in text
    assert text.index("return a + b") < text.index("Step 2 of 2") < text.index("+# ")
    assert "return a + b" not in show(tmp_path / "run", "hand", "--no-diff")
    assert "return a - b" not in show(tmp_path / "run", "hand", "--step", "2")
    shutil.rmtree(folder / "history.git")
    assert show(tmp_path / "run", "hand").count("history.git is not there") == 1


def test_colours_are_for_terminals_and_can_be_forbidden(tmp_path: Path) -> None:
    lay_out(tmp_path / "run")
    assert "\x1b" not in show(tmp_path / "run", "hand")
    coloured = show(tmp_path / "run", "hand", FORCE_COLOR="1", TERM="xterm-256color")
    assert re.search(r"\x1b\[32m +\+    return a \+ b", coloured)
    assert "\x1b[2J" not in coloured
    assert "\x1b[32m" not in show(tmp_path / "run", "hand", FORCE_COLOR="1", NO_COLOR="1", TERM="xterm-256color")


def test_lines_are_folded_where_somebody_says_how_wide_it_is(tmp_path: Path) -> None:
    lay_out(tmp_path / "run", output="word " * 60)
    assert max(map(len, show(tmp_path / "run", "hand", COLUMNS="60").splitlines())) <= 60
    assert "word " * 59 in show(tmp_path / "run", "hand")


def test_text_that_the_output_cannot_hold_is_escaped(tmp_path: Path) -> None:
    lay_out(tmp_path / "run", output="日本 \udc80")
    assert "\\u65e5\\u672c \\udc80" in show(tmp_path / "run", "hand", PYTHONIOENCODING="ascii")


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_it_ends_quietly_when_nobody_reads_on(tmp_path: Path, more: list[str]) -> None:
    lay_out(tmp_path / "run", output="a line of words\n" * 20_000)
    command = [*ROADTEST, "show", str(tmp_path / "run"), "hand", "--full", *more]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert os.read(process.stdout.fileno(), 10)
        process.stdout.close()
        assert (process.stderr.read(), process.wait(60)) == (b"", 0)


def test_a_directory_that_is_no_run_is_named(tmp_path: Path) -> None:
    done = roadtest("show", tmp_path)
    assert (done.returncode, "is it the directory of a run?" in done.stderr) == (2, True)
    lay_out(tmp_path / "run")
    done = roadtest("show", tmp_path / "run", "--step", "1")
    assert (done.returncode, "of which TRIAL" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seconds":1.0', b'"seconds":"x"'),
        (b'"arguments":', b'"argument":'),
        (b'"cause":1', b'"cause":999'),
        (b'"kind":"trial.opened"', b'"kind":"trial.odd"'),
        (b'"seq":1,', b'"seq":7,'),
    ],
)
def test_a_broken_log_is_one_clear_line(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = lay_out(tmp_path / "run") / "events.jsonl"
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    done = roadtest("show", tmp_path / "run", "hand")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert "events.jsonl" in done.stderr


def test_a_hostile_run_is_not_waited_for(tmp_path: Path) -> None:
    path = lay_out(tmp_path / "run") / "events.jsonl"
    path.unlink()
    os.mkfifo(path)
    for arguments in ((), ("hand",)):
        done = roadtest("show", tmp_path / "run", *arguments, timeout=30)
        assert (done.returncode, "is not a regular file" in done.stderr) == (2, True)
