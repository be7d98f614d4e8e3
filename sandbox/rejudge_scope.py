"""What of a run is to be judged again: its finished trials, and the tasks that they are judged by now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sandbox.errors import BadInput
from sandbox.journal import RunDirectory, read_results
from sandbox.loader import load_task, load_tasks
from sandbox.lockfile import read_lock
from sandbox.report.moved import LeftOut
from sandbox.suites import find_tasks
from sandbox.task import Task

USUAL = Path("tasks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The finished trials of a run that are judged again.

    records: their terminal records, in order. lock: the run's. tasks: by name, as they are now.
    unfinished: how many trials have a log and no record.
    """

    run: Path
    lock: Mapping[str, Any]
    records: tuple[Mapping[str, Any], ...]
    tasks: Mapping[str, Task]
    left_out: tuple[LeftOut, ...]
    unfinished: int


def read_scope(run: Path, given: Sequence[str], *, typed: Sequence[str], parts: Sequence[str]) -> Scope:
    """Look at a run and for its tasks. Nothing is written.

    Args:
        given: where its tasks are looked for; nowhere: where the run had them, and below `tasks`.
        typed: where the run had them.
        parts: only trials whose key holds one of these.

    Raises:
        BadInput: no run there, no finished trial, no such trial or task, or a file is broken.
    """
    lock = read_lock(RunDirectory(run).lock_file)
    if (lock.get("replay") or {}).get("execute") is False:
        raise BadInput(f"{run}: replays a recording and keeps no trees; judge the run again that was recorded")
    every = {record["trial"]: record for record in read_results(run)}
    open_logs = [key for key in _logs(run) if key not in every]
    for part in parts:
        if not any(_fits(key, [part]) for key in every):
            raise BadInput(f"--trial '{part}': fits no finished trial of this run")
    records = [record for key, record in every.items() if _fits(key, parts)]
    trials = Counter(task_of(record) for record in records)
    tasks = _given(given, trials) if given else _found([*typed, str(USUAL)], trials)
    why = (
        "it is not among the tasks that were given" if given else f"it is neither where the run had it nor in {USUAL}/"
    )
    left_out = [LeftOut(task=name, trials=count, why=why) for name, count in trials.items() if name not in tasks]
    if not tasks:
        names = ", ".join(trials)
        raise BadInput(f"{run}: none of its tasks ({names}) is there; say where they are: rejudge RUN SUITE_OR_TASK...")
    return Scope(
        run=run,
        lock=lock,
        records=tuple(record for record in records if task_of(record) in tasks),
        tasks=tasks,
        left_out=tuple(left_out),
        unfinished=sum(_fits(key, parts) for key in open_logs),
    )


def task_of(record: Mapping[str, Any]) -> str:
    """The name of a record's task."""
    return f"{record['suite']}/{record['task']}"


def _logs(run: Path) -> Iterator[str]:
    trials = run / "trials"
    return (str(path.parent.relative_to(trials)) for path in trials.glob("*/*/*/*/*/events.jsonl"))


def _fits(key: str, parts: Sequence[str]) -> bool:
    return not parts or any(part in key or part in unquote(key) for part in parts)


def _given(given: Sequence[str], wanted: Collection[str]) -> dict[str, Task]:
    """All must be sound that was asked for by name, as for a run."""
    return {task.name: task for task in load_tasks(given) if task.name in wanted}


def _found(places: Sequence[str], wanted: Collection[str]) -> dict[str, Task]:
    """The first of each name; what else lies there need not be sound."""
    tasks: dict[str, Task] = {}
    for place in places:
        for folder in find_tasks(Path(place)) if Path(place).exists() else ():
            name = "/".join(folder.resolve().parts[-2:])
            if name in wanted and name not in tasks:
                tasks[name] = load_task(folder)
    return tasks
