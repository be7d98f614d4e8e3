"""Naming a trial: by its key, by a part of it, and by something near."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.errors import BadInput
from sandbox.showing import MOST_NAMED, find_trial


@pytest.fixture
def run(tmp_path: Path) -> Path:
    for task in [f"task-{number:02}" for number in range(20)] + ["jsonpointer"]:
        for candidate in ("scripted:oracle", "openai%2Fgpt-4o"):
            folder = tmp_path / "trials" / "demo" / task / candidate / "field" / "0"
            folder.mkdir(parents=True)
            (folder / "events.jsonl").touch()
    return tmp_path


def told(run: Path, wanted: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        find_trial(run, wanted)
    return str(caught.value).splitlines()


def test_a_part_that_fits_one_trial_names_it(run: Path) -> None:
    assert find_trial(run, "jsonpointer/scripted") == "demo/jsonpointer/scripted:oracle/field/0"
    assert find_trial(run, "jsonpointer/openai/gpt") == "demo/jsonpointer/openai%2Fgpt-4o/field/0"


def test_a_part_that_fits_many_names_some_of_them_one_a_line(run: Path) -> None:
    first, *lines = told(run, "task-")
    assert first == "TRIAL 'task-' fits 40 trials:"
    assert lines[0] == "  demo/task-00/openai%2Fgpt-4o/field/0"
    assert lines[MOST_NAMED:] == [f"  and {40 - MOST_NAMED} more"]


@pytest.mark.parametrize(
    "wanted", ["jsonponter", "jsonponter/scripted:orcale", "demo/jsonponter/scripted:oracle/field/0"]
)
def test_a_slip_of_the_fingers_is_answered_with_what_is_near(run: Path, wanted: str) -> None:
    first, *lines = told(run, wanted)
    assert first == f"TRIAL '{wanted}' fits no trial of this run; near it are:"
    assert "  demo/jsonpointer/scripted:oracle/field/0" in lines
    assert len(lines) <= MOST_NAMED + 1
    assert not any("task-" in line for line in lines)


@pytest.mark.parametrize("wanted", ["zzz", "x" * 5000, "é\x1b[31m"])
def test_what_is_near_nothing_is_answered_in_one_line(run: Path, wanted: str) -> None:
    (line,) = told(run, wanted)
    assert len(line) < 300
    assert "\x1b" not in line
