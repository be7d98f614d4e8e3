"""Tools that a task brings along, made of what they are described by, and told in the log. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from jsonschema import Draft202012Validator

from sandbox import schema
from sandbox.errors import BadInput, TaskError
from sandbox.events import Event, last
from sandbox.mcp.protocol import Listed
from sandbox.openapi.naming import fitted
from sandbox.openapi.settings import Operation
from sandbox.schema_limits import why_unfit
from sandbox.tooling import Tool, Toolset

HTTP_PROGRAM = "_http"
_KEPT = ("server", "remote", "document")


def from_operation(operation: Operation, source: str) -> Tool:
    """The tool that an operation of an OpenAPI document is.

    Args:
        source: of the program that makes requests.
    """
    return _tool(
        name=operation.name,
        description=operation.description,
        parameters=operation.parameters,
        effect=operation.effect,
        source=source,
        program=HTTP_PROGRAM,
        binding=operation.binding,
        document=operation.document,
    )


def from_servers(servers: Sequence[tuple[str, Sequence[Listed]]], taken: Iterable[str]) -> Toolset:
    """The tools that MCP servers list, by name; what has no name of its own has its server's before it.

    Args:
        servers: their names, with what each lists.
        taken: names of tools that there are.

    Raises:
        TaskError: two have one name all the same, or a schema cannot be used.
    """
    rows = [(server, one) for server, listed in servers for one in listed]
    times = Counter([*taken, *(fitted(one.name, stem="tool") for _, one in rows)])
    found: dict[str, Tool] = {}
    for server, one in rows:
        name = fitted(one.name, stem="tool")
        if times[name] > 1:
            name = fitted(f"{server}_{one.name}", stem="tool")
        if name in found or (times[name] and name != fitted(one.name, stem="tool")):
            raise TaskError(f"the MCP server {server} lists {one.name[:80]}, and {name} is another tool already")
        found[name] = _listed_tool(name, server, one)
    return found


def _listed_tool(name: str, server: str, one: Listed) -> Tool:
    if why := why_unfit(one.schema):
        raise TaskError(f"the MCP server {server} lists {one.name[:80]} with an inputSchema that {why}")
    return _tool(
        name=name,
        description=one.description,
        # Which dialect it says it is in does not matter any more.
        parameters={key: value for key, value in one.schema.items() if key != "$schema"},
        effect="read" if one.reads else "write",
        source="",
        server=server,
        remote=one.name,
    )


def as_data(tools: Toolset) -> dict[str, Any]:
    """Those of them that a task brought, as they stand in the log: a reader knows their schemas from there."""
    return {
        name: {
            "description": tool.description,
            "parameters": tool.parameters,
            "effect": tool.effect,
            **{key: getattr(tool, key) for key in _KEPT if getattr(tool, key) is not None},
        }
        for name, tool in tools.items()
        if tool.server is not None or tool.document is not None
    }


def offered_by(tools: Toolset, events: Sequence[Event]) -> Toolset:
    """What the candidate of a trial may call.

    Args:
        tools: those that its task offers. events: its log, which alone knows what MCP servers listed.

    Raises:
        BadInput: the log tells of a tool that cannot have been offered.
    """
    ready = last(events, "env.ready")
    listed = {} if ready is None else _listed_in(ready)
    return {**tools, **listed}


def _listed_in(ready: Event) -> Toolset:
    found = {}
    for name, row in ready.data.get("brought", {}).items():
        if "server" not in row:
            continue
        if why := why_unfit(row["parameters"]):
            raise BadInput(f"event {ready.seq}: data.brought.{name}.parameters: {why}")
        rest = {key: row.get(key) for key in ("description", "parameters", "effect", "server", "remote")}
        found[name] = _tool(name=name, source="", **rest)
    return found


def _tool(**facts: Any) -> Tool:
    known = {key: value for key, value in facts.items() if value is not None}
    text = json.dumps(known, sort_keys=True)
    checked = schema.Validator(facts["parameters"], format_checker=Draft202012Validator.FORMAT_CHECKER)
    return Tool(**facts, digest=hashlib.sha256(text.encode()).hexdigest(), validator=checked)
