"""submit_solution: a program for the judge of a problem. The harness takes it; in a container there is no judge."""

from __future__ import annotations

from typing import Any

import toolrun


def run(arguments: dict[str, Any], call: dict[str, Any]) -> str:
    raise toolrun.Refused("there is no judge here")
