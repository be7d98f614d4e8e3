"""A run of simulated trials, alone in its process."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio

from bench.trials import Clock
from sandbox.bounds import bounds_for
from sandbox.journal import RunDirectory
from sandbox.plan import make_plan, parse_candidate
from sandbox.run import run_plan
from sandbox.toolbox import load_tools
from tests.support.builders import make_task
from tests.support.simulated import SimulatedShop

TASKS, CANDIDATES = 50, 10


def main() -> None:
    """Run so many trials (second argument) into a directory (first)."""
    folder, trials = Path(sys.argv[1]), int(sys.argv[2])
    tasks = [make_task(id=f"task{number}") for number in range(TASKS)]
    candidates = [parse_candidate(f"openai/model{number}") for number in range(CANDIDATES)]
    plan = make_plan(tasks, candidates, (), trials // (TASKS * CANDIDATES))
    tools = load_tools()

    async def go() -> None:
        await run_plan(
            plan,
            RunDirectory(folder),
            tools=tools,
            bounds=bounds_for(4),
            resume=False,
            progress=Clock(),
            shop=SimulatedShop(tools),
        )

    anyio.run(go)
