"""Reading a suite, or what a run had of one, for `roadtest suite list` and `suite diff`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.loader import load_tasks
from sandbox.lockfile import read_lock
from sandbox.suite_marks import read_marks
from sandbox.upkeep.diff import SuiteFacts, TaskFacts
from sandbox.upkeep.parts import parts_of

LOCK = "lock.json"


def describe(place: Path) -> SuiteFacts:
    """What lies there: a run, its lock.json, or tasks as after `roadtest run`.

    Raises:
        BadInput: neither, or a file is broken.
    """
    lock = place / LOCK if place.is_dir() else place
    if lock.name == LOCK and lock.is_file():
        return _of_lock(str(place), read_lock(lock)["inputs"])
    return of_tasks([str(place)])


def of_tasks(arguments: Sequence[str]) -> SuiteFacts:
    """A suite as it lies on the disk.

    Raises:
        BadInput: as `load_tasks`.
    """
    tasks = load_tasks(arguments)
    return SuiteFacts(
        label=" ".join(arguments),
        tasks={task.name: TaskFacts(digest=task.digest, parts=parts_of(Path(task.path))) for task in tasks},
        versions=read_marks(arguments).versions,
        held_out=frozenset(task.name for task in tasks if task.held_out),
        retired={task.name: f"{task.retired.on}: {task.retired.reason}" for task in tasks if task.retired},
    )


def _of_lock(label: str, inputs: dict[str, Any]) -> SuiteFacts:
    parts, images, exams = (inputs.get(kind, {}) for kind in ("parts", "images", "exams"))
    return SuiteFacts(
        label=label,
        tasks={
            name: TaskFacts(digest=digest, parts=parts.get(name, {}), image=images.get(name), exam=exams.get(name))
            for name, digest in inputs["tasks"].items()
        },
        versions=inputs.get("suites", {}),
        held_out=frozenset(inputs.get("held_out", {})),
        retired=inputs.get("retired", {}),
    )
