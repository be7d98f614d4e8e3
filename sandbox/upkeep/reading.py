"""Reading outcomes of runs for item statistics; reading and keeping proofs in the history."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox import __version__
from sandbox.held_out import held_out_of
from sandbox.journal import RunDirectory, read_results
from sandbox.lockfile import read_lock
from sandbox.nights.history import History
from sandbox.nights.night import Proof
from sandbox.score import NO_VERDICT
from sandbox.task import Task
from sandbox.upkeep.items import Cell
from sandbox.upkeep.reproving import LastProof


def cells_of_runs(runs: Sequence[Path]) -> tuple[list[Cell], frozenset[str]]:
    """The outcomes of runs, in the order in which they began, and the tasks that any of them holds out.

    Raises:
        BadInput: no run there, or a broken file.
    """
    locks = {run: read_lock(RunDirectory(run).lock_file) for run in runs}
    cells = []
    for number, run in enumerate(sorted(locks, key=lambda one: str(locks[one]["at"]))):
        digests = locks[run]["inputs"]["tasks"]
        accepted: Counter[tuple[str, str, str]] = Counter()
        trials: Counter[tuple[str, str, str]] = Counter()
        for record in read_results(run):
            if record["verdict"] not in NO_VERDICT:
                key = f"{record['suite']}/{record['task']}", record["condition"], record["candidate"]
                trials[key] += 1
                accepted[key] += record["verdict"] == "accepted"
        cells += [
            Cell(
                task=task,
                condition=condition,
                digest=digests.get(task, ""),
                candidate=candidate,
                run=number,
                accepted=accepted[task, condition, candidate],
                trials=count,
            )
            for (task, condition, candidate), count in trials.items()
        ]
    return cells, frozenset().union(*(held_out_of(run) for run in runs))


def last_proofs(history: History, tasks: Sequence[Task]) -> dict[str, LastProof]:
    """The last proof of each task as it is now; of one that changed since, none."""
    kept = history.proofs()
    found = {}
    for task in tasks:
        same = [proof for proof in kept.get(task.name, ()) if proof.task_digest == task.digest]
        if same:
            found[task.name] = LastProof(at=same[-1].at, holds=same[-1].holds)
    return found


def keep_proofs(history: History, tasks: Sequence[Task], faults: Mapping[str, Sequence[str]]) -> None:
    """Keep what proving tasks just now came to."""
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    for task in tasks:
        lines = "\n".join(faults[task.name])
        history.add_proof(Proof(task=task.name, task_digest=task.digest, at=at, roadtest=__version__, faults=lines))
