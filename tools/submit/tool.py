"""submit: the agent says that it is done. The harness ends the turn when it sees this call."""

from __future__ import annotations

from typing import Any


def run(arguments: dict[str, Any], call: dict[str, Any]) -> str:
    return "submitted"
