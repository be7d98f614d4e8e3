"""A task's digest taken apart, so that of a changed task it can be said what of it changed.

instruction     what is asked, in all wordings, and how bugs are reported
tests           hidden tests, bugs and guards, canaries; of problems the data and its validators
solution        the reference that a task brings along
image           what the container is made of: environment, recipe, replacements
budgets         clocks and bounds
tools           what the candidate may call
variants        scripted candidates of its own; of problems submissions
about           everything else that its files say
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from sandbox.errors import BadInput
from sandbox.reading import read_text, read_toml
from sandbox.task import Task

PARTS = ("instruction", "tests", "solution", "image", "budgets", "tools", "variants", "about")
TASK_FILE, PROBLEM_FILE = "task.toml", "problem.yaml"
_FOLDERS = {
    **dict.fromkeys(("rough", "statement", "problem_statement"), "instruction"),
    **dict.fromkeys(("tests", "data", "input_validators", "output_validators", "output_validator"), "tests"),
    "solution": "solution",
    **dict.fromkeys(("environment", "replacements", "include", "attachments"), "image"),
    **dict.fromkeys(("variants", "submissions"), "variants"),
}
_BOUNDS = ("cpus", "memory_mb", "storage_mb", "build_timeout_sec")
_CHUNK = 1 << 20


def parts_of_tasks(tasks: Iterable[Task]) -> dict[str, dict[str, str]]:
    """The parts of each task, by its name; of one whose directory is not there, none."""
    once = {task.name: Path(task.path) for task in tasks}
    return {name: parts_of(folder) if folder.is_dir() else {} for name, folder in once.items()}


def parts_of(folder: Path) -> dict[str, str]:
    """SHA-256 over each part of a task that its directory has.

    Raises:
        BadInput: a file cannot be read.
    """
    held: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        name = path.relative_to(folder).as_posix()
        pieces = list(_of_document(path)) if name in (TASK_FILE, PROBLEM_FILE) else [(part_of_file(name), "", path)]
        for part, field, content in pieces:
            total = held.setdefault(part, hashlib.sha256())
            total.update(f"{name} {field}\0".encode("utf-8", "surrogateescape"))
            for chunk in _chunks(content) if isinstance(content, Path) else (content.encode(),):
                total.update(chunk)
    return {part: held[part].hexdigest() for part in PARTS if part in held}


def part_of_file(name: str) -> str:
    """The part that a file belongs to, by its path below the task."""
    path = PurePosixPath(name)
    if path.name == "instruction.md":
        return "instruction"
    if path.name == ".timelimit":
        return "budgets"
    pieces = path.parts[2:] if path.parts[0] == "steps" else path.parts
    return _FOLDERS.get(pieces[0], "about") if len(pieces) > 1 else "about"


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except OSError as exc:
        raise BadInput(f"{path}: cannot be read: {exc.strerror}") from exc


def _of_document(path: Path) -> Iterator[tuple[str, str, str]]:
    """Part, field and value of each field of task.toml; of problem.yaml its limits and the rest."""
    if path.name == PROBLEM_FILE:
        yield from _of_problem(read_text(path))
        return
    for part, field, value in fields_of(read_toml(path)):
        yield part, field, json.dumps(value, sort_keys=True)


def _of_problem(text: str) -> Iterator[tuple[str, str, str]]:
    limits: list[str] = []
    rest: list[str] = []
    inside = False
    for line in text.splitlines():
        # What is indented below a key belongs to it.
        inside = line.startswith("limits:") or (inside and line[:1] in (" ", "\t", ""))
        (limits if inside else rest).append(line)
    yield "budgets", "limits", "\n".join(limits).strip()
    yield "about", "", "\n".join(rest).strip()


def fields_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Part, name and value of every field of task.toml, in an order of their own."""
    for name, value in sorted(document.items()):
        if name in ("agent", "verifier"):
            yield from _split(name, value, lambda key: "budgets" if key.endswith("_sec") else "about")
        elif name == "environment":
            yield from _split(name, value, lambda key: "budgets" if key in _BOUNDS else "image")
        elif name == "metadata":
            others = {key: other for key, other in value.items() if key != "roadtest"}
            yield "about", name, others
            yield from _ours(value.get("roadtest", {}))
        else:
            yield "tests" if name == "steps" else "about", name, value


def _split(name: str, table: Mapping[str, Any], part: Any) -> Iterator[tuple[str, str, Any]]:
    for key, value in sorted(table.items()):
        yield part(key), f"{name}.{key}", value


_OURS = {"release": "image", "services": "image", "judge": "tests", "steps": "tests"}
_OURS |= dict.fromkeys(("tools", "openapi"), "tools")


def _ours(table: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for key, value in sorted(table.items()):
        if key != "bugs":
            yield _OURS.get(key, "about"), f"roadtest.{key}", value
            continue
        for index, bug in enumerate(value):
            where = f"roadtest.bugs[{index}]"
            yield "instruction", f"{where}.report", bug.get("report")
            yield "about", f"{where}.fixed_at", bug.get("fixed_at")
            yield "tests", where, {name: bug[name] for name in bug if name not in ("report", "fixed_at")}
