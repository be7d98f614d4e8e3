"""The agent's environment: one container, one workspace, tools in, a sealed tree out.

Tools run through the resident tool host. Where an image has no Python they run
through one `docker exec` each (`sandbox.env.plain`), more slowly and with the same
answers; the record says which.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docker

from sandbox.env.container import Container
from sandbox.env.container_options import ENVIRONMENT
from sandbox.env.engine import talking
from sandbox.env.hands import Hands
from sandbox.env.outside import Bounds, Seen, held_still, read_folder
from sandbox.env.plain import PlainTools
from sandbox.env.quarters import Quarters
from sandbox.env.stream import Broken, NoAnswer, TooLate
from sandbox.env.toolhost import ToolHost
from sandbox.errors import AgentError, EngineGone, SandboxError
from sandbox.task import SOLUTION, WORKSPACE, Resources
from sandbox.tooling import Tool, Toolset
from sandbox.tree import Changes, Tree

DEFAULT_CALL_SECONDS = 120.0
FILE_CALL_SECONDS = 30.0
LEAST_SECONDS = 0.1
MOST_FILES = 100_000
DEEPEST = 100
# A tree is held in memory.
MOST_KEPT_MB = 192
# How often a tool host is started anew in one container, and how often in a row that may fail.
MOST_RESTARTS = 5
NO_PYTHON = (126, 127)
# The agent's user and group.
AGENT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something went wrong with the environment and was overcome. origin: agent, task or sandbox. error: its name."""

    origin: str
    message: str
    error: str = "ToolHostLost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One call that was run.

    answer: status (ok, refused, timeout, killed), output (text), exit_code, bytes, sha256,
        truncated, replaced, seconds; oom_kills for tools that execute.
    changes: what it changed in the workspace, None for a tool that only reads.
    """

    answer: dict[str, Any]
    changes: Changes | None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What the agent left, read from outside once none of its processes ran any more.

    changes: what the tool host said had changed since the last call; None if it could not be asked.
    skipped: entries that were neither files nor links.
    killed: processes that were still alive; None where they were frozen instead.
    """

    tree: Tree
    changes: Changes | None
    skipped: int
    killed: int | None


class AgentEnvironment:
    """The container that a candidate works in. All methods block."""

    def __init__(
        self, container: Container, hands: Hands, tools: Toolset, environment: Mapping[str, str], bounds: Bounds
    ) -> None:
        self.container = container
        self._hands: Hands | None = hands
        self.transport = hands.transport
        self._tools = tools
        self._environment = environment
        self._bounds = bounds
        self._restarts = 0
        # Whether what was told of the workspace lags behind what the tool host takes for known.
        self._behind = False
        self._since = _state(container)["StartedAt"]

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
        changes: Mapping[str, Any] | None = None,
    ) -> tuple[AgentEnvironment, dict[str, Any]]:
        """Start a container and fill its workspace.

        Args:
            solution: the reference solution, for the oracle alone; None for everybody else.
            changes: options of its container in place of those that follow from the bounds.

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
            resident=True,
            changes=changes,
        )
        most = min(resources.storage_mb, MOST_KEPT_MB) * 1024 * 1024
        bounds = Bounds(files=MOST_FILES, bytes=most, depth=DEEPEST)
        try:
            inside = {**ENVIRONMENT, **environment}
            hands, facts = _take_hold(container, tools, inside, bounds, solution)
            return cls(container, hands, tools, inside, bounds), facts
        except BaseException:
            container.remove()
            raise

    def call(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> Called:
        """Run one checked call, for at most `seconds`.

        Raises:
            AgentError: the container died of what the agent did to its memory, or keeps killing the tool host.
            SandboxError: the container or the engine failed.
        """
        started = time.monotonic()
        allowed = max(LEAST_SECONDS, min(seconds, _own_seconds(tool, arguments)))
        trouble = None
        try:
            hands = self._hands or self._restarted()
            answer, changes = hands.call(tool, arguments, timeout=allowed)
        except NoAnswer as exc:
            trouble = self._overcome(exc)
            answer, changes = _stopped(exc), None
        return Called(
            answer={**answer, "seconds": time.monotonic() - started},
            changes=None if tool.effect == "read" else self._told(changes),
            trouble=trouble,
        )

    @property
    def quarters(self) -> Quarters:
        """As whom and where programs of the task run in it."""
        return Quarters(user="0:0", uid=AGENT, workdir=WORKSPACE, environment=self._environment)

    def look(self) -> tuple[Changes, Trouble | None]:
        """What changed in the workspace since the last call, whoever did it, and what was overcome to find out.

        Raises:
            AgentError, SandboxError: as `call`.
        """
        trouble, changes = None, None
        try:
            changes = (self._hands or self._restarted()).look()
        except NoAnswer as exc:
            trouble = self._overcome(exc)
        return self._told(changes), trouble

    def look_alive(self) -> Trouble | None:
        """Whether the container is still there to run calls in; what was overcome, if anything.

        Raises:
            AgentError, SandboxError: as `call`.
        """
        try:
            if self._hands is not None:
                self._hands.look_alive()
        except NoAnswer as exc:
            return self._overcome(exc)
        return None

    def hold(self) -> Tree:
        """Read the workspace while everything in it stands still, and let it go on.

        Raises:
            AgentError: the workspace is over its bounds.
            SandboxError: the container or the engine failed.
        """
        try:
            with held_still(self.container.client, self.container.id):
                tree = self._read().tree
        except EngineGone:
            raise
        except SandboxError as exc:
            self.container.blame(NoAnswer(str(exc)))
            raise
        self._confirm()
        return tree

    def doubt(self) -> None:
        """Have the next call's changes read from outside: the tool host's picture is not the one that is kept."""
        self._behind = True

    def seal(self) -> Sealed:
        """End every process of the agent and read the workspace out.

        Raises:
            AgentError: the workspace is over its bounds.
            SandboxError: the container or the engine failed.
        """
        facts: dict[str, Any] = {"killed": None}
        changes: Changes | None = None
        try:
            facts, changes = (self._hands or self._restarted()).seal()
        except NoAnswer as exc:
            self.container.blame(exc)
            # So full of the agent's doing that nothing can be started in it: then nothing in it moves either.
            self.container.freeze()
        if self._behind:
            changes = None
        if changes is not None and changes.over:
            raise AgentError(f"the workspace cannot be kept: {changes.over}")
        seen = self._read()
        self._confirm()
        return Sealed(tree=seen.tree, changes=changes, skipped=seen.skipped, killed=facts["killed"])

    def close(self) -> None:
        """Remove the container and its workspace.

        Raises:
            SandboxError: the engine does not answer.
        """
        if self._hands is not None and self._hands.end():
            self.container.await_end()
        self.container.remove()

    def _read(self) -> Seen:
        return read_folder(self.container.client, self.container.id, WORKSPACE, self._bounds)

    def _told(self, changes: Changes | None) -> Changes:
        """What a call changed; all there is, where the tool host does not say it or has not seen all."""
        self._behind |= changes is None
        if changes is not None and (changes.over or not self._behind):
            return changes
        try:
            tree = self.hold()
        except AgentError as exc:
            return Changes(over=str(exc))
        self._behind = False
        return Changes(changed=tree, whole=True)

    def _confirm(self) -> None:
        """Return if the container is the one it was: the workspace is in memory, and gone once it has ended.

        Raises:
            AgentError, SandboxError: as `Container.blame`.
        """
        state = _state(self.container)
        if not state["Running"]:
            self.container.blame(NoAnswer("the container ended"))
        if state["StartedAt"] != self._since:
            raise SandboxError("the container was started anew from outside")

    def _overcome(self, failure: NoAnswer) -> Trouble:
        """Get over a tool host that is dead or of no use, if its container lives; what it was."""
        if self._hands is not None:
            self._hands.close()
            self._hands = None
        self.container.blame(failure)
        self._confirm()
        if _state(self.container)["Paused"]:
            raise SandboxError("the container was frozen from outside")
        if isinstance(failure, TooLate) and self.container.is_well():
            raise SandboxError(f"the connection to the tool host stands still ({failure})")
        self._restarts += 1
        if isinstance(failure, Broken):
            if self._restarts > MOST_RESTARTS:
                raise SandboxError(f"the channel to the tool host breaks again and again ({failure})")
            return Trouble(origin="sandbox", message=str(failure))
        # The kernel killed it for the memory that the agent's programs had taken, or they left it no process.
        if self._restarts > MOST_RESTARTS:
            raise AgentError(f"its programs leave no room for the tool host ({failure})")
        return Trouble(origin="agent", message=str(failure))

    def _restarted(self) -> Hands:
        """A new tool host in place of the one that died. What changed before it came, it does not know."""
        self._behind = True
        if self.transport == PlainTools.transport:
            self._hands = PlainTools(self.container, self._environment)
        else:
            self._hands, _ = ToolHost.start(
                self.container, self._tools, self._environment, self._bounds, fill=False, solution=None
            )
        return self._hands


def _take_hold(
    container: Container, tools: Toolset, environment: Mapping[str, str], bounds: Bounds, solution: Tree | None
) -> tuple[Hands, dict[str, Any]]:
    """Fill the workspace through the tool host, or without one where the image has no Python."""
    try:
        return ToolHost.start(container, tools, environment, bounds, fill=True, solution=solution)
    except NoAnswer as exc:
        if exc.status not in NO_PYTHON:
            raise
    return PlainTools.start(container, environment, solution=solution)


def _state(container: Container) -> dict[str, Any]:
    with talking("look at a container"):
        state: dict[str, Any] = container.client.api.inspect_container(container.id)["State"]
    return state


def _own_seconds(tool: Tool, arguments: Mapping[str, Any]) -> float:
    if tool.effect != "exec":
        return FILE_CALL_SECONDS
    return float(arguments.get("timeout", DEFAULT_CALL_SECONDS))


def _stopped(exc: NoAnswer) -> dict[str, Any]:
    """The answer to a call that has none."""
    text = "the sandbox could not run this tool: the container is out of memory, processes or time"
    if isinstance(exc, Broken):
        text = "the sandbox lost this call; it may have been carried out or not"
    return {
        "status": "killed",
        "output": text,
        "exit_code": exc.status,
        "bytes": len(text),
        "sha256": "",
        "truncated": False,
        "replaced": False,
    }
