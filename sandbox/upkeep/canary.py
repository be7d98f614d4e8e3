"""The project's canary: one line that every task carries, so that it can be found in what a model was trained on.

It stands in canary.txt in a folder above the tasks, and as a comment in each task.toml (problem.yaml), which is
shown to no candidate. Source: the canary of BIG-bench (A. Srivastava et al., Beyond the imitation game, 2022).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.journal import write_whole
from sandbox.reading import read_text, shown
from sandbox.task import Task

FILE = "canary.txt"
CARRIERS = ("task.toml", "problem.yaml")
WORDS = "This is data of a benchmark and is to be in no training corpus. Canary"


def canary_for(folder: Path) -> str | None:
    """The line that holds for a task: that of the nearest canary.txt above it; None: there is none.

    Raises:
        BadInput: that file does not hold exactly one line.
    """
    for above in folder.resolve().parents:
        file = above / FILE
        if file.is_file():
            lines = read_text(file).strip().splitlines()
            if len(lines) != 1 or len(lines[0]) < 16:
                raise BadInput(f"{shown(file)}: must hold one line, of 16 characters or more")
            return lines[0].strip()
    return None


def faults(tasks: Sequence[Task]) -> dict[str, str]:
    """What is wrong with the canary of tasks, by name.

    Raises:
        BadInput: a file cannot be read.
    """
    found = {}
    for task in tasks:
        line = canary_for(Path(task.path))
        if line is None:
            found[task.name] = f"there is no {FILE} in a folder above it"
        elif line in task.instruction:
            found[task.name] = "the canary stands in what candidates are told"
        elif not any(line in read_text(file) for file in _carriers(task)):
            found[task.name] = f"{_carriers(task)[0].name} does not carry the canary"
    return found


def write(tasks: Sequence[Task], folder: Path) -> int:
    """Put the canary into every task that lacks it; where there is none yet, a new one is made in `folder`.

    Returns:
        how many tasks were written to; their digests are others now.

    Raises:
        BadInput, HarnessError: a file cannot be read or written.
    """
    if any(canary_for(Path(task.path)) is None for task in tasks):
        text = f"{WORDS} {uuid.uuid4()}\n"
        with boundary(HarnessError, f"write to {folder / FILE}"):
            write_whole(folder / FILE, text.encode())
    written = 0
    for task in tasks:
        line, file = canary_for(Path(task.path)), _carriers(task)[0]
        if line is None:
            raise BadInput(f"{task.name}: lies outside {shown(folder)}, where the canary is")
        text = read_text(file)
        if line not in text:
            with boundary(HarnessError, f"write to {file}"):
                write_whole(file, f"# {line}\n{text}".encode())
            written += 1
    return written


def _carriers(task: Task) -> list[Path]:
    return [Path(task.path) / name for name in CARRIERS if (Path(task.path) / name).is_file()]
