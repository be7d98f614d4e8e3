"""What the tool host and its stand-in have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.tooling import Tool
from sandbox.tree import Changes


class Hands(Protocol):
    """How tools are run in a container. After a method has raised `NoAnswer`, it is of no use any more."""

    @property
    def transport(self) -> str:
        """How it is called in the log."""
        ...

    def call(
        self, tool: Tool, arguments: Mapping[str, Any], *, timeout: float
    ) -> tuple[dict[str, Any], Changes | None]:
        """Run one call; its answer and what it changed (None: it only reads, or that has to be read from outside)."""
        ...

    def seal(self) -> tuple[dict[str, Any], Changes | None]:
        """Kill every process of the agent; facts, and what changed since the last call (None: not known)."""
        ...

    def look(self) -> Changes | None:
        """What changed since the last call; None: that has to be read from outside."""
        ...

    def look_alive(self) -> None:
        """Raise `NoAnswer` if it has ended by itself. Does not wait."""
        ...

    def end(self) -> bool:
        """Let go, and have the container end if its own program can; whether that may be waited for."""
        ...

    def close(self) -> None:
        """Let go."""
        ...
