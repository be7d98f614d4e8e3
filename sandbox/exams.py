"""What a task is examined with, from its complete directory: hidden tests, and the reference solution.

tests/                  hidden throughout; guards.txt only names tests
solution/               of a task without steps
steps/NAME/tests/       laid over what there is, from that step on
steps/NAME/solution/    what takes the reference of the step before to that of this one
"""

from __future__ import annotations

from pathlib import Path

from sandbox.judge import overlay
from sandbox.task import Task
from sandbox.tree import Entry, is_cache
from sandbox.treefiles import read_tree

GUARDS = "guards.txt"


def tests_in(folder: Path) -> dict[str, Entry]:
    """The test files of one folder; none if it is not there.

    Raises:
        HarnessError: it cannot be read.
    """
    tree = read_tree(folder) if folder.is_dir() else {}
    return {path: entry for path, entry in tree.items() if path != GUARDS and not is_cache(path)}


def hidden_tests(folder: Path, task: Task, index: int) -> dict[str, Entry]:
    """The tests by which step `index` of a chain is judged: those of all steps so far, later ones over earlier ones.

    Args:
        folder: the task's complete directory.
        index: from 0; of no matter for a task without steps.

    Raises:
        HarnessError: a file cannot be read.
    """
    tree = tests_in(folder / "tests")
    for step in task.steps[: index + 1]:
        tree = overlay(tree, tests_in(folder / "steps" / step.name / "tests"))
    return tree


def solution_of(folder: Path, task: Task) -> dict[str, Entry]:
    """The files of the reference solution; of a chain, those of each step below the step's name.

    Args:
        folder: the task's complete directory.

    Raises:
        HarnessError: a file cannot be read.
    """
    if not task.steps:
        return read_tree(folder / "solution")
    return {
        f"{step.name}/{path}": entry
        for step in task.steps
        for path, entry in read_tree(folder / "steps" / step.name / "solution").items()
    }
