"""Proving tasks: the reference is accepted, doing nothing is not, every variant does as it declares."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.journal import RunDirectory
from sandbox.loader import load_expectation
from sandbox.plan import Candidate, Plan, Trial, make_plan, parse_candidate
from sandbox.progress import Progress
from sandbox.run import run_plan
from sandbox.score import NO_VERDICT
from sandbox.task import Task
from sandbox.tooling import Toolset


def plan_checks(tasks: Sequence[Task]) -> Plan:
    """The trials that prove tasks: oracle, nop and every variant of each."""
    trials: list[Trial] = []
    for task in tasks:
        names = ["oracle", "nop", *task.variants]
        candidates = [parse_candidate(f"scripted:{name}") for name in names]
        trials += make_plan([task], candidates, (), 1).trials
    return Plan(trials=tuple(trials), left_out=())


async def check_tasks(
    tasks: Sequence[Task], *, tools: Toolset, concurrency: int, progress: Progress
) -> dict[str, list[str]]:
    """Run the proofs; what does not hold, one line each, by task (empty: it holds).

    Raises:
        SandboxError, HarnessError: as `run_plan`.
    """
    plan = plan_checks(tasks)
    with tempfile.TemporaryDirectory(prefix="roadtest-check-") as folder:
        directory = RunDirectory(Path(folder) / "run")
        outcome = await run_plan(plan, directory, tools=tools, concurrency=concurrency, resume=False, progress=progress)
    records = {record["trial"]: record for record in outcome.records}
    faults = {task.name: list(_static(task)) for task in tasks}
    for trial in plan.trials:
        record = records.get(trial.key)
        if record is None:
            faults[trial.task.name].append(f"{trial.candidate.name}: was not run ({outcome.stopped})")
        else:
            faults[trial.task.name] += _differences(trial.task, trial.candidate, record)
    return faults


def _static(task: Task) -> Iterable[str]:
    for bug in task.bugs:
        if bug.report is None:
            yield f"bug {bug.id}: has no report (how a user would complain about it)"
    if not task.guards:
        yield "tests/guards.txt: names no test; nothing notices what a fix breaks"


def _differences(task: Task, candidate: Candidate, record: Mapping[str, Any]) -> list[str]:
    found = f"{record['verdict']} ({record['reason']})"
    if record["verdict"] in NO_VERDICT:
        return [f"{candidate.name}: {found}"]
    if candidate.kind == "oracle":
        return [] if record["verdict"] == "accepted" else [f"the reference solution is not accepted: {found}"]
    if candidate.kind == "nop":
        return _nop_differences(task, record, found)
    assert candidate.script is not None
    expected = load_expectation(Path(task.path) / "variants" / candidate.script / "expect.toml")
    return [f"variant {candidate.script}: {line}" for line in differences(expected, record)]


def _nop_differences(task: Task, record: Mapping[str, Any], found: str) -> list[str]:
    faults = [] if record["verdict"] == "wrong" else [f"doing nothing is not wrong: {found}"]
    fixed = [bug for bug, status in record["bugs"].items() if status != "F"]
    faults += [f"bug {bug}: its tests do not fail on the untouched workspace" for bug in fixed]
    if "broke what worked" in record["reason"]:
        faults.append(f"guards fail on the untouched workspace: {record['reason']}")
    return faults


def differences(expected: Mapping[str, Any], record: Mapping[str, Any], path: str = "") -> list[str]:
    """Where a record is not as an expectation says; only what the expectation names is compared."""
    lines = []
    for key, value in expected.items():
        if key == "about" and not path:
            continue
        where = f"{path}.{key}" if path else key
        found = record.get(key)
        if isinstance(value, Mapping) and isinstance(found, Mapping) and key != "faults":
            lines += differences(value, found, where)
        elif found != value:
            lines.append(f"{where}: expected {value}, found {found}")
    return lines
