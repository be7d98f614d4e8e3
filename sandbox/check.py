"""Proving tasks: the reference is accepted, doing nothing is not, every variant does as it declares.

what needs no container (soundness) → trials of oracle, nop and variants → with what they left:
tests that end otherwise from run to run (steadiness), tests or solution that can be found (exposure)
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox import soundness
from sandbox.bounds import bounds_for
from sandbox.condition import FAULTY, FIELD, LOOP
from sandbox.cp.proving import problem_faults
from sandbox.events import Event, final_check, of_kind
from sandbox.inspection import Closer, look_closer
from sandbox.journal import RunDirectory, read_events
from sandbox.judge import PASSING
from sandbox.loader import load_expectation
from sandbox.plan import Candidate, Plan, Trial, make_plan, parse_candidate
from sandbox.progress import Progress
from sandbox.proofs import Proofs
from sandbox.run import run_plan
from sandbox.score import NO_VERDICT
from sandbox.task import Task
from sandbox.tooling import Toolset

MOST_NAMED = 5
# Whose failures say nothing of the task that they befell.
NOT_THE_TASKS = frozenset({"sandbox", "harness", "provider"})
RUNS = 3
# TOML has no null.
NONE = "none"


class Unproved(str):
    """A line that says nothing of its task: Roadtest failed, or what it runs on."""

    __slots__ = ()


def plan_checks(tasks: Sequence[Task], expected: Callable[[Task, str], Mapping[str, Any]] | None = None) -> Plan:
    """The trials that prove tasks: oracle, nop and every variant of each.

    Args:
        expected: gives what a variant of a task must show; read from its directory without.
    """
    expected = expected or _expected
    trials: list[Trial] = []
    for task in tasks:
        names = ["oracle", "nop", *task.variants]
        for name in names:
            candidate = parse_candidate(f"scripted:{name}")
            # What a submission of a problem has to show, its label says.
            declared = name in task.variants and task.problem is None
            wanted = expected(task, name) if declared else {}
            planned = make_plan([task], [candidate], [condition_of(task)], 1, wanted.get("limits")).trials
            # What came back on the way is looked for where somebody says what that has to be, and along a chain.
            trials += [replace(trial, probed=bool(task.steps) or "oscillation" in wanted) for trial in planned]
        if task.services:
            # The reference gets through when services falter, and doing nothing does no harm then either.
            both = [parse_candidate(f"scripted:{name}") for name in ("oracle", "nop")]
            trials += make_plan([task], both, [FAULTY.name], 1).trials
    return Plan(trials=tuple(trials), left_out=())


def condition_of(task: Task) -> str:
    """The condition that a task is made for."""
    return LOOP.name if task.rung == "loop" and not LOOP.misses(task) else FIELD.name


async def check_tasks(
    tasks: Sequence[Task],
    *,
    tools: Toolset,
    concurrency: int,
    progress: Progress,
    runs: int = RUNS,
    proofs: Proofs | None = None,
) -> dict[str, list[str]]:
    """Run the proofs; what does not hold, one line each, by task (empty: it holds).

    Args:
        runs: of the hidden tests on the reference, at least.
        proofs: from earlier checks, and where these go; without, every tree is judged and every container searched.

    Raises:
        SandboxError, HarnessError: as `run_plan`.
    """
    plan = plan_checks(tasks)
    parts = {task.name: soundness.parts_of(task) for task in tasks}
    faults = {task.name: list(soundness.faults(task, parts[task.name])) for task in tasks}
    with tempfile.TemporaryDirectory(prefix="roadtest-check-") as folder:
        directory = RunDirectory(Path(folder) / "run")
        bounds = bounds_for(concurrency)
        outcome = await run_plan(
            plan, directory, tools=tools, bounds=bounds, resume=False, progress=progress, before=proofs
        )
        for trial in plan.trials:
            record, lines = directory.results.get(trial.key), list[str]()
            if record is None:
                lines = [Unproved(f"{trial.candidate.name}: was not run ({outcome.stopped})")]
            else:
                events = read_events(directory.path / "trials" / trial.key)
                lines = _differences(trial.task, trial.candidate, record, events)
                if trial.condition == FAULTY.name:
                    lines = [type(line)(f"under the condition {FAULTY.name}: {line}") for line in lines]
            # A task that does not build fails every proof alike; once is enough.
            faults[trial.task.name] += [line for line in lines if line not in faults[trial.task.name]]
        progress.say("looking for tests and solutions where candidates could find them")
        oracles = {
            trial.task.name: trial.key
            for trial in plan.trials
            if trial.candidate.kind == "oracle" and trial.condition != FAULTY.name
        }
        closer = Closer(directory=directory, oracles=oracles, tools=tools, runs=runs, proofs=proofs)
        for name, lines in (await look_closer(closer, tasks, parts, concurrency=concurrency)).items():
            faults[name] += lines
        if proofs is not None:
            held = [trial for trial in plan.trials if _is_judged_alone(trial.task) and not faults[trial.task.name]]
            _keep(proofs, held, directory)
    return faults


def _is_judged_alone(task: Task) -> bool:
    """Whether nothing goes into a judgement but tree, image and tests: no service, no whole file system."""
    return task.harbor is None and task.problem is None and not task.services


def _keep(proofs: Proofs, trials: Sequence[Trial], directory: RunDirectory) -> None:
    images = json.loads(directory.lock_file.read_text("ascii"))["inputs"]["images"]
    for trial in trials:
        proofs.keep(images[trial.task.name], directory.path / "trials" / trial.key)


def _differences(task: Task, candidate: Candidate, record: Mapping[str, Any], events: Sequence[Event]) -> list[str]:
    if record["verdict"] in NO_VERDICT:
        return [without_verdict(record, events)]
    checked = final_check(events)
    if task.problem is not None:
        return problem_faults(task.problem, candidate.script or "", record, checked)
    if candidate.kind == "oracle":
        if task.harbor is not None and record["verdict"] == "accepted":  # Harbor does not mind how solve.sh ends
            return []
        return [*oracle_faults(record, events), *_alarms("the reference solution", record)]
    if candidate.kind == "nop":
        if task.harbor is not None and record["verdict"] == "partial":  # its reward says how far, not what
            return []
        return [*_nop_differences(record, checked), *_alarms("doing nothing", record)]
    assert candidate.script is not None
    expected = _expected(task, candidate.script)
    return [f"variant {candidate.script}: {line}" for line in differences(expected, record)]


def without_verdict(record: Mapping[str, Any], events: Sequence[Event]) -> str:
    """What is said of a trial that came to none; `Unproved` where its task has no part in that."""
    line = f"no proof came to a verdict: {record['reason']}"
    final = [event.data["origin"] for event in of_kind(events, "fault") if event.data["final"]]
    return Unproved(line) if final and final[-1] in NOT_THE_TASKS else line


def oracle_faults(record: Mapping[str, Any], events: Sequence[Event]) -> list[str]:
    """Why the reference does not prove its task, from its log: the script, each test, each canary."""
    faults = []
    for event in of_kind(events, "tool.returned"):
        if event.data["exit_code"]:
            said = " ".join(str(event.data["output"]).split())[-300:] or "it printed nothing"
            faults.append(f"solution/solve.sh ended with {event.data['exit_code']}: {said}")
    checked = final_check(events)
    if checked is None:
        return [*faults, f"the reference solution was not judged: {record['reason']}"]
    bad = [(test, word) for test, word in checked.data["outcomes"].items() if word not in PASSING]
    for test, word in bad[:MOST_NAMED]:
        why = " (there is no such test, or its file cannot be imported)" if word == "missing" else ""
        faults.append(f"with the reference solution, {test}: {word}{why}")
    if len(bad) > MOST_NAMED:
        faults.append(f"with the reference solution, {len(bad) - MOST_NAMED} more hidden tests do not pass")
    dead = checked.data["dead_canaries"][:1]
    faults += [f"a canary raises before it compares anything, so it proves nothing: {_raised(words)}" for words in dead]
    if record["verdict"] != "accepted" and not faults:
        faults.append(f"the reference solution is not accepted: {record['verdict']} ({record['reason']})")
    return faults


def _raised(message: str) -> str:
    """What pytest says at the end of a failure, on one line: the exception, where it shows one."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    raised = [line for line in lines if line.startswith("E ")]
    return " ".join((raised or lines or ["nothing was said"])[-1].removeprefix("E ").split())[:300]


def _expected(task: Task, variant: str) -> Mapping[str, Any]:
    return load_expectation(Path(task.path) / "variants" / variant / "expect.toml")


def _alarms(who: str, record: Mapping[str, Any]) -> list[str]:
    """What must never be found of a control: it breaks nothing, brings nothing back and returns nowhere."""
    found = record["oscillation"]
    events = {name: found[name] for name in ("regressions", "reintroductions", "state_cycles") if found[name]}
    faults = [f"{who} shows {count} {name.replace('_', ' ')}" for name, count in events.items()]
    return faults + [f"{who} is judged otherwise from time to time"] * ("unstable" in record["flags"])


def _nop_differences(record: Mapping[str, Any], checked: Event | None) -> list[str]:
    found = f"{record['verdict']} ({record['reason']})"
    faults = [] if record["verdict"] == "wrong" else [f"doing nothing is not wrong: {found}"]
    fixed = [bug for bug, status in record["bugs"].items() if status != "F"]
    faults += [f"bug {bug}: its tests do not fail on the untouched workspace" for bug in fixed]
    guards = checked.data["guards"] if checked is not None else {}
    broken = [file for file, status in guards.items() if status != "P"]
    return faults + [f"guards in {file} do not pass on the untouched workspace" for file in broken]


def differences(expected: Mapping[str, Any], record: Mapping[str, Any], path: str = "") -> list[str]:
    """Where a record is not as an expectation says; only what the expectation names is compared."""
    lines = []
    for key, value in expected.items():
        if key in ("about", "limits") and not path:
            continue
        where = f"{path}.{key}" if path else key
        found = record.get(key)
        if isinstance(value, Mapping) and isinstance(found, Mapping) and key != "faults":
            lines += differences(value, found, where)
        elif found != (None if value == NONE else value):
            lines.append(f"{where}: expected {value}, found {found}")
    return lines
