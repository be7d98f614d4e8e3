"""bash: one command line in a new shell."""

from __future__ import annotations

from typing import Any

import processes
import toolrun


def run(arguments: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    if "\0" in arguments["command"]:
        raise toolrun.Refused("a command line cannot hold a NUL character")
    return processes.run(
        ["bash", "-c", arguments["command"].encode("utf-8", "surrogatepass")],
        env=call["env"],
        timeout=call["timeout"],
        limit=call["limit"],
    )
