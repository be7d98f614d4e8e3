"""Suites: folders of tasks at any depth, or a list of such in TOML, with how they are run.

    name = "nightly"
    tasks = ["../tasks/demo", "../tasks/loops/*", "quick.toml"]     # relative to this file; suites may list suites
    exclude = ["../tasks/loops/slow-*"]
    conditions = ["loop"]                                           # what follows counts unless something is typed
    repeats = 3
    candidates = ["fast", "openai/gpt-4o"]
    limits = { cost = 2.5 }

What it says of single tasks (`held_out`, `retired`) `sandbox.suite_marks` reads, and its `version`.

Of a suite that another one lists only the tasks count. A folder with a suite.toml, where that folder is what was typed,
is that suite.
"""

from __future__ import annotations

import glob
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import schema
from sandbox.candidates import limit_words
from sandbox.errors import BadInput
from sandbox.reading import read_toml, shown

TASK_FILE = "task.toml"
# A folder with this in it is the suite that it says.
SUITE_FILE = "suite.toml"
# A competitive-programming problem is a task, too.
PROBLEM_FILE = "problem.yaml"
OPTIONS = {"candidates": "--model", "conditions": "--condition", "repeats": "--repeats", "limits": "--limit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What suites say of how they are run; empty or None: nothing. limits: words as after --limit."""

    candidates: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    repeats: int | None = None
    limits: tuple[str, ...] = ()


def is_suite(path: Path) -> bool:
    """Whether it is a list in TOML; a task's own file is none."""
    return path.suffix == ".toml" and path.name != TASK_FILE and not path.is_dir()


def suite_at(path: Path) -> Path:
    """The list that a folder holds; else what was given."""
    return path / SUITE_FILE if (path / SUITE_FILE).is_file() else path


def find_tasks(path: Path) -> Iterator[Path]:
    """The directories of the tasks at or below a path, or in a suite; in order, some perhaps twice.

    Raises:
        BadInput: something is not there, holds no task, or is no suite; naming the file and the field.
    """
    path = suite_at(path)
    if is_suite(path):
        yield from _listed(path, ())
    elif not path.exists():
        raise BadInput(f"{path}: no such file or directory")
    elif not path.is_dir():
        raise BadInput(f"{path}: not a directory; give a task's directory, a folder of tasks, or a suite in TOML")
    else:
        yield from _below(path)


def read_defaults(arguments: Sequence[str], *, typed: Collection[str] = ()) -> Defaults:
    """What the suites among the arguments say of how they are run.

    Args:
        typed: fields of `Defaults` that the command line settles.

    Raises:
        BadInput: one is broken, or two do not say the same.
    """
    found: dict[str, tuple[str, Any]] = {}
    for argument in dict.fromkeys(str(suite_at(Path(argument))) for argument in arguments):
        if not is_suite(Path(argument)):
            continue
        document = read_suite(Path(argument))
        said = {**document, "limits": limit_words(document.get("limits", {}), f"{shown(Path(argument))}: limits")}
        for name, option in OPTIONS.items():
            if not said.get(name) or name in typed:
                continue
            other, before = found.setdefault(name, (argument, said[name]))
            if before != said[name]:
                raise BadInput(f"{argument}: {name}: {other} says something else; settle it with {option}")
    values = {name: value for name, (_, value) in found.items()}
    return Defaults(
        candidates=tuple(values.get("candidates", ())),
        conditions=tuple(values.get("conditions", ())),
        repeats=values.get("repeats"),
        limits=tuple(values.get("limits", ())),
    )


def read_suite(path: Path) -> Mapping[str, Any]:
    """A suite in TOML as it is written.

    Raises:
        BadInput: it is broken; names the file and the field.
    """
    document = read_toml(path)
    schema.check("suite.v1", document, file=shown(path))
    return document


def _listed(path: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    """The tasks of a suite. above: the suites that led here, resolved."""
    document = read_suite(path)
    way = (*above, path.resolve())
    left_out = [
        place.resolve()
        for index, entry in enumerate(document.get("exclude", ()))
        for place in places(path, f"exclude[{index}]", entry)
    ]
    found = []
    for index, entry in enumerate(document["tasks"]):
        where = f"tasks[{index}]"
        here = [task for place in places(path, where, entry) for task in _tasks_at(place, path, where, way)]
        if not here:
            raise BadInput(f"{shown(path)}: {where}: {entry}: no {TASK_FILE} in it or below it, and no {PROBLEM_FILE}")
        found += here
    kept = [task for task in found if not any(task.resolve().is_relative_to(out) for out in left_out)]
    if not kept:
        raise BadInput(f"{shown(path)}: exclude: leaves no task")
    yield from kept


def _tasks_at(place: Path, suite: Path, where: str, way: tuple[Path, ...]) -> Iterator[Path]:
    if place.is_dir():
        yield from _below(place)
    elif is_suite(place):
        if place.resolve() in way:
            names = " → ".join(shown(step) for step in (*way[way.index(place.resolve()) :], place.resolve()))
            raise BadInput(f"{shown(suite)}: {where}: suites that list each other never end ({names})")
        yield from _listed(place, way)


def places(suite: Path, where: str, entry: str) -> list[Path]:
    """What an entry of a suite names: a path, or all that a glob fits, in order.

    Raises:
        BadInput: nothing.
    """
    whole = suite.parent / entry
    if whole.exists():
        if not whole.is_dir() and not is_suite(whole):
            raise BadInput(f"{shown(suite)}: {where}: {entry}: is neither a directory nor a suite in TOML")
        return [whole]
    if not glob.has_magic(entry):
        raise BadInput(f"{shown(suite)}: {where}: {entry}: no such file or directory")
    # Path.glob takes no absolute pattern.
    found = sorted(glob.glob(entry, root_dir=suite.parent, recursive=True))  # noqa: PTH207
    if not found:
        raise BadInput(f"{shown(suite)}: {where}: {entry}: fits nothing")
    return [suite.parent / name for name in found]


def _below(path: Path) -> Iterator[Path]:
    if (path / TASK_FILE).exists() or (path / PROBLEM_FILE).exists():
        yield path
        return
    for child in sorted(path.iterdir()):
        if child.is_dir() and not child.is_symlink() and not child.name.startswith("."):
            yield from _below(child)
