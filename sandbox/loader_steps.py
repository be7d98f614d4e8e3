"""What a task asks for, read from its directory: the steps of a chain, bugs, guards.

steps/NAME/instruction.md      what a user writes when the step before is handed in
steps/NAME/tests/              hidden from then on (a recipe brings them, and may have more here)
steps/NAME/solution/solve.sh   for the state that the step before left (absent for a recipe)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox.errors import BadInput
from sandbox.exams import GUARDS
from sandbox.reading import read_text, shown
from sandbox.task import Bug, Release, Step, Task, Wording
from sandbox.tree import is_safe

Row = Mapping[str, Any]
# What is asked in other words; after each heading comes the report of one bug.
ROUGH = "rough"
_SECTION = re.compile(r"^## +(\S+) *\n", re.MULTILINE)

# What a step of Harbor's may say and this version does not act on, with what happens instead.
UNSUPPORTED: Mapping[str, str] = {
    "agent": "the task's own bounds are those of all steps together",
    "verifier": "every step is judged with the task's own clocks",
    "min_reward": "the next step is opened whatever came of the one before",
    "healthcheck": "steps follow each other in the same container",
    "artifacts": "no artifacts are collected",
}


def read_instruction(path: Path) -> str:
    """What a user asks.

    Raises:
        BadInput: it is missing or empty.
    """
    if not path.is_file():
        raise BadInput(f"{shown(path)}: is missing; write there what a user would ask")
    text = read_text(path)
    if not text.strip():
        raise BadInput(f"{shown(path)}: is empty; write there what a user would ask")
    return text


def read_wordings(folder: Path, bugs: Sequence[Bug]) -> dict[str, Wording]:
    """What a task asks in other words: rough/NAME.md, the instruction and below it `## BUG` with the report of each.

    Raises:
        BadInput: a file says no instruction, or speaks of a bug that the task does not have, or twice of one.
    """
    found = {}
    for path in sorted((folder / ROUGH).glob("*.md")):
        instruction, *sections = _SECTION.split(read_instruction(path))
        reports = dict(zip(sections[::2], map(str.strip, sections[1::2]), strict=True))
        known = [bug.id for bug in bugs]
        for name in sections[::2]:
            if name not in known or sections[::2].count(name) > 1:
                why = "is there twice" if name in known else f"is no bug of the task (known: {', '.join(known)})"
                raise BadInput(f"{shown(path)}: ## {name}: {why}")
        if not instruction.strip():
            raise BadInput(f"{shown(path)}: says nothing before the first ##; write there what a user would ask")
        found[path.stem] = Wording(instruction=instruction, reports=reports)
    return found


def read_steps(folder: Path, document: Row, ours: Row, release: Release | None) -> tuple[Step, ...]:
    """The steps of a chain, in order; none for a task that asks for everything at once.

    Args:
        document: task.toml as read, ours: its own table of Roadtest.

    Raises:
        BadInput: naming the file and the field.
    """
    where = shown(folder / "task.toml")
    names = [row["name"] for row in document.get("steps", ())]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise BadInput(f"{where}: steps[{index}].name: {name} is already taken")
    more: dict[str, Row] = {}
    for index, row in enumerate(ours.get("steps", ())):
        field = f"{where}: metadata.roadtest.steps[{index}]"
        if row["name"] not in names:
            raise BadInput(f"{field}.name: there is no {row['name']} among [[steps]]")
        if row["name"] in more:
            raise BadInput(f"{field}.name: {row['name']} is there twice")
        if release is None and "release" in row:
            raise BadInput(f"{field}.release: means nothing without metadata.roadtest.release")
        more[row["name"]] = row
    steps = tuple(_step(folder, name, more.get(name, {})) for name in names)
    if steps and release is not None:
        _check_releases(steps, release, where)
    return steps


def _step(folder: Path, name: str, more: Row) -> Step:
    here = folder / "steps" / name
    if (here / "tests" / GUARDS).exists():
        raise BadInput(f"{shown(here / 'tests' / GUARDS)}: all guards of a chain stand in tests/{GUARDS}")
    return Step(
        name=name,
        instruction=read_instruction(here / "instruction.md"),
        release=more.get("release"),
        dead=frozenset(more.get("dead", ())),
    )


def _check_releases(steps: Sequence[Step], release: Release, where: str) -> None:
    for step in steps:
        if step.release is None:
            raise BadInput(f"{where}: metadata.roadtest.steps: {step.name} has no release, which a recipe needs")
    last = steps[-1]
    if last.release != release.new:
        raise BadInput(
            f"{where}: metadata.roadtest.steps: the last, {last.name}, has release {last.release}; "
            f"metadata.roadtest.release.to is {release.new}"
        )


def read_bugs(rows: Sequence[Row], where: str) -> tuple[Bug, ...]:
    """The bugs, with the step of each as far as it is given.

    Raises:
        BadInput: an id or a test has two owners, or a test lies outside.
    """
    owner: dict[str, str] = {}
    for index, row in enumerate(rows):
        for other in rows[:index]:
            if other["id"] == row["id"]:
                raise BadInput(f"{where}: metadata.roadtest.bugs[{index}].id: {row['id']} is already taken")
        for test in row["tests"]:
            if not is_safe(test.partition("::")[0]):
                raise BadInput(f"{where}: metadata.roadtest.bugs[{index}].tests: {test} lies outside the tests")
            if owner.setdefault(test, row["id"]) != row["id"]:
                raise BadInput(
                    f"{where}: metadata.roadtest.bugs[{index}].tests: {test} already belongs to bug {owner[test]}"
                )
    return tuple(
        Bug(
            id=row["id"],
            tests=tuple(row["tests"]),
            report=row.get("report"),
            fixed_at=row.get("fixed_at"),
            step=row.get("step"),
        )
        for row in rows
    )


def with_steps(folder: Path, bugs: Sequence[Bug], steps: Sequence[Step]) -> tuple[Bug, ...]:
    """The bugs, each with the step that asks for it: as given, else where its tests lie, else by position.

    Raises:
        BadInput: a step is unknown or asks for no bug, or it cannot be told which one asks for a bug.
    """
    where = shown(folder / "task.toml")
    names = [step.name for step in steps]
    for index, bug in enumerate(bugs):
        if bug.step is not None and bug.step not in names:
            raise BadInput(f"{where}: metadata.roadtest.bugs[{index}].step: there is no {bug.step} among [[steps]]")
    if not steps:
        return tuple(bugs)
    by_place = dict(zip([bug.id for bug in bugs], names, strict=True)) if len(bugs) == len(names) else {}
    found = [replace(bug, step=bug.step or _step_of(folder, bug, names) or by_place.get(bug.id)) for bug in bugs]
    for index, bug in enumerate(found):
        if bug.step is None:
            raise BadInput(f"{where}: metadata.roadtest.bugs[{index}].step: is missing; which step asks for {bug.id}?")
    for index, name in enumerate(names):
        if not any(bug.step == name for bug in found):
            raise BadInput(f"{where}: steps[{index}].name: no bug belongs to {name}, so nothing there can be judged")
    return tuple(found)


def _step_of(folder: Path, bug: Bug, names: Sequence[str]) -> str | None:
    """The step by which all tests of a bug are there: of each the first that brings it, of these the last."""
    firsts = []
    for test in bug.tests:
        bringing = [index for index, name in enumerate(names) if _brings(folder / "steps" / name / "tests", test)]
        firsts += bringing[:1]
    return names[max(firsts)] if firsts else None


def _brings(tests: Path, test: str) -> bool:
    """Whether a test is written there; a test file grows from step to step."""
    path = tests / test.partition("::")[0]
    name = test.rpartition("::")[2].partition("[")[0]
    return path.is_file() and re.search(rb"\b%b\b" % re.escape(name.encode("utf-8")), path.read_bytes()) is not None


def read_guards(path: Path) -> tuple[str, ...]:
    """The ids in guards.txt; none if there is no such file.

    Raises:
        BadInput: a line is no test id, or lies outside.
    """
    if not path.exists():
        return ()
    lines = [line for line in read_text(path).splitlines() if line.strip() and not line.startswith("#")]
    for line in lines:
        if "::" not in line:
            raise BadInput(f"{shown(path)}: {line!r} is no test id (file::test)")
        if not is_safe(line.partition("::")[0]):
            raise BadInput(f"{shown(path)}: {line} lies outside the tests")
    return tuple(dict.fromkeys(lines))


def check_hidden(task: Task) -> None:
    """Whether every hidden test belongs to one bug or to the guards, can pass, and has its file.

    The files of a recipe come later, so only its task's own can be missed by then.

    Raises:
        BadInput: naming the file and the field.
    """
    folder = Path(task.path)
    where = shown(folder / "task.toml")
    owners = {test: bug.id for bug in task.bugs for test in bug.tests}
    for test in task.guards:
        if test in owners:
            raise BadInput(f"{shown(folder / 'tests' / GUARDS)}: {test} belongs to bug {owners[test]} already")
    for index, step in enumerate(task.steps):
        for test in sorted(step.dead - set(task.hidden_ids)):
            raise BadInput(f"{where}: metadata.roadtest.steps: {step.name}: dead: {test} is no hidden test")
        live = {bug.id for bug in task.at_step(index).bugs}
        for bug in task.bugs:
            if bug.step == step.name and bug.id not in live:
                raise BadInput(f"{where}: metadata.roadtest.steps: {step.name}: all tests of its bug {bug.id} are dead")
    if task.release is None:
        _check_files(folder, task)


def _check_files(folder: Path, task: Task) -> None:
    for index in range(max(1, len(task.steps))):
        places = [folder / "tests", *(folder / "steps" / step.name / "tests" for step in task.steps[: index + 1])]
        for test in task.at_step(index).hidden_ids:
            if not any((place / test.partition("::")[0]).is_file() for place in places):
                missing = shown(places[-1] / test.partition("::")[0])
                raise BadInput(f"{shown(folder / 'task.toml')}: the hidden test {test} needs a file {missing}")


def step_notes(folder: Path, document: Row, known: Row) -> Iterator[str]:
    """What a reader of a chain must be told: what its steps say that is not acted on, keys nobody knows.

    Args:
        known: the JSON Schema of task.toml.
    """
    keys = known["properties"]["steps"]["items"]["properties"]
    for row in document.get("steps", ()):
        for key in sorted(row.keys() - {"name"}):
            instead = UNSUPPORTED.get(key) if key in keys else None
            field = f"{key} of step {row['name']}"
            yield f"{field} is not supported: {instead}" if instead else f"{field} is unknown and ignored"
        if (folder / "steps" / row["name"] / "workdir").exists():
            yield f"workdir of step {row['name']} is not supported: steps follow each other on what the candidate left"
    if document.get("steps") and (folder / "instruction.md").exists():
        yield "instruction.md is not shown: each step of a chain has its own"
