"""Loading the tools that an agent may call: tools/NAME/tool.json and tool.py."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from sandbox import paths, schema
from sandbox.brought import HTTP_PROGRAM, from_operation
from sandbox.errors import BadInput
from sandbox.openapi.operations import check_names
from sandbox.task import Task
from sandbox.tooling import SUBMIT, SUBMIT_SOLUTION, Tool, Toolset

# The order in which tools are offered; others follow by name.
ORDER = ("bash", "read_file", "write_file", "edit_file", "list_dir", "search", "submit", SUBMIT_SOLUTION)


def load_tools(folder: Path | None = None) -> Toolset:
    """Every tool below a folder (default: the project's own), by name, in the order of offering.

    Raises:
        BadInput: naming the tool.json and the field.
    """
    folder = folder or paths.tools()
    found = {tool.name: tool for tool in map(_load, sorted(folder.glob("*/tool.json")))}
    if not found:
        raise BadInput(f"{folder}: holds no tool (NAME/tool.json)")
    if SUBMIT not in found:
        raise BadInput(f"{folder}: the tool {SUBMIT} is missing; without it nobody can hand in")
    names = [name for name in ORDER if name in found] + [name for name in found if name not in ORDER]
    return {name: found[name] for name in names}


def _load(path: Path) -> Tool:
    try:
        text = path.read_text("utf-8")
        document = json.loads(text)
    except (OSError, ValueError, RecursionError) as exc:
        raise BadInput(f"{path}: is not readable JSON: {exc}") from exc
    schema.check("tool.v1", document, file=str(path))
    if document["name"] != path.parent.name:
        raise BadInput(f"{path}: name: is {document['name']}, its folder is called {path.parent.name}")
    try:
        Draft202012Validator.check_schema(document["parameters"])
    except SchemaError as exc:
        raise BadInput(f"{path}: parameters: is no JSON Schema: {exc.message}") from exc
    code = path.with_name("tool.py")
    if not code.is_file():
        raise BadInput(f"{code}: is missing; it holds run(arguments, call)")
    source = code.read_text("utf-8")
    return Tool(
        name=document["name"],
        description=document["description"],
        parameters=document["parameters"],
        effect=document["effect"],
        source=source,
        digest=hashlib.sha256(f"{len(text)} {text}{source}".encode()).hexdigest(),
        validator=schema.Validator(document["parameters"], format_checker=Draft202012Validator.FORMAT_CHECKER),
    )


def narrowed(tools: Toolset, names: Iterable[str] | None, *, wanted_by: str) -> Toolset:
    """The tools that a task offers: those it names (all but that of problems without), and submit always.

    A problem names submit_solution, and offers nothing else.

    Raises:
        BadInput: it names one that does not exist.
    """
    if names is None:
        return {name: tool for name, tool in tools.items() if name != SUBMIT_SOLUTION}
    wanted = [*names]
    if wanted == [SUBMIT_SOLUTION] and SUBMIT_SOLUTION in tools:
        return {SUBMIT_SOLUTION: tools[SUBMIT_SOLUTION]}
    for name in wanted:
        if name not in tools:
            raise BadInput(f"{wanted_by}: metadata.roadtest.tools: there is no tool {name} (known: {', '.join(tools)})")
    return {name: tool for name, tool in tools.items() if name in wanted or name == SUBMIT}


def offered(tools: Toolset, task: Task) -> Toolset:
    """The tools that a task offers: those it narrows ours to, and one for each operation of its OpenAPI documents.

    Raises:
        BadInput: it names one that does not exist, or brings one of a name that is taken.
    """
    where = f"{task.path}/{'problem.yaml' if task.problem is not None else 'task.toml'}"
    ours = narrowed(tools, task.tools, wanted_by=where)
    if not task.operations:
        return ours
    check_names(task.operations, dict.fromkeys(tools, "Roadtest"), where)
    source = http_program()
    return {**ours, **{one.name: from_operation(one, source) for one in task.operations}}


def http_program() -> str:
    """The source of the program that makes the requests of operations.

    Raises:
        BadInput: it is not there.
    """
    path = paths.tools() / HTTP_PROGRAM / "tool.py"
    try:
        return path.read_text("utf-8")
    except OSError as exc:
        raise BadInput(f"{path}: cannot be read: {exc.strerror}") from exc
