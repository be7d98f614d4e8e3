"""What a person sees while a run goes: a live table on a terminal, plain lines in a file."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from tests.support import toy
from tests.support.command import PROJECT, ROADTEST, environment, roadtest
from tests.support.toy import SUBMIT, bash

pytestmark = pytest.mark.docker

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_a_terminal(*arguments: str | Path) -> str:
    """Run `roadtest ARGUMENTS` on a terminal of 120 columns; all that was drawn, without colours."""
    ours, theirs = pty.openpty()
    env = environment({"COLUMNS": "120", "TERM": "xterm-256color"})
    process = subprocess.Popen(
        [*ROADTEST, *map(str, arguments)], cwd=PROJECT, env=env, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    drawn = bytearray()
    with contextlib.suppress(OSError):  # the terminal ends with an error when the process does
        while part := os.read(ours, 1 << 16):
            drawn += part
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return ESCAPES.sub("", drawn.decode("utf-8", "replace")).replace("\r", "")


def test_a_terminal_shows_which_trial_is_at_which_step_and_for_how_long(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    (task / "variants" / "slow").mkdir(parents=True)
    toy.make_script(task / "variants" / "slow" / "turns.jsonl", [bash("sleep 2"), SUBMIT])
    (task / "variants" / "slow" / "expect.toml").write_text('verdict = "wrong"\n')
    drawn = on_a_terminal("run", task, "--model", "scripted:slow", "--model", "scripted:nop", "--out", tmp_path / "out")
    assert re.search(r"▸ +toy/calc/scripted:nop/field/0 +\d+s", drawn)
    assert re.search(r"slow/field/0 +[12]s +reply 1: bash sleep 2", drawn)
    assert re.search(r"0/2 trials done, \d running, \d+s", drawn)
    assert re.search(r" wrong +\d+\.\ds +toy/calc/scripted:nop/field/0 +not fixed: add", drawn)
    assert "Standings" in drawn


def test_a_file_gets_one_line_a_verdict_and_standard_output_the_result_alone(tmp_path: Path) -> None:
    done = roadtest("run", toy.make_task(tmp_path), "--model", "scripted:nop", "--out", tmp_path / "out")
    assert done.returncode == 0
    (line,) = (line for line in done.stderr.splitlines() if "wrong" in line)
    assert re.fullmatch(r"\[ *\d+\.\ds\] 1/1 toy/calc/scripted:nop/field/0: wrong in \d+\.\ds \(not fixed: add\)", line)
    assert done.stdout.startswith("Standings")
    assert "\x1b" not in done.stdout + done.stderr
