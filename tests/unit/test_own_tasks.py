"""The project's own tasks, as they lie on disk."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sandbox import recipe
from sandbox.loader import load_task
from sandbox.paths import PROJECT
from sandbox.services.payments.app import make_app
from sandbox.upkeep import canary

# With a dot, an underscore, or letters of both sizes.
NAME = re.compile(r"\w+(?:\.\w+)+|\w*[^\W_]_\w+|\b[a-z]+[A-Z]\w*|\b[A-Z]+[a-z]+[A-Z]\w*|\b[A-Z]{2,}[a-z]\w*")
WORDINGS = sorted((PROJECT / "tasks").glob("*/*/rough/*.md"))
FOLDERS = sorted(path.parent for path in (PROJECT / "tasks").rglob("task.toml"))


def test_there_are_tasks_and_no_two_share_a_name() -> None:
    names = [f"{folder.parent.name}/{folder.name}" for folder in FOLDERS]
    assert len(names) >= 2
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_task_of_ours_loads_and_its_releases_are_pinned(folder: Path) -> None:
    task = load_task(folder)
    assert task.notes == (), "a task of ours asks for nothing that is not done"
    assert all(bug.report for bug in task.bugs)
    assert (task.guards and len(task.judge.canaries) >= 2) or (task.outcome is not None and not task.bugs)
    assert canary.faults([task]) == {}, "roadtest suite canary tasks --write tasks"
    if task.release is not None:
        recipe.pins(task)


@pytest.mark.parametrize(
    "folder", [folder for folder in FOLDERS if folder.parent.name == "chains"], ids=lambda folder: folder.name
)
def test_a_chain_of_ours_has_three_to_eight_steps_and_judges_more_with_each(folder: Path) -> None:
    task = load_task(folder)
    assert 3 <= len(task.steps) <= 8
    asked = [len(task.at_step(index).bugs) for index in range(len(task.steps))]
    assert asked == sorted(set(asked))
    assert asked[-1] == len(task.bugs)


@pytest.mark.parametrize("path", WORDINGS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_another_wording_names_nothing_that_the_english_one_does_not(path: Path) -> None:
    # Files, functions and types that only one wording names would make it another task.
    task = load_task(path.parents[1])
    english = "\n".join([task.instruction, *(bug.report or "" for bug in task.bugs)])
    assert [name for name in NAME.findall(path.read_text("utf-8")) if name not in english] == []


def test_the_document_of_a_service_that_a_task_brings_is_the_services_own() -> None:
    document = PROJECT / "tasks" / "api" / "charge-by-tools" / "services" / "payments.openapi.json"
    assert json.loads(document.read_text("utf-8")) == make_app().openapi()
