"""An environment with MCP servers beside its tools."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sandbox.env.container import Container
from sandbox.env.mcp_servers import McpServers
from sandbox.env.quarters import Quarters
from sandbox.env.workspace import DEFAULT_CALL_SECONDS, LEAST_SECONDS, Called, Sealed, Trouble
from sandbox.mcp.settings import McpServer
from sandbox.tooling import Tool, Toolset
from sandbox.tree import Changes
from sandbox.workbench import Environment


class Attendable(Environment, Protocol):
    """An environment that is put away at the end, and can say what changed although no tool of its own was called."""

    @property
    def container(self) -> Container:
        """The agent's."""
        ...

    @property
    def transport(self) -> str:
        """How its own tools are reached, as the log calls it."""
        ...

    @property
    def quarters(self) -> Quarters:
        """As whom and where programs of the task run in it."""
        ...

    def look(self) -> tuple[Changes, Trouble | None]:
        """What changed since the last call, and what was overcome to find out."""
        ...

    def close(self) -> None:
        """Remove it."""
        ...


class Attended:
    """The environment with the servers. All methods block, and raise what those of the environment raise."""

    def __init__(self, env: Attendable, servers: McpServers) -> None:
        self.container = env.container
        self.transport = env.transport
        self.quarters = env.quarters
        self.tools = servers.tools
        self._env = env
        self._servers = servers
        self.look = env.look
        self.look_alive = env.look_alive
        self.hold = env.hold
        self.doubt = env.doubt

    def call(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> Called:
        """Run one checked call, by the server whose tool it is; what that changed is looked for afterwards."""
        if tool.server is None:
            return self._env.call(tool, arguments, seconds)
        started = time.monotonic()
        allowed = max(LEAST_SECONDS, min(seconds, DEFAULT_CALL_SECONDS))
        answer, trouble = self._servers.call(tool, arguments, allowed)
        answer = {**answer, "seconds": time.monotonic() - started}
        changes: Changes | None = None
        if tool.effect != "read":
            changes, other = self._env.look()
            trouble = trouble or other
        return Called(answer=answer, changes=changes, trouble=trouble)

    def end(self) -> None:
        """End the servers; the environment goes on."""
        self._servers.end()

    def seal(self) -> Sealed:
        """End the servers, then every process of the agent, and read what was left."""
        self._servers.end()
        return self._env.seal()

    def close(self) -> None:
        """Hang up and remove the environment."""
        try:
            self._servers.close()
        finally:
            self._env.close()


def attended(env: Attendable, servers: Sequence[McpServer], ours: Toolset) -> tuple[Attendable, Toolset]:
    """An environment with the MCP servers of its task, and the tools that these list.

    Args:
        ours: the other tools.

    Raises:
        TaskError: a server is not there, or does not behave.
        AgentError, SandboxError: the container or the engine failed.
    """
    if not servers:
        return env, {}
    made = Attended(env, McpServers.start(env.container, servers, env.quarters, ours))
    return made, made.tools
