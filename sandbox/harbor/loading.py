"""A plain Harbor task from its directory: task.toml without a table of ours, schema 1.0 to 1.4.

    instruction.md            what the agent is told (with [[steps]]: steps/NAME/instruction.md)
    environment/Dockerfile    or environment.docker_image
    tests/test.sh             the verifier; it writes /logs/verifier/reward.txt or reward.json
    solution/solve.sh         what the oracle runs, if it is there
    steps/NAME/               instruction.md, tests/ (laid over the task's), solution/, workdir/

Whatever is wrong is a BadInput that names the file and the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox.errors import BadInput
from sandbox.harbor import network
from sandbox.harbor.settings import MEAN, REWARD, Harbor, Healthcheck, Part
from sandbox.loader_steps import read_instruction
from sandbox.loader_tools import read_mcp_servers
from sandbox.reading import read_text, shown
from sandbox.task import (
    DEFAULT_AGENT_SECONDS,
    DEFAULT_BUILD_SECONDS,
    DEFAULT_CPUS,
    DEFAULT_MEMORY_MB,
    DEFAULT_VERIFIER_SECONDS,
    Bug,
    Judge,
    Resources,
    Step,
    Task,
)

Row = Mapping[str, Any]

KIND = "harbor"
# The bug of a task without steps; a step has its own name.
WHOLE = "task"
# What Harbor gives where a task does not say.
STORAGE_MB = 10240
PIDS = 1024
TEST_SCRIPT, SOLVE_SCRIPT = "test.sh", "solve.sh"

_SIZE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMGkmg])[Bb]?\s*")
_SHARES = {"K": 1 / 1024, "M": 1, "G": 1024}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_ROADTEST_ONLY = (
    "privileged",
    "cap_add",
    "devices",
    "volumes",
    "binds",
    "mounts",
    "network",
    "pid",
    "ipc",
    "security_opt",
)

# What Harbor's task.toml may say and is not acted on, with what happens instead.
NOTED: Mapping[str, str] = {
    "environment.gpu_types": "no accelerator is attached",
    "environment.tpu": "no accelerator is attached",
    "environment.skills_dir": "no skills are offered",
    "verifier.collect": "nothing is collected: the verifier sees all that the agent left",
    "artifacts": "no artifacts are collected",
}


def load_harbor(folder: Path, document: Row, *, digest: str, variants: tuple[str, ...]) -> Task:
    """A task from task.toml as read, and the files beside it.

    Raises:
        BadInput: naming the file and the field.
    """
    where = shown(folder / "task.toml")
    environment = document.get("environment", {})
    _check_supported(folder, document, where)
    parts = tuple(_parts(document, where))
    steps = tuple(_steps(folder, parts, where))
    _check_tests(folder, steps)
    metadata = document.get("metadata", {})
    harbor = Harbor(
        parts=parts,
        strategy=document.get("multi_step_reward_strategy", MEAN),
        docker_image=environment.get("docker_image"),
        workdir=environment.get("workdir"),
        healthcheck=_healthcheck(environment.get("healthcheck")),
        solution_env=_resolved(document.get("solution", {}).get("env", {}), f"{where}: solution.env"),
        **network.asked(document),
    )
    task = Task(
        suite=folder.parent.name,
        id=folder.name,
        path=str(folder),
        digest=digest,
        instruction=steps[0].instruction if steps else read_instruction(folder / "instruction.md"),
        rung="report",
        judge=Judge(kind=KIND, suite_timeout=max(part.verifier_seconds for part in parts)),
        bugs=tuple(_bug(part) for part in parts),
        resources=Resources(
            cpus=float(environment.get("cpus", DEFAULT_CPUS)),
            memory_mb=_megabytes(environment, "memory", DEFAULT_MEMORY_MB, where),
            storage_mb=_megabytes(environment, "storage", STORAGE_MB, where),
            pids=PIDS,
        ),
        agent_seconds=sum(part.agent_seconds for part in parts),
        build_seconds=float(environment.get("build_timeout_sec", DEFAULT_BUILD_SECONDS)),
        category=_text(metadata.get("category")),
        difficulty=_text(metadata.get("difficulty")),
        variants=variants,
        environment=_resolved(environment.get("env", {}), f"{where}: environment.env"),
        mcp_servers=read_mcp_servers(environment.get("mcp_servers", ()), where),
        notes=tuple(_notes(document)),
        steps=steps,
        harbor=harbor,
    )
    return with_network_notes(task, folder)


def with_network_notes(task: Task, folder: Path) -> Task:
    """The task with what has to be said of networks among its notes."""
    scripts = {shown(path): read_text(path) for path in _test_scripts(folder, task.steps)}
    return replace(task, notes=(*task.notes, *network.notes(task, scripts)))


def _check_supported(folder: Path, document: Row, where: str) -> None:
    environment, verifiers = document.get("environment", {}), _verifiers(document)
    for name in ("environment/docker-compose.yaml", "environment/docker-compose.yml", "tests/docker-compose.yaml"):
        if (folder / name).exists():
            raise BadInput(f"{shown(folder / name)}: compose files are not supported")
    if environment.get("os", "linux").lower() != "linux":
        raise BadInput(f"{where}: environment.os: only linux containers are run")
    if environment.get("gpus"):
        raise BadInput(f"{where}: environment.gpus: no accelerator can be attached; set it to 0")
    for key in _ROADTEST_ONLY:
        if key in environment:
            raise BadInput(f"{where}: environment.{key}: no task gets privileges, devices or mounts; take it out")
    for field, verifier in verifiers:
        if verifier.get("environment_mode") == "separate" or "environment" in verifier:
            raise BadInput(f"{where}: {field}.environment_mode: a separate verifier environment is not supported")
    if "docker_image" not in environment and not (folder / "environment" / "Dockerfile").is_file():
        raise BadInput(
            f"{shown(folder / 'environment/Dockerfile')}: is missing, and there is no environment.docker_image"
        )


def _verifiers(document: Row) -> list[tuple[str, Row]]:
    rows = [
        (f"steps[{index}].verifier", row.get("verifier", {})) for index, row in enumerate(document.get("steps", ()))
    ]
    return [("verifier", document.get("verifier", {})), *rows]


def _parts(document: Row, where: str) -> Iterator[Part]:
    rows = document.get("steps", ())
    if not rows:
        yield _part(document, {}, None, where)
    names = [row["name"] for row in rows]
    for index, row in enumerate(rows):
        if row["name"] in names[:index]:
            raise BadInput(f"{where}: steps[{index}].name: {row['name']} is already taken")
        yield _part(document, row, row["name"], where)


def _part(document: Row, row: Row, name: str | None, where: str) -> Part:
    """One step, or the whole; what a step does not say the task says for it."""
    agent = {**document.get("agent", {}), **row.get("agent", {})}
    verifier = {**document.get("verifier", {}), **row.get("verifier", {})}
    env = {**document.get("verifier", {}).get("env", {}), **row.get("verifier", {}).get("env", {})}
    least = row.get("min_reward", {})
    return Part(
        name=name,
        agent_user=_text(agent.get("user")),
        agent_seconds=float(agent.get("timeout_sec", DEFAULT_AGENT_SECONDS)),
        verifier_user=_text(verifier.get("user")),
        verifier_seconds=float(verifier.get("timeout_sec", DEFAULT_VERIFIER_SECONDS)),
        verifier_env=_resolved(env, f"{where}: verifier.env"),
        least={REWARD: float(least)} if isinstance(least, int | float) else {k: float(v) for k, v in least.items()},
        healthcheck=_healthcheck(row.get("healthcheck")),
    )


def _healthcheck(row: Row | None) -> Healthcheck | None:
    if row is None:
        return None
    usual = Healthcheck(command=row["command"])
    return Healthcheck(
        command=row["command"],
        interval=float(row.get("interval_sec", usual.interval)),
        timeout=float(row.get("timeout_sec", usual.timeout)),
        start_period=float(row.get("start_period_sec", usual.start_period)),
        start_interval=float(row.get("start_interval_sec", usual.start_interval)),
        retries=int(row.get("retries", usual.retries)),
    )


def _steps(folder: Path, parts: Sequence[Part], where: str) -> Iterator[Step]:
    for part in parts:
        if part.name is not None:
            here = folder / "steps" / part.name
            if not here.is_dir():
                raise BadInput(f"{where}: steps: {part.name}: there is no directory {shown(here)}")
            yield Step(name=part.name, instruction=read_instruction(here / "instruction.md"))


def _check_tests(folder: Path, steps: Sequence[Step]) -> None:
    if (folder / "tests" / TEST_SCRIPT).is_file():
        return
    for place in [folder / "steps" / step.name / "tests" for step in steps] or [folder / "tests"]:
        if not (place / TEST_SCRIPT).is_file():
            raise BadInput(f"{shown(place / TEST_SCRIPT)}: is missing; it judges what the agent left")


def _test_scripts(folder: Path, steps: Sequence[Step]) -> Iterator[Path]:
    for place in (folder, *(folder / "steps" / step.name for step in steps)):
        if (place / "tests" / TEST_SCRIPT).is_file():
            yield place / "tests" / TEST_SCRIPT


def _bug(part: Part) -> Bug:
    name = part.name or WHOLE
    script = f"steps/{part.name}/tests/{TEST_SCRIPT}" if part.name else f"tests/{TEST_SCRIPT}"
    return Bug(id=name, tests=(f"{script}::{REWARD}",), step=part.name)


def _megabytes(environment: Row, name: str, default: int, where: str) -> int:
    """A size in MB; of the legacy spelling, as in 4G, where there is no other."""
    if f"{name}_mb" in environment:
        return int(environment[f"{name}_mb"])
    if name not in environment:
        return default
    found = _SIZE.fullmatch(environment[name])
    if found is None:
        raise BadInput(f"{where}: environment.{name}: {environment[name]!r} is no size; write {name}_mb = 2048")
    return max(1, int(float(found[1]) * _SHARES[found[2].upper()]))


def _resolved(table: Mapping[str, str], where: str) -> dict[str, str]:
    """Variables with `${NAME:-default}` replaced by the default: no task gets variables of this machine.

    Raises:
        BadInput: there is no default.
    """

    def default(found: re.Match[str]) -> str:
        if found[2] is None:
            raise BadInput(f"{where}: wants {found[1]} of this machine, which no task gets; write it out there")
        return found[2]

    return {name: _VARIABLE.sub(default, value) for name, value in table.items()}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _notes(document: Row) -> Iterator[str]:
    for field, instead in NOTED.items():
        table, _, key = field.rpartition(".")
        if key in (document.get(table, {}) if table else document):
            yield f"{field} is not supported: {instead}"
