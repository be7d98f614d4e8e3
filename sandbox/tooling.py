"""Tools as data: what is offered to the candidate, and how arguments are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool: its name and schema as offered, and what carries a call out.

    source: of the program that runs inside the container; empty for a tool of an MCP server.
    program: its name, where several tools share one. binding: what that program is told besides the arguments.
    server, remote: of an MCP server's tool the server, and what it calls the tool itself.
    document: of a tool from an OpenAPI document the document.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    effect: str
    source: str
    digest: str
    validator: Draft202012Validator = field(repr=False, compare=False)
    program: str | None = None
    binding: Mapping[str, Any] | None = None
    server: str | None = None
    remote: str | None = None
    document: str | None = None

    @property
    def runs_as(self) -> str:
        """The name of the program that carries it out."""
        return self.program or self.name

    def offer(self) -> dict[str, Any]:
        """The tool in OpenAI's chat-completion form."""
        function = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return {"type": "function", "function": function}


Toolset = Mapping[str, Tool]

# The tool that hands the work in; every task offers it, but for problems.
SUBMIT = "submit"
# The tool that hands a program in to the judge of a problem; such a task offers nothing else.
SUBMIT_SOLUTION = "submit_solution"
