"""Candidates of graded strength: whose script they play in which trial, and that their names are checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.condition import CONDITIONS
from sandbox.errors import BadInput
from sandbox.gap.graded import GRADED, solves
from sandbox.llm.scripted import turns_for
from sandbox.loader import load_task
from sandbox.plan import Trial, make_plan, parse_candidate
from sandbox.task import Bug, Task
from tests.support.builders import make_task

KERNEL = Path(__file__).parents[2] / "tasks" / "ladder" / "kernels" / "semverprereleaseorder"
BUGS = (Bug(id="escape", tests=("a.py::one",), report="Broken."),)


def trials(task: Task, name: str, condition: str = "field", repeats: int = 40) -> tuple[Trial, ...]:
    return make_plan([task], [parse_candidate(f"scripted:{name}")], [condition], repeats).trials


@pytest.mark.parametrize("name", GRADED)
def test_it_plays_the_oracle_where_it_solves_and_nothing_elsewhere(name: str) -> None:
    found = trials(make_task(item="thing"), f"graded-{name}")
    drawn = [solves(name, item="thing", rung="report", repeat=repeat) for repeat in range(40)]
    assert [trial.plays.kind for trial in found] == ["oracle" if solved else "nop" for solved in drawn]
    assert {trial.plays.name for trial in found} == {f"scripted:graded-{name}"}


def test_seeds_and_items_part_and_rungs_count() -> None:
    def kinds(name: str, condition: str = "field", **changes: str) -> list[str]:
        return [trial.plays.kind for trial in trials(make_task(rung="loop", bugs=BUGS, **changes), name, condition)]

    assert kinds("graded-crammer", item="a") == kinds("graded-crammer@0", item="a")
    assert kinds("graded-crammer", item="a") != kinds("graded-crammer@1", item="a")
    assert kinds("graded-crammer", item="a") != kinds("graded-crammer", item="b")
    assert kinds("graded-crammer", item="a") != kinds("graded-crammer", "loop", item="a")


def test_a_problem_gets_a_solution_or_a_wrong_answer() -> None:
    task = load_task(KERNEL)
    assert task.item == "semver-prerelease-order"
    played = {trial.plays.script: turns_for(trial.plays, task) for trial in trials(task, "graded-tradesman")}
    assert set(played) == {"oracle", "wrong_answer"}
    assert played["oracle"] != played["wrong_answer"]


def test_others_play_themselves() -> None:
    for name in ("oracle", "nop"):
        assert all(trial.plays is trial.candidate for trial in trials(make_task(), name, repeats=2))


@pytest.mark.parametrize(
    ("name", "words"),
    [("graded-", "known: novice"), ("graded-wizard", "known: novice"), ("graded-novice@x", "is no seed")],
)
def test_a_name_that_is_none_is_refused(name: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        parse_candidate(f"scripted:{name}")


def test_every_rung_that_conditions_lead_to_has_a_rate() -> None:
    rungs = {condition.stands_on for condition in CONDITIONS.values()} - {None} | {"kernel", "report"}
    assert all(rungs <= set(rates) for rates in GRADED.values())
