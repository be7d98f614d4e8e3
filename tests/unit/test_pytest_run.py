"""The judged side of a check and of a survey, as processes of their own: what they say of tests."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.adding.proving import AGAIN
from sandbox.env.guest import source_of
from sandbox.judge import Planted, interpret
from sandbox.task import Bug
from tests.support.builders import make_task

LONG = """\
import pytest

def test_long():
    raise AssertionError("x" * 5000)

def test_short():
    assert [1, 2] == [1, 3]

def test_other():
    raise KeyError("y" * 5000)
"""


ONCE = """\
SEEN = []

def test_once():
    assert not SEEN
    SEEN.append(1)

def test_other():
    assert True
"""


def reported(program: str, folder: Path, ids: Sequence[str], **more: Any) -> list[dict[str, str]]:
    """All that is said of the tests, from a real pytest over the files of a folder; one of them has to fail."""
    plan_in, plan_out = os.pipe()
    report_in, report_out = os.pipe()
    plan = {"workspace": str(folder), "pythonpath": [str(folder)], "ids": ids, "files": ["test_it.py"], **more}
    data = json.dumps(plan).encode("ascii")
    os.write(plan_out, struct.pack(">II", len(data), 0) + data)
    os.close(plan_out)
    loader = "import sys; exec(compile(sys.argv.pop(1), 'pytest_run', 'exec'))"
    command = [sys.executable, "-P", "-s", "-B", "-c", loader, source_of(program), str(plan_in), str(report_out)]
    environment = {"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        pass_fds=(plan_in, report_out),
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(report_out)
    os.close(plan_in)
    with os.fdopen(report_in, "rb") as stream:
        said = [json.loads(line) for line in stream]
    assert done.returncode == 1, done.stdout + done.stderr
    return said


def test_what_was_raised_is_told_however_long_its_words_are(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(LONG)
    said = reported("pytest_run", tmp_path, [f"test_it.py::test_{name}" for name in ("long", "short", "other")])
    found = {one["id"]: one["message"] for one in said if one["event"] == "finish"}
    assert "AssertionError" in found["test_it.py::test_long"]
    assert "KeyError" in found["test_it.py::test_other"]
    assert "AssertionError" not in found["test_it.py::test_other"]
    assert max(map(len, found.values())) < 2000
    assert 'test_it.py", line 7, in test_short' in found["test_it.py::test_short"]
    assert "assert [1, 2] == [1, 3]" in found["test_it.py::test_short"]
    answer = {
        "outcomes": dict.fromkeys(found, "failed"),
        "messages": found,
        "strangers": [],
        "sessions": [],
        "out_of_time": False,
    }
    task = make_task(bugs=(Bug(id="a", tests=("a.py::t",)),), guards=())
    judged = interpret(task, Planted(tests={}, canaries=("test_it.py::test_long", "test_it.py::test_other")), answer)
    assert (judged.imports, len(judged.dead_canaries)) == (True, 1)


def test_a_survey_runs_tests_as_often_and_in_the_order_that_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(ONCE)
    once, other = "test_it.py::test_once", "test_it.py::test_other"
    rows = [other, once, "test_it.py::test_none", once + AGAIN, other + AGAIN]
    said = reported("pytest_survey", tmp_path, rows, find=False, mark="", plain=True)
    assert [one["event"] for one in said] == ["start", "finish"] * 4
    finished = [(one["id"], one["outcome"]) for one in said[1::2]]
    assert finished == [(other, "passed"), (once, "passed"), (once + AGAIN, "failed"), (other + AGAIN, "passed")]
