"""What suites say of single tasks: which are held out, which are retired and why; and what version a suite is.

    version = "2026.1"
    held_out = ["../tasks/repos/semver-*"]          # of these only aggregates are told
    [[retired]]
    task = "../tasks/cp/twodials"
    reason = "the statement was found in a training set"
    on = 2026-03-01

A suite counts that was typed, one that such a suite lists, and a suite.toml up to two folders above a task, however the
task was typed. A task may say that it is retired in its own task.toml, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sandbox.errors import BadInput
from sandbox.reading import shown
from sandbox.suites import SUITE_FILE, is_suite, places, read_suite, suite_at
from sandbox.task import Retired, Task

LEVELS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """held_out, retired: folders, of a task or above tasks, resolved. versions: of suites that say one, by name."""

    held_out: frozenset[Path]
    retired: Mapping[Path, Retired]
    versions: Mapping[str, str]


def marked(tasks: Sequence[Task], arguments: Sequence[str]) -> list[Task]:
    """Tasks with what suites say of them.

    Args:
        arguments: as they were typed for these tasks.

    Raises:
        BadInput: a suite is broken, or names what is not there.
    """
    above = {
        folder / SUITE_FILE
        for task in tasks
        for folder in Path(task.path).parents[:LEVELS]
        if (folder / SUITE_FILE).is_file()
    }
    marks = read_marks([*arguments, *sorted(map(str, above))])
    if not marks.held_out and not marks.retired:
        return list(tasks)
    return [_with(task, marks) for task in tasks]


def _with(task: Task, marks: Marks) -> Task:
    here = Path(task.path).resolve()
    way = [here, *here.parents]
    retired = next((marks.retired[place] for place in way if place in marks.retired), task.retired)
    return replace(task, held_out=any(place in marks.held_out for place in way), retired=retired)


def read_marks(arguments: Sequence[str]) -> Marks:
    """What the suites among the arguments, and those that they list, say of single tasks.

    Raises:
        BadInput: a suite is broken, or names what is not there.
    """
    held_out: set[Path] = set()
    retired: dict[Path, Retired] = {}
    versions: dict[str, str] = {}
    for path, document in _suites(arguments):
        for index, entry in enumerate(document.get("held_out", ())):
            held_out |= {place.resolve() for place in _folders(path, f"held_out[{index}]", entry)}
        for index, row in enumerate(document.get("retired", ())):
            for place in _folders(path, f"retired[{index}].task", row["task"]):
                retired[place.resolve()] = Retired(reason=row["reason"], on=row["on"])
        if "version" in document:
            versions[document.get("name", path.stem)] = document["version"]
    return Marks(held_out=frozenset(held_out), retired=retired, versions=versions)


def _suites(arguments: Sequence[str]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every suite once: those typed, and those that they list."""
    left = [suite_at(Path(argument)) for argument in arguments]
    seen: set[Path] = set()
    while left:
        path = left.pop(0)
        if not is_suite(path) or path.resolve() in seen:
            continue
        seen.add(path.resolve())
        document = read_suite(path)
        yield path, document
        for index, entry in enumerate(document["tasks"]):
            left += [place for place in places(path, f"tasks[{index}]", entry) if place.suffix == ".toml"]


def _folders(path: Path, where: str, entry: str) -> list[Path]:
    found = places(path, where, entry)
    for place in found:
        if not place.is_dir():
            raise BadInput(f"{shown(path)}: {where}: {entry}: name a task or a folder of tasks")
    return found
