"""As whom and where programs of a task's own run in the agent's container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarters:
    """As whom and where MCP servers run.

    user: of the program that speaks with them. uid: what it gives up its own rights for; None: it has no others.
    environment: of a server. inherits: whether that comes on top of the container's own.
    """

    user: str
    uid: int | None
    workdir: str
    environment: Mapping[str, str]
    inherits: bool = False
