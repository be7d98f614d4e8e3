"""Reading tasks, suites, repos, turns and tools from disk.

    tasks/SUITE/ID/
      task.toml          Harbor's tables; ours under [metadata.roadtest]
      instruction.md     what a user would write (a chain has one for each step, in steps/NAME/)
      environment/       Dockerfile and context (absent for a release recipe)
      tests/             hidden, and guards.txt, the ids that must go on passing (a recipe brings more)
      solution/          solve.sh (absent for a release recipe)
      rough/             terse.md, de.md, …: the same in other words, see `loader_steps.read_wordings`
      services/          seeds of services, see sandbox.loader_services
      steps/             of a chain, see sandbox.loader_steps
      variants/NAME/     turns.jsonl and expect.toml

A directory with a problem.yaml and no task.toml is a competitive-programming problem (`sandbox.cp.loading`).

Whatever is wrong is a BadInput that names the file and the field.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox import schema
from sandbox.cp.folder import open_folder
from sandbox.cp.loading import load_problem
from sandbox.errors import BadInput
from sandbox.exams import GUARDS
from sandbox.harbor.loading import load_harbor
from sandbox.loader_services import check_judged, load_services
from sandbox.loader_steps import (
    check_hidden,
    read_bugs,
    read_guards,
    read_instruction,
    read_steps,
    read_wordings,
    step_notes,
    with_steps,
)
from sandbox.loader_tools import read_mcp_servers, read_openapi
from sandbox.plan import NOP, ORACLE
from sandbox.reading import MOST_BYTES, read_text, read_toml, shown
from sandbox.replacing import only_definition
from sandbox.suite_marks import marked
from sandbox.suites import PROBLEM_FILE, TASK_FILE, find_tasks
from sandbox.task import (
    DEFAULT_AGENT_SECONDS,
    DEFAULT_BUILD_SECONDS,
    DEFAULT_CPUS,
    DEFAULT_MEMORY_MB,
    DEFAULT_STORAGE_MB,
    DEFAULT_TEST_SECONDS,
    DEFAULT_VERIFIER_SECONDS,
    Canary,
    Judge,
    Mutation,
    Release,
    Replacement,
    Resources,
    Retired,
    Task,
    notes_on,
)
from sandbox.tooling import SUBMIT_SOLUTION
from sandbox.tree import is_safe

# Harbor tasks bring their data along.
MOST_HARBOR_BYTES = 512 * 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
FORBIDDEN = frozenset(
    {"privileged", "cap_add", "devices", "volumes", "binds", "mounts", "network", "pid", "ipc", "security_opt"}
)


def load_tasks(arguments: Sequence[str]) -> list[Task]:
    """Every task at the given paths (a task, a folder of tasks at any depth, or a suite in TOML), in order.

    Raises:
        BadInput: a path is missing or holds no task, a file is broken, two tasks share a name.
    """
    tasks: dict[str, Task] = {}
    for argument in arguments:
        found = list(find_tasks(Path(argument)))
        if not found:
            raise BadInput(f"{argument}: no {TASK_FILE} in it or below it, and no {PROBLEM_FILE}")
        for folder in found:
            task = load_task(folder)
            other = tasks.setdefault(task.name, task)
            if other.path != task.path:
                raise BadInput(f"{task.path}: has the same suite and id ({task.name}) as {other.path}; rename one")
    return marked(list(tasks.values()), arguments)


def load_task(folder: Path) -> Task:
    """One task from its directory.

    Raises:
        BadInput: naming the file and the field.
    """
    folder = folder.resolve()
    where = shown(folder / "task.toml")
    _check_name(folder)
    if not (folder / TASK_FILE).exists() and (folder / PROBLEM_FILE).exists():
        return load_problem(folder)
    document = read_toml(folder / "task.toml")
    schema.check("task.v1", document, file=where)
    ours = document.get("metadata", {}).get("roadtest")
    files = _files(folder)
    _check_kinds(files)
    if ours is None:
        digest = _digest(folder, files, most=MOST_HARBOR_BYTES)
        return load_harbor(folder, document, digest=digest, variants=_variants(folder))
    _check_files(folder, ours, document)
    release = _release(folder, ours.get("release"), where)
    steps = read_steps(folder, document, ours, release)
    services, outcome = load_services(folder, ours)
    check_judged(ours, outcome, bool(steps), where)
    bugs = read_bugs(ours.get("bugs", ()), where)
    environment = document.get("environment", {})
    operations, left_out = read_openapi(folder, ours.get("openapi", ()), where)
    known = schema.schema("task.v1")
    task = Task(
        suite=folder.parent.name,
        id=folder.name,
        path=str(folder),
        digest=_digest(folder, files),
        instruction=steps[0].instruction if steps else read_instruction(folder / "instruction.md"),
        rung=ours["rung"],
        judge=_judge(ours["judge"], document.get("verifier", {}), where),
        bugs=with_steps(folder, bugs, steps),
        guards=read_guards(folder / "tests" / GUARDS),
        release=release,
        resources=Resources(
            cpus=float(environment.get("cpus", DEFAULT_CPUS)),
            memory_mb=int(environment.get("memory_mb", DEFAULT_MEMORY_MB)),
            storage_mb=int(environment.get("storage_mb", DEFAULT_STORAGE_MB)),
        ),
        agent_seconds=float(document.get("agent", {}).get("timeout_sec", DEFAULT_AGENT_SECONDS)),
        build_seconds=float(environment.get("build_timeout_sec", DEFAULT_BUILD_SECONDS)),
        item=ours.get("item"),
        category=ours.get("category"),
        difficulty=ours.get("difficulty"),
        domain=ours.get("domain"),
        tools=tuple(ours["tools"]) if "tools" in ours else None,
        variants=_variants(folder),
        environment=dict(environment.get("env", {})),
        operations=operations,
        mcp_servers=read_mcp_servers(environment.get("mcp_servers", ()), where),
        notes=(*notes_on(document, known), *step_notes(folder, document, known), *left_out),
        steps=steps,
        wordings=read_wordings(folder, bugs),
        services=services,
        outcome=outcome,
        retired=Retired(**ours["retired"]) if "retired" in ours else None,
    )
    check_hidden(task)
    return task


def _check_name(folder: Path) -> None:
    for name in (folder.name, folder.parent.name):
        if not NAME.fullmatch(name):
            raise BadInput(
                f"{shown(folder)}: {name!r} cannot be part of a task's name; "
                "use letters, digits, dots, hyphens and underscores, up to 100"
            )


def _check_kinds(files: list[Path]) -> None:
    for path in files:
        if path.is_symlink():
            raise BadInput(f"{shown(path)}: a task holds no symbolic links; put the file itself there")
        if not path.is_file():
            raise BadInput(f"{shown(path)}: is neither a file nor a directory")


def _check_files(folder: Path, ours: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    _check_supported(folder, ours, document)
    if "release" in ours:
        return
    solutions = [f"steps/{row['name']}/solution/solve.sh" for row in document.get("steps", ())]
    for needed in ("environment/Dockerfile", *(solutions or ["solution/solve.sh"])):
        if not (folder / needed).is_file():
            raise BadInput(f"{shown(folder / needed)}: is missing (only a release recipe goes without)")


def _check_supported(folder: Path, ours: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    where = shown(folder / "task.toml")
    if (folder / "environment" / "docker-compose.yaml").exists():
        raise BadInput(f"{shown(folder / 'environment/docker-compose.yaml')}: compose files are not supported")
    environment = document.get("environment", {})
    if SUBMIT_SOLUTION in ours.get("tools", ()):
        raise BadInput(f"{where}: metadata.roadtest.tools: {SUBMIT_SOLUTION} is for problems (problem.yaml) only")
    for key in FORBIDDEN & environment.keys():
        raise BadInput(f"{where}: environment.{key}: no task gets privileges, devices or mounts; take it out")
    if environment.get("os", "linux").lower() != "linux":
        raise BadInput(f"{where}: environment.os: only linux containers are run")
    if environment.get("gpus"):
        raise BadInput(f"{where}: environment.gpus: no accelerator can be attached; set it to 0")


def _judge(ours: Mapping[str, Any], verifier: Mapping[str, Any], where: str) -> Judge:
    for index, canary in enumerate(ours.get("canaries", ())):
        for key, source in (("setup", canary["setup"]), ("call", f"({canary['call']})")):
            try:
                ast.parse(source.strip(), mode="eval" if key == "call" else "exec")
            except (SyntaxError, ValueError, RecursionError) as exc:
                field = f"metadata.roadtest.judge.canaries[{index}].{key}"
                raise BadInput(f"{where}: {field}: is no Python: {exc}") from exc
    return Judge(
        kind=ours["kind"],
        test_timeout=float(ours.get("test_timeout_sec", DEFAULT_TEST_SECONDS)),
        suite_timeout=float(verifier.get("timeout_sec", DEFAULT_VERIFIER_SECONDS)),
        canaries=tuple(Canary(setup=canary["setup"], call=canary["call"]) for canary in ours.get("canaries", ())),
    )


def _release(folder: Path, row: Mapping[str, Any] | None, where: str) -> Release | None:
    if row is None:
        return None
    rows = row.get("replacements", ())
    for index, given in enumerate(rows):
        field = f"{where}: metadata.roadtest.release.replacements[{index}]"
        if not is_safe(given["file"]):
            raise BadInput(f"{field}.file: {given['file']} lies outside the workspace")
        if not is_safe(given["source"]) or not (folder / given["source"]).is_file():
            raise BadInput(f"{field}.source: there is no file {given['source']} below the task's directory")
        try:
            only_definition(read_text(folder / given["source"]), given["name"].rpartition(".")[2])
        except ValueError as exc:
            raise BadInput(f"{field}.source: {given['source']} {exc}") from exc
    return Release(
        repo=row["repo"],
        old=row["from"],
        new=row["to"],
        replacements=tuple(Replacement(file=r["file"], name=r["name"], source=r["source"]) for r in rows),
        mutations=tuple(_mutations(row.get("mutations", ()), f"{where}: metadata.roadtest.release.mutations")),
    )


def _mutations(rows: Sequence[Mapping[str, Any]], field: str) -> Iterator[Mutation]:
    seen = set()
    for index, row in enumerate(rows):
        if not is_safe(row["file"]):
            raise BadInput(f"{field}[{index}].file: {row['file']} lies outside the workspace")
        if (row["file"], row["name"]) in seen:
            raise BadInput(f"{field}[{index}].name: {row['name']} has a mutation already; one function takes one")
        seen.add((row["file"], row["name"]))
        yield Mutation(**row)


def _variants(folder: Path) -> tuple[str, ...]:
    names = []
    for child in sorted((folder / "variants").glob("*")):
        if not NAME.fullmatch(child.name) or child.name in (ORACLE, NOP) or child.name.endswith(".jsonl"):
            raise BadInput(f"{shown(child)}: {child.name!r} cannot be the name of a variant")
        if not (child / "turns.jsonl").is_file():
            raise BadInput(f"{shown(child / 'turns.jsonl')}: is missing")
        load_turns(child / "turns.jsonl")
        load_expectation(child / "expect.toml")
        names.append(child.name)
    return tuple(names)


def load_turns(path: Path) -> list[dict[str, Any]]:
    """The assistant messages of a scripted candidate, one a line.

    Raises:
        BadInput: naming the line.
    """
    turns = []
    # Not splitlines: a JSON string may hold a line separator of Unicode as it is.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{shown(path)}: line {number}"
        try:
            turn = json.loads(line)
        except (ValueError, RecursionError) as exc:
            raise BadInput(f"{where}: is not JSON: {exc}") from exc
        schema.check("turns.v1", turn, file=where)
        turns.append(turn)
    return turns


def load_expectation(path: Path) -> dict[str, Any]:
    """What a variant's trial must show (expect.toml).

    Raises:
        BadInput: missing, or not as the schema says.
    """
    document = read_toml(path)
    schema.check("expect.v1", document, file=shown(path))
    return document


def _files(folder: Path) -> list[Path]:
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        found += [Path(here) / name for name in sorted(names)]
        found += [Path(here) / name for name in folders if (Path(here) / name).is_symlink()]
    return found


def is_as_it_was(task: Task) -> bool:
    """Whether a task's directory still holds what was loaded.

    Raises:
        BadInput: it cannot be read.
    """
    folder = Path(task.path)
    if task.problem is not None:
        return open_folder(folder).digest() == task.digest
    return _digest(folder, _files(folder), most=MOST_HARBOR_BYTES) == task.digest


def _digest(folder: Path, files: list[Path], *, most: int = MOST_BYTES) -> str:
    total = hashlib.sha256()
    size = 0
    for path in files:
        # Before anything is read: a sparse file costs nothing on disk and all memory here.
        size += path.stat().st_size
        if size > most:
            raise BadInput(f"{shown(folder)}: holds more than {most >> 20} MiB; fetch large inputs by hash instead")
        try:
            data = path.read_bytes()
        except OSError as exc:
            raise BadInput(f"{shown(path)}: cannot be read: {exc.strerror}") from exc
        name = path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")
        total.update(b"%d %d " % (len(name), len(data)) + name + data)
    return total.hexdigest()
