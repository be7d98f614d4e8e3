"""The MCP servers of a trial: started or found in the agent's container, listed once, called one call at a time.

A program of ours in the container speaks with each (`sandbox.guest.mcp_link`), so nothing reaches from the host into
its network. What a server does wrong before the candidate begins is the task's failure. After that its tools fail
as tools do, for a program of the agent's user may have been ended by the agent; the log says how it ended.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox import brought
from sandbox.env import guest
from sandbox.env.container import Container
from sandbox.env.conversation import Conversation
from sandbox.env.quarters import Quarters
from sandbox.env.stream import Broken, NoAnswer, TooLate
from sandbox.env.toolhost import OUTPUT_LIMIT
from sandbox.env.workspace import Trouble
from sandbox.errors import RoadtestError, SandboxError, TaskError
from sandbox.mcp import protocol
from sandbox.mcp.protocol import Listed, Nonsense
from sandbox.mcp.settings import McpServer
from sandbox.tooling import Tool, Toolset

# Until a server is there, and until it has listed its tools.
OPEN_SECONDS, LIST_SECONDS = 30.0, 30.0
TELL_SECONDS, END_SECONDS = 2.0, 5.0
# The harness waits this much longer than the program in the container.
MARGIN_SECONDS = 10.0
NO_PYTHON = (126, 127)
LOST = "the sandbox lost this call; it may have been carried out or not"


class Link:
    """One server. Not to be used by two threads at a time."""

    def __init__(self, container: Container, server: McpServer, talk: Conversation) -> None:
        self.server = server
        self.gone: str | None = None
        self._container = container
        self._talk = talk
        self._number = 0

    @classmethod
    def open(cls, container: Container, server: McpServer, quarters: Quarters) -> tuple[Link, tuple[Listed, ...]]:
        """Start a server or see that it is there, and have it list its tools.

        Raises:
            TaskError: it is not there, or does not behave.
            AgentError, SandboxError: the container or the engine failed.
        """
        own = quarters.environment if quarters.inherits else None
        try:
            talk = Conversation.open(
                container.client, container.id, guest.MCP_LINK, environment=own or {}, user=quarters.user
            )
        except NoAnswer as exc:
            raise cls._not_started(container, server, exc) from exc
        link = cls(container, server, talk)
        try:
            link._begin(quarters)
            return link, link._listed()
        except Nonsense as exc:
            link.close()
            raise TaskError(f"the MCP server {server.name} {exc}") from exc
        except NoAnswer as exc:
            link.close()
            raise cls._not_started(container, server, exc) from exc
        except BaseException:
            link.close()
            raise

    @staticmethod
    def _not_started(container: Container, server: McpServer, exc: NoAnswer) -> RoadtestError:
        container.blame(exc)
        if exc.status in NO_PYTHON:
            return TaskError(f"the MCP server {server.name} cannot be spoken with: the image has no python3")
        return SandboxError(f"the MCP server {server.name} cannot be spoken with: {exc}")

    def _begin(self, quarters: Quarters) -> None:
        server = self.server
        setting = {
            "op": "open",
            "transport": server.transport,
            "command": server.command,
            "args": list(server.args),
            "url": server.url,
            "headers": dict(server.headers),
            "uid": quarters.uid,
            "workdir": quarters.workdir,
            "env": dict(quarters.environment),
            "inherit": quarters.inherits,
        }
        found = self._ask(setting, OPEN_SECONDS)
        if found:
            raise Nonsense(f"is not there: {found.get('gone') or found.get('failed') or 'it does not answer'}")
        protocol.check_initialized(self._request(protocol.initialize, OPEN_SECONDS, "initialize"))
        self._tell(protocol.initialized())

    def _listed(self) -> tuple[Listed, ...]:
        found: list[Listed] = []
        cursor: str | None = None
        until = time.monotonic() + LIST_SECONDS
        for _ in range(protocol.MOST_PAGES):
            left = max(0.1, until - time.monotonic())
            rows, cursor = protocol.page_of(
                self._request(lambda number, at=cursor: protocol.listing(number, at), left, "tools/list")
            )
            found += rows
            protocol.check_listed(found)
            if cursor is None:
                return tuple(found)
        raise Nonsense(f"lists its tools on more than {protocol.MOST_PAGES} pages")

    def _request(self, make: Any, seconds: float, asked: str) -> Any:
        """The answer to a request before the candidate begins.

        Raises:
            Nonsense: there is none.
            NoAnswer: the program in the container gives none.
        """
        found = self._send(make, seconds)
        if "late" in found:
            raise Nonsense(f"does not answer {asked} within {seconds:.0f} s")
        if words := found.get("failed") or found.get("gone"):
            raise Nonsense(f"does not answer {asked}: {words}")
        return found.get("reply")

    def call(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> tuple[dict[str, Any], Trouble | None]:
        """Make a call; its answer, and what went wrong with the server, if so.

        Raises:
            AgentError, SandboxError: the container or the engine failed.
        """
        if self.gone is not None:
            return _said(self.gone, "killed"), None
        try:
            found = self._send(lambda number: protocol.calling(number, str(tool.remote), arguments), seconds)
            if "late" in found:
                self._tell(protocol.cancelled(self._number))
                return _said("the MCP server gave no answer in time; it may still be at it", "timeout"), None
        except NoAnswer as exc:
            return self._lost(exc)
        if words := found.get("failed"):
            answer = _said(f"the MCP server {self.server.name} gave no answer: {words}", "ok")
            return answer, self._trouble(f"gave no answer: {words}", None)
        if words := found.get("gone"):
            self.gone = f"the MCP server {self.server.name} is not running any more"
            return _said(self.gone, "killed"), self._trouble(str(words), found.get("code"))
        return protocol.answer_of(found.get("reply"), OUTPUT_LIMIT), None

    def _lost(self, exc: NoAnswer) -> tuple[dict[str, Any], Trouble]:
        """The program that speaks with the server gives no answer."""
        self.close()
        self.gone = f"the MCP server {self.server.name} cannot be reached any more"
        self._container.blame(exc)
        unheard = isinstance(exc, Broken) or (isinstance(exc, TooLate) and self._container.is_well())
        origin = "sandbox" if unheard else "agent"
        return _said(LOST, "killed"), Trouble(origin=origin, message=str(exc), error="McpServerLost")

    def _trouble(self, words: str, code: Any) -> Trouble:
        # A signal is sent by somebody, and nobody but the agent's programs and the kernel is there to do so.
        origin = "agent" if isinstance(code, int) and code < 0 else "task"
        return Trouble(origin=origin, message=f"the MCP server {self.server.name}: {words}", error="McpServerLost")

    def end(self) -> None:
        """End the server, if it is a program of the trial's; what fails at that is no matter."""
        if self.gone is None:
            with contextlib.suppress(NoAnswer):
                self._ask({"op": "end"}, END_SECONDS)
        self.close()

    def close(self) -> None:
        """Hang up; the program in the container ends, and its server with it."""
        self._talk.close()

    def _send(self, make: Any, seconds: float) -> dict[str, Any]:
        return self._ask({"op": "ask", "message": make(self._number + 1)}, seconds)

    def _tell(self, message: Mapping[str, Any]) -> None:
        """Send what has no answer; whether it arrives shows with the next request."""
        self._ask({"op": "tell", "message": message}, TELL_SECONDS)

    def _ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        self._number += 1
        self._talk.send_json({**request, "id": self._number, "seconds": seconds})
        found = self._talk.receive_json(time.monotonic() + seconds + MARGIN_SECONDS)
        if found.pop("id", None) != self._number:
            raise Broken("a program in a container answered another request than the one it got")
        return found


class McpServers:
    """All servers of a trial, with the tools that they list."""

    def __init__(self, links: Sequence[Link], tools: Toolset) -> None:
        self.tools = tools
        self._links = {link.server.name: link for link in links}

    @classmethod
    def start(
        cls, container: Container, servers: Sequence[McpServer], quarters: Quarters, taken: Iterable[str]
    ) -> McpServers:
        """Open them all.

        Args:
            taken: names of tools that there are.

        Raises:
            TaskError: one is not there, or does not behave.
            AgentError, SandboxError: the container or the engine failed.
        """
        links: list[Link] = []
        listed: list[tuple[str, Sequence[Listed]]] = []
        try:
            for server in servers:
                link, found = Link.open(container, server, quarters)
                links.append(link)
                listed.append((server.name, found))
            return cls(links, brought.from_servers(listed, taken))
        except BaseException:
            for link in links:
                link.close()
            raise

    def call(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> tuple[dict[str, Any], Trouble | None]:
        """Make a call of one of its tools.

        Raises:
            AgentError, SandboxError: as `Link.call`.
        """
        return self._links[str(tool.server)].call(tool, arguments, seconds)

    def end(self) -> None:
        """End them."""
        for link in self._links.values():
            link.end()

    def close(self) -> None:
        """Hang up."""
        for link in self._links.values():
            link.close()


def _said(words: str, status: str) -> dict[str, Any]:
    return protocol.said(words, status=status, limit=OUTPUT_LIMIT)
