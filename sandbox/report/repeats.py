"""What repeats of tasks tell: pass@k and pass^k, by candidate. Pure.

pass@k: the chance that of k trials of a task at least one is accepted; pass^k: that all k are. Both are estimated for
each task from its n trials with a verdict, c of them accepted, and averaged over tasks, each counting alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.report.figures import percent, span
from sandbox.report.sheet import Sheet
from sandbox.report.standings import by_task
from sandbox.stats import Mean, clustered_mean, pass_at_k, pass_hat_k


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRow:
    """pass@k and pass^k of one candidate under one condition.

    at, hat: means over the tasks with at least k trials with a verdict. left_out: how many tasks have fewer.
    """

    candidate: str
    condition: str
    k: int
    at: Mean
    hat: Mean
    left_out: int


def pass_rows(records: Iterable[Mapping[str, Any]], ks: Sequence[int] = ()) -> list[PassRow]:
    """A row for each candidate, condition and k; none where no task has repeats and no k is asked for.

    Args:
        ks: the values of k; without any 1, 2, 4, 8, … as far as some task goes, and the largest that every task with
            a verdict has.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for record in records:
        groups.setdefault((record["candidate"], record["condition"]), []).append(record)
    counted = {key: list(by_task(groups[key]).values()) for key in sorted(groups)}
    chosen = sorted(set(ks)) or _usual([judged for tasks in counted.values() for _, judged in tasks if judged])
    return [_row(*key, k, tasks) for key, tasks in counted.items() for k in chosen]


def _usual(sizes: Sequence[int]) -> list[int]:
    """The values of k worth showing for tasks with so many trials."""
    most = max(sizes, default=0)
    if most < 2:
        return []
    powers = [2**power for power in range(most.bit_length())]
    return sorted({*powers, min(sizes)})


def _row(candidate: str, condition: str, k: int, tasks: Sequence[tuple[int, int]]) -> PassRow:
    enough = [(accepted, judged) for accepted, judged in tasks if judged >= k]
    at = [(pass_at_k(judged, accepted, k), judged // k) for accepted, judged in enough]
    hat = [(pass_hat_k(judged, accepted, k), judged // k) for accepted, judged in enough]
    return PassRow(
        candidate=candidate,
        condition=condition,
        k=k,
        at=clustered_mean((value, cases) for value, cases in at if value is not None),
        hat=clustered_mean((value, cases) for value, cases in hat if value is not None),
        left_out=len(tasks) - len(enough),
    )


def table(rows: Sequence[PassRow]) -> Sheet:
    """One row for each candidate and k."""
    names = ["candidate", "condition"] if len({row.condition for row in rows}) > 1 else ["candidate"]
    return Sheet(
        title="Repeats",
        names=[*names, "k"],
        figures=("tasks", "pass@k", "95% of pass@k", "pass^k", "95% of pass^k"),
        rows=[
            [
                *[row.candidate, row.condition][: len(names)],
                *[str(row.k), str(row.at.clusters)],
                *[percent(row.at.value), span(row.at.interval), percent(row.hat.value), span(row.hat.interval)],
            ]
            for row in rows
        ],
    )


def remarks(rows: Sequence[PassRow]) -> list[str]:
    """Where tasks are missing from a mean, by candidate."""
    missing: dict[tuple[str, str], list[PassRow]] = {}
    for row in rows:
        if row.left_out:
            missing.setdefault((row.candidate, row.condition), []).append(row)
    lines = []
    for (candidate, condition), held in missing.items():
        tasks = held[0].left_out + held[0].at.clusters
        counts = ", ".join(f"{row.left_out} of {tasks} for k = {row.k}" for row in held)
        lines.append(f"  {candidate} ({condition}): {counts}")
    if not lines:
        return []
    return ["Repeats are uneven; tasks with fewer than k trials with a verdict are not in its mean:", *lines]


def as_data(rows: Iterable[PassRow]) -> list[dict[str, Any]]:
    """The rows for --json."""
    return [
        {
            "candidate": row.candidate,
            "condition": row.condition,
            "k": row.k,
            "tasks": row.at.clusters,
            "left_out": row.left_out,
            "pass_at_k": row.at.value,
            "pass_at_k_interval": list(row.at.interval) if row.at.interval else None,
            "pass_hat_k": row.hat.value,
            "pass_hat_k_interval": list(row.hat.interval) if row.hat.interval else None,
        }
        for row in rows
    ]
