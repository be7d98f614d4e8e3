"""What a task says of an MCP server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STDIO, STREAMABLE, EVENTS = "stdio", "streamable-http", "sse"


@dataclass(frozen=True, slots=True, kw_only=True)
class McpServer:
    """One of `environment.mcp_servers`.

    transport: stdio (command and args: a program in the agent's container), streamable-http or sse (url: as it is
    reached from there, headers: sent with every message).
    """

    name: str
    transport: str
    command: str | None = None
    args: tuple[str, ...] = ()
    url: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
