"""Tools as data: what is offered to the candidate, and how arguments are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool: its name and schema as offered, and the source that runs inside the container."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    effect: str
    source: str
    digest: str
    validator: Draft202012Validator = field(repr=False, compare=False)

    def offer(self) -> dict[str, Any]:
        """The tool in OpenAI's chat-completion form."""
        function = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return {"type": "function", "function": function}


Toolset = Mapping[str, Tool]

# The tool that hands the work in; every task offers it, but for problems.
SUBMIT = "submit"
# The tool that hands a program in to the judge of a problem; such a task offers nothing else.
SUBMIT_SOLUTION = "submit_solution"
