"""What can be said of a task without running anything: its words, its licence, its dates, what lies open in it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox import licences, recipe
from sandbox.adding.drafting import UNWRITTEN
from sandbox.errors import BadInput
from sandbox.exams import hidden_tests, solution_of, tests_in
from sandbox.loader import load_expectation
from sandbox.own_words import naming_tests, said_upstream, taken_over
from sandbox.parts import Parts
from sandbox.task import Task
from sandbox.tree import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What no candidate may see. workspace: where it begins; None where only the image tells."""

    workspace: dict[str, Entry] | None
    tests: dict[str, Entry]
    solution: dict[str, Entry]


def faults(task: Task, parts: Parts | None) -> Iterator[str]:
    """What does not hold, a line each.

    Args:
        parts: what a recipe comes to; None for any other task.
    """
    if task.harbor is not None or task.problem is not None:  # what it is made of is its author's
        return
    texts = said(task)
    asked = [text for name, text in texts.items() if name.endswith("instruction.md")]
    if any(UNWRITTEN in text for text in asked):
        yield f"instruction.md: {UNWRITTEN} is still to be written: what a user would ask for, in words of your own"
    for bug in task.bugs:
        if bug.report is not None and UNWRITTEN in bug.report:
            yield f"bug {bug.id}: report: {UNWRITTEN} is still to be written: how a user would complain about it"
        if bug.report is None:
            yield f"bug {bug.id}: has no report (how a user would complain about it)"
    if task.outcome is not None:
        yield from _unproved(task)
    if not task.guards and task.hidden_ids:
        yield "tests/guards.txt: names no test; nothing notices what a fix breaks"
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    for bug in task.bugs:
        if bug.fixed_at is not None and bug.fixed_at > today:
            yield f"bug {bug.id}: fixed_at: {bug.fixed_at} is yet to come"
    yield from naming_tests(texts, task.hidden_ids)
    if parts is not None:
        yield from _licence(task)
        yield from taken_over(texts, said_upstream(parts, _own_tests(task)))


def _unproved(task: Task) -> Iterator[str]:
    """What a task that is judged by an outcome lacks: others ways than that of its reference, right and wrong."""
    expected = [load_expectation(Path(task.path) / "variants" / name / "expect.toml") for name in task.variants]
    if not any(one["verdict"] == "accepted" for one in expected):
        yield "variants: none is another right way, accepted; the outcome may want the way of the reference alone"
    if not any(one["verdict"] != "accepted" and one.get("outcome", {}).get("collateral") for one in expected):
        yield "variants: none writes what it should not, with outcome.collateral in its expect.toml, and is rejected"


def remarks(task: Task) -> list[str]:
    """What a person should know; no faults."""
    if task.harbor is not None or task.problem is not None:
        return []
    return [
        f"{name} is not said, so no report can be sliced by it"
        for name, value in (("category", task.category), ("difficulty", task.difficulty))
        if value is None
    ]


def said(task: Task) -> dict[str, str]:
    """What a candidate is told, by where it stands."""
    texts = {f"steps/{step.name}/instruction.md": step.instruction for step in task.steps}
    texts = texts or {"instruction.md": task.instruction}
    for name, wording in task.wordings.items():
        texts[f"rough/{name}.md"] = "\n\n".join([wording.instruction, *wording.reports.values()])
    return {**texts, **{f"bug {bug.id}: report": bug.report for bug in task.bugs if bug.report is not None}}


def _own_tests(task: Task) -> set[str]:
    folders = [Path(task.path) / "tests", *(Path(task.path) / "steps" / step.name / "tests" for step in task.steps)]
    return {path for folder in folders for path in tests_in(folder)}


def _licence(task: Task) -> Iterator[str]:
    repo = recipe.pins(task)[0]
    if not licences.is_allowed(repo.licence):
        yield f"licence: {repo.licence!r} of {repo.name} is none that is known to allow it (sandbox/licences.py)"


def parts_of(task: Task) -> Parts | None:
    """What a recipe comes to; None for a task of another kind, or a recipe that does not hold (its proof says why).

    Raises:
        HarnessError: a release cannot be had.
    """
    try:
        return recipe.parts_of(task) if task.release is not None else None
    except BadInput:
        return None


def hidden(task: Task, parts: Parts | None) -> Hidden:
    """What no candidate may see of a task.

    Raises:
        HarnessError: a file cannot be read.
    """
    if parts is None:
        folder = Path(task.path)
        last = max(0, len(task.steps) - 1)
        tests, solution = hidden_tests(folder, task, last), solution_of(folder, task)
        return Hidden(workspace=None, tests=tests, solution=solution)
    solution = dict(parts.solution)
    for name, step in parts.steps:
        solution |= {f"{name}/{path}": entry for path, entry in step.solution.items()}
    return Hidden(
        workspace=dict(parts.workspace), tests=dict(parts.tests_at(max(0, len(task.steps) - 1))), solution=solution
    )
