"""Where a candidate works: its environment, and the history of everything it does to it.

Each call that may write is followed by a commit of the state that it left. At the
end the workspace is read once more from outside; what is found then counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from sandbox.env.workspace import Called, Sealed, Trouble
from sandbox.errors import SandboxError
from sandbox.events import Event
from sandbox.history import History, Saved
from sandbox.index import difference
from sandbox.journal import Journal
from sandbox.threads import in_thread
from sandbox.tool_faults import NOT_RUN, Faltering, answer_of
from sandbox.tooling import Tool
from sandbox.tree import Changes, Tree, pack, source

T = TypeVar("T")
LONGEST_TITLE = 72


class Environment(Protocol):
    """The container that a candidate works in, as `sandbox.env.workspace.AgentEnvironment`. All methods block."""

    def call(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> Called:
        """Run one checked call."""
        ...

    def look_alive(self) -> Trouble | None:
        """Whether it is still there; what was overcome, if anything."""
        ...

    def hold(self) -> Tree:
        """Read what there is while everything stands still, and let it go on."""
        ...

    def doubt(self) -> None:
        """Have all read anew after the next call."""
        ...

    def seal(self) -> Sealed:
        """End every process of the agent and read what it left."""
        ...


class Workbench:
    """One candidate's environment with its history; both are written down in the journal."""

    def __init__(self, env: Environment, history: History, journal: Journal) -> None:
        self._env = env
        self._history = history
        self._journal = journal
        self._last: Called | None = None

    async def run(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Run one checked call, for at most `seconds`; the data of `tool.returned`.

        Raises:
            AgentError, SandboxError: as `AgentEnvironment.call`.
        """
        self._last = await in_thread(self._env.call, tool, arguments, seconds)
        return self._last.answer

    async def settle(self, returned: Event, tool: Tool, arguments: Mapping[str, Any]) -> None:
        """Keep the state that the last call left, and write down what else there is to say of it.

        Raises:
            SandboxError: the call was lost in the sandbox.
            HarnessError: the log cannot be written.
        """
        assert self._last is not None
        called, self._last = self._last, None
        self._report(called.trouble, returned)
        if called.trouble is not None and called.trouble.origin == "sandbox":
            # Whatever the candidate made of a call without a result would be held against it.
            raise SandboxError(f"the sandbox lost a call: {called.trouble.message}")
        changes = called.changes
        if changes is None:
            return
        if changes.over:
            self._journal.write("tree.saved", {**_UNKNOWN, "over": changes.over}, cause=returned)
            return
        started = time.monotonic()
        call = str(returned.data["call"])
        title = _title(tool, arguments, str(returned.data["status"]))
        saved = await in_thread(lambda: self._save(changes, title, {"Call": call, "Event": str(returned.seq)}))
        data = {**_facts(saved), "over": None, "sealed": False, "seconds": time.monotonic() - started}
        self._journal.write("tree.saved", data, cause=returned)

    async def look_alive(self) -> None:
        """Return if the container is still there.

        Raises:
            AgentError, SandboxError: as `AgentEnvironment.look_alive`.
        """
        self._report(await in_thread(self._env.look_alive), None)

    async def hold(self, ended: Event) -> Tree:
        """Read what is there at a checkpoint after which the candidate goes on; its source tree.

        Raises:
            AgentError, SandboxError: as `AgentEnvironment.hold`.
            HarnessError: the log cannot be written.
        """
        started = time.monotonic()
        whole = await in_thread(self._env.hold)
        # Programs of the candidate that were left running may have written since the last call.
        differs = await in_thread(lambda: any(difference(self._history.index, whole)))
        if differs:
            self._env.doubt()
        return await self._keep_whole(whole, ended, started, {"sealed": False, "differs": differs})

    async def seal(self, ended: Event) -> Tree:
        """End the agent and read what it left; its source tree.

        Raises:
            AgentError, SandboxError: as `AgentEnvironment.seal`.
            HarnessError: the log cannot be written.
        """
        started = time.monotonic()
        sealed = await in_thread(self._env.seal)
        differs = await in_thread(self._differs, sealed)
        facts = {"sealed": True, "differs": differs, "skipped": sealed.skipped, "killed": sealed.killed}
        return await self._keep_whole(sealed.tree, ended, started, facts)

    async def _keep_whole(self, found: Tree, ended: Event, started: float, facts: Mapping[str, Any]) -> Tree:
        """Save what was read from outside at a checkpoint, and write that down; its source tree."""
        title = "Sealed" if facts["sealed"] else f"Checkpoint: {ended.data['step']}, {ended.data['reason']}"
        whole = Changes(changed=found, whole=True)
        saved = await in_thread(lambda: self._save(whole, title, {"Event": str(ended.seq)}))
        tree = source(found)
        data = {
            **_facts(saved),
            "over": None,
            **facts,
            "files": len(tree),
            "bytes": sum(len(entry.data) for entry in tree.values()),
            # What the history does not hold has to be kept otherwise.
            "blob": None if saved.commit else self._journal.blob(pack(tree)),
            "seconds": time.monotonic() - started,
        }
        self._journal.write("tree.saved", data, cause=ended)
        return tree

    def _save(self, changes: Changes, title: str, notes: Mapping[str, str]) -> Saved:
        changed, gone = changes.changed, changes.gone
        if changes.whole:
            changed, gone = difference(self._history.index, changes.changed)
        return self._history.save(changed, gone, title=title, notes=notes, at=time.time())

    def _differs(self, sealed: Sealed) -> bool:
        """Whether the workspace is other than the tool host said, call by call and at the end."""
        told = self._history.index.copy()
        if sealed.changes is not None:
            told.apply(sealed.changes.changed, sealed.changes.gone)
        return any(difference(told, sealed.tree))

    def _report(self, trouble: Trouble | None, cause: Event | None) -> None:
        if trouble is not None:
            data = {"origin": trouble.origin, "stage": "agent", "error": trouble.error, "message": trouble.message}
            self._journal.write("fault", {**data, "final": False}, cause=cause)


class FalteringWorkbench(Workbench):
    """One whose tools falter, as a condition asks. Args: as of `Workbench`; faltering: which calls do."""

    def __init__(self, env: Environment, history: History, journal: Journal, faltering: Faltering) -> None:
        super().__init__(env, history, journal)
        self._faltering = faltering
        self._ran = True

    async def run(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Run one checked call unless it is made to fail; the data of `tool.returned`, with `injected` if it is.

        Raises:
            AgentError, SandboxError: as `AgentEnvironment.call`.
        """
        kind = self._faltering.next(tool.name, arguments)
        self._ran = kind not in NOT_RUN
        if kind is not None and not self._ran:
            return answer_of(kind)
        answer = await super().run(tool, arguments, seconds)
        return answer if kind is None else self._faltering.cut(answer)

    async def settle(self, returned: Event, tool: Tool, arguments: Mapping[str, Any]) -> None:
        """Keep the state that the last call left, if it was run.

        Raises:
            SandboxError, HarnessError: as `Workbench.settle`.
        """
        if self._ran:
            await super().settle(returned, tool, arguments)


_UNKNOWN: Mapping[str, Any] = {
    "raw": None,
    "source": None,
    "commit": None,
    "changed": 0,
    "gone": 0,
    "paths": [],
    "sealed": False,
    "seconds": 0.0,
}


def _facts(saved: Saved) -> dict[str, Any]:
    return {
        "raw": saved.raw,
        "source": saved.source,
        "commit": saved.commit,
        "changed": saved.changed,
        "gone": saved.gone,
        # Names that are no text would not be text in the log either.
        "paths": [path.encode("utf-8", "replace").decode() for path in saved.paths],
    }


def _title(tool: Tool, arguments: Mapping[str, Any], status: str) -> str:
    values = " ".join(str(value).split("\n")[0] for value in arguments.values())
    how = "" if status == "ok" else f" ({status})"
    return f"{tool.name}{how}: {values}"[:LONGEST_TITLE]


def closing(history: History) -> Callable[[], str | None]:
    """A call that ends a history and gives why it holds less than everything, if so."""

    def close() -> str | None:
        history.close()
        return history.stopped

    return close
