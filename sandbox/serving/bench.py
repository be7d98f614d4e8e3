"""A workbench with services beside it: after whatever the candidate does they are looked at, too."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sandbox.env.constellation import Constellation, Exported
from sandbox.events import Event
from sandbox.journal import Journal
from sandbox.serving import verdict
from sandbox.threads import in_thread
from sandbox.tooling import Tool
from sandbox.tree import Tree
from sandbox.workbench import Workbench


class Keeper:
    """Writes down what services hold."""

    def __init__(self, services: Constellation, journal: Journal) -> None:
        self._services = services
        self._journal = journal

    async def keep(self, moment: str, cause: Event | None) -> None:
        """Export the state and the log of services, as blobs.

        Raises:
            SandboxError: a service is gone.
            HarnessError: the log of the trial cannot be written.
        """
        started = time.monotonic()
        found = await in_thread(self._services.export)
        self._journal.write(verdict.EXPORTED, self._data(found, moment, started), cause=cause)

    async def progress(self) -> tuple[int, int]:
        """How many entries the service log has, and how many of them tell of writes.

        Raises:
            SandboxError: the holder is gone.
        """
        return await in_thread(self._services.progress)

    def _data(self, found: Exported, moment: str, started: float) -> dict[str, Any]:
        return {
            "moment": moment,
            "services": {name: self._journal.blob(state) for name, state in found.states.items()},
            "log": self._journal.blob(found.log),
            "entries": found.log.count(b"\n"),
            "seconds": time.monotonic() - started,
        }


class ServedBench:
    """A workbench after which, whenever it was read, the services are."""

    def __init__(self, bench: Workbench, keeper: Keeper) -> None:
        self._bench = bench
        self._keeper = keeper
        self.look_alive = bench.look_alive

    async def run(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """As `Workbench.run`; what is answered also has how far the service log has come: `entries`, and `writes`.

        Raises:
            AgentError, SandboxError: as `Workbench.run`, or the holder is gone.
        """
        answer = await self._bench.run(tool, arguments, seconds)
        entries, writes = await self._keeper.progress()
        return {**answer, "entries": entries, "writes": writes}

    async def settle(self, returned: Event, tool: Tool, arguments: Mapping[str, Any]) -> None:
        """As `Workbench.settle`."""
        await self._bench.settle(returned, tool, arguments)

    async def hold(self, ended: Event) -> Tree:
        """Read the workspace and the services at a checkpoint.

        Raises:
            AgentError, SandboxError: as `Workbench.hold`, or a service is gone.
        """
        tree = await self._bench.hold(ended)
        await self._keeper.keep("checkpoint", ended)
        return tree

    async def seal(self, ended: Event) -> Tree:
        """End the agent, and read what it left in the workspace and in the services.

        Raises:
            AgentError, SandboxError: as `Workbench.seal`, or a service is gone.
        """
        tree = await self._bench.seal(ended)
        await self._keeper.keep("end", ended)
        return tree
