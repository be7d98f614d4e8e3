"""The agent's environment: one container, one workspace, tools in, a sealed tree out."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import docker

from sandbox.env import guest
from sandbox.env.container import ENVIRONMENT, Container
from sandbox.env.images import COPY_OF_WORKSPACE
from sandbox.env.stream import NoAnswer
from sandbox.errors import AgentError
from sandbox.task import SOLUTION, WORKSPACE, Resources
from sandbox.tooling import Tool, Toolset
from sandbox.tree import LINK, MODES, Entry, Tree, is_safe, pack

OUTPUT_LIMIT = 32 * 1024
DEFAULT_CALL_SECONDS = 120.0
FILE_CALL_SECONDS = 30.0
# The host waits this much longer than the program inside allows itself.
MARGIN_SECONDS = 20.0
PREPARE_SECONDS = 120.0
EXPORT_SECONDS = 120.0
MOST_FILES = 100_000
DEEPEST = 100
STUCK_TRIES = 4
# A tree is held in memory and sent to the judge in one frame.
MOST_KEPT_MB = 192


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What the agent left, read once all its processes were dead.

    skipped: entries that were neither files nor links. killed: processes that were still alive.
    """

    tree: Tree
    skipped: int
    killed: int


class AgentEnvironment:
    """The container that a candidate works in. All methods block."""

    def __init__(self, container: Container, tools: Toolset, environment: Mapping[str, str], storage_mb: int) -> None:
        self.container = container
        self._program = guest.tool_program({name: tool.source for name, tool in tools.items()})
        self._environment = {**ENVIRONMENT, **environment}
        self._most_bytes = min(storage_mb, MOST_KEPT_MB) * 1024 * 1024

    @classmethod
    def start(
        cls,
        client: docker.DockerClient,
        image: str,
        *,
        labels: Mapping[str, str],
        resources: Resources,
        tools: Toolset,
        environment: Mapping[str, str],
        solution: Tree | None,
    ) -> tuple[AgentEnvironment, dict[str, Any]]:
        """Start a container and fill its workspace.

        Args:
            solution: the reference solution, for the oracle alone; None for everybody else.

        Returns:
            the environment, and facts about it for the event log.

        Raises:
            SandboxError: it does not come up. Nothing is left behind.
        """
        container = Container.start(
            client,
            image,
            labels=labels,
            resources=resources,
            keep_workspace=True,
            extra_tmpfs=() if solution is None else (SOLUTION,),
        )
        try:
            request = {
                "from": COPY_OF_WORKSPACE,
                "workspace": WORKSPACE,
                "solution": None if solution is None else SOLUTION,
            }
            frames = [] if solution is None else [pack(solution)]
            facts = container.ask(guest.PREPARE, request, *frames, timeout=PREPARE_SECONDS)
        except BaseException:
            container.remove()
            raise
        return cls(container, tools, environment, resources.storage_mb), facts

    def call(self, tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Run one checked call.

        Returns:
            status (ok, refused, timeout, killed), output (text), exit_code, bytes, sha256,
            truncated, replaced, seconds.

        Raises:
            AgentError: the container died of what the agent did to its memory.
            SandboxError: the container or the engine failed.
        """
        started = time.monotonic()
        timeout = self._seconds(tool, arguments)
        request = {
            "op": "call",
            "tool": tool.name,
            "arguments": arguments,
            "workspace": WORKSPACE,
            "env": self._environment,
            "timeout": timeout,
            "limit": OUTPUT_LIMIT,
        }
        try:
            answer = self.container.ask(self._program, _jsonable(request), timeout=timeout + MARGIN_SECONDS)
        except NoAnswer as exc:
            self.container.blame(exc)
            answer = _stopped(exc)
        return {**answer, "seconds": time.monotonic() - started}

    def _seconds(self, tool: Tool, arguments: Mapping[str, Any]) -> float:
        if tool.effect != "exec":
            return FILE_CALL_SECONDS
        return float(arguments.get("timeout", DEFAULT_CALL_SECONDS))

    def seal(self) -> Sealed:
        """Kill every process of the agent and read the workspace out.

        Raises:
            AgentError: the workspace is over its bounds, or the container is so full of the
                agent's doing that nothing can be started in it.
            SandboxError: the container or the engine failed.
        """
        bounds = {"files": MOST_FILES, "bytes": self._most_bytes, "depth": DEEPEST}
        request = json.dumps({"op": "export", "workspace": WORKSPACE, **bounds}).encode("ascii")
        for attempt in range(STUCK_TRIES):
            try:
                frames = self.container.converse(guest.EXPORT, [request], timeout=EXPORT_SECONDS)
                return _collect(frames, self._most_bytes)
            except NoAnswer as exc:
                self.container.blame(exc)
                stuck = exc
                time.sleep(0.5 * (attempt + 1))
        raise AgentError(f"the container is too full for anything to be started in it ({stuck})")

    def close(self) -> None:
        """Remove the container and its workspace.

        Raises:
            SandboxError: the engine does not answer.
        """
        self.container.remove()


def _jsonable(request: dict[str, Any]) -> dict[str, Any]:
    """Numbers too large for a float go as text; no tool takes them."""
    cleaned: dict[str, Any] = json.loads(json.dumps(request, default=str))
    return cleaned


def _stopped(exc: NoAnswer) -> dict[str, Any]:
    """The answer to a call whose root process was ended by a bound of the container."""
    text = "the sandbox could not run this tool: the container is out of memory, processes or time"
    return {
        "status": "killed",
        "output": text,
        "exit_code": exc.status,
        "bytes": len(text),
        "sha256": "",
        "truncated": False,
        "replaced": False,
    }


def _collect(frames: Iterator[bytes], most_bytes: int) -> Sealed:
    """Put a tree together from the frames of an export, believing nothing about paths and sizes."""
    tree: dict[str, Entry] = {}
    total = 0
    for frame in frames:
        header = _header(frame)
        if header.get("end"):
            if header.get("too_much"):
                raise AgentError(f"the workspace cannot be kept: {header['too_much']}")
            return Sealed(tree=tree, skipped=int(header["skipped"]), killed=int(header["killed"]))
        path = base64.b64decode(header["path"]).decode("utf-8", "surrogateescape")
        mode, size = header["mode"], int(header["size"])
        total += size
        if not is_safe(path) or mode not in MODES or size < 0 or total > most_bytes + (1 << 20):
            raise NoAnswer(f"the export of the workspace holds an impossible entry: {path!r}")
        tree[path] = Entry(mode, _content(frames, size, is_link=mode == LINK))
    raise NoAnswer("the export of the workspace was cut")


def _header(frame: bytes) -> dict[str, Any]:
    try:
        value = json.loads(frame)
    except ValueError as exc:
        raise NoAnswer("the export of the workspace is corrupt") from exc
    if not isinstance(value, dict):
        raise NoAnswer("the export of the workspace is corrupt")
    return value


def _content(frames: Iterator[bytes], size: int, *, is_link: bool) -> bytes:
    if is_link:
        return next(frames, b"")
    parts: list[bytes] = []
    missing = size
    while missing > 0:
        part = next(frames, b"")
        if not part:
            raise NoAnswer("the export of the workspace was cut")
        parts.append(part)
        missing -= len(part)
    if missing:
        raise NoAnswer("the export of the workspace is corrupt")
    return b"".join(parts)
