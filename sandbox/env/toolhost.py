"""The harness's side of the tool host: requests out, answers and changed files in.

Nothing that comes back is believed beyond its form: an answer carries the number of
its request and the fields that it must have, paths stay in the workspace, sizes add
up. Anything else is a fault of the channel, never a tool's result.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sandbox.env import guest
from sandbox.env.container import Container
from sandbox.env.conversation import Conversation
from sandbox.env.images import COPY_OF_WORKSPACE
from sandbox.env.outside import Bounds
from sandbox.env.stream import Broken
from sandbox.task import SOLUTION, WORKSPACE
from sandbox.tooling import Tool, Toolset
from sandbox.tree import MODES, Changes, Entry, Tree, is_safe, pack

OUTPUT_LIMIT = 32 * 1024
PREPARE_SECONDS = 120.0
SEAL_SECONDS = 120.0
# The harness waits this much longer than the tool host allows a call.
MARGIN_SECONDS = 30.0
# What one look at the workspace reads at most.
CHANGED_BYTES = 64 * 1024 * 1024

STATUSES = frozenset({"ok", "refused", "timeout", "killed"})
# Of each answer to a call: field, and the types that it may have.
FIELDS: Mapping[str, tuple[type, ...]] = {
    "status": (str,),
    "output": (str,),
    "exit_code": (int, type(None)),
    "bytes": (int,),
    "sha256": (str,),
    "truncated": (bool,),
    "replaced": (bool,),
}


class ToolHost:
    """One resident tool host. After a method has raised it is of no use any more: close it."""

    transport = "host"

    def __init__(self, conversation: Conversation) -> None:
        self._talk = conversation
        self._number = 0

    @classmethod
    def start(
        cls,
        container: Container,
        tools: Toolset,
        environment: Mapping[str, str],
        bounds: Bounds,
        *,
        fill: bool,
        solution: Tree | None,
    ) -> tuple[ToolHost, dict[str, Any]]:
        """Start the host and let it fill the workspace.

        Args:
            environment: all variables that tools and what they start have.
            fill: copy the workspace in; False to take over from a host that died.
            solution: the reference solution, for the oracle alone.

        Returns:
            the host, and facts about the inside.

        Raises:
            NoAnswer: it does not start (`status` 126 or 127: the image has no python3).
            EngineGone: the engine does not answer.
        """
        host = cls(container.talk(guest.tool_host({tool.runs_as: tool.source for tool in tools.values()})))
        try:
            facts = host._ask(
                {
                    "op": "prepare",
                    "fill": fill,
                    "from": COPY_OF_WORKSPACE,
                    "workspace": WORKSPACE,
                    "env": environment,
                    "limit": OUTPUT_LIMIT,
                    "solution": None if solution is None else SOLUTION,
                    "bounds": {
                        "files": bounds.files,
                        "bytes": bounds.bytes,
                        "depth": bounds.depth,
                        "changed_bytes": CHANGED_BYTES,
                    },
                },
                *([] if solution is None else [pack(solution)]),
                timeout=PREPARE_SECONDS,
            )
        except BaseException:
            host.close()
            raise
        return host, facts

    def call(
        self, tool: Tool, arguments: Mapping[str, Any], *, timeout: float
    ) -> tuple[dict[str, Any], Changes | None]:
        """Run one checked call.

        Returns:
            the answer, and what the call changed in the workspace (None for a tool that only reads, and
            where more changed than the host reads: then the workspace has to be read from outside).

        Raises:
            NoAnswer: the host is dead, or what came is no answer to this call.
            EngineGone: the engine does not answer.
        """
        request = {
            "op": "call",
            "tool": tool.runs_as,
            "effect": tool.effect,
            **({} if tool.binding is None else {"binding": tool.binding}),
            "arguments": arguments,
            "timeout": timeout,
        }
        answer = self._ask(request, timeout=timeout + MARGIN_SECONDS)
        for name, types in FIELDS.items():
            if type(answer.get(name)) not in types:
                raise Broken(f"the tool host sent an answer without a proper {name}")
        if answer["status"] not in STATUSES:
            raise Broken(f"the tool host sent an answer of the status {answer['status']!r}")
        if type(answer.get("oom_kills", 0)) is not int:
            raise Broken("the tool host sent an answer without a proper oom_kills")
        changes = None if tool.effect == "read" else self._changes(answer, time.monotonic() + MARGIN_SECONDS)
        kept = {name: answer[name] for name in (*FIELDS, "oom_kills") if name in answer}
        return kept, changes

    def seal(self) -> tuple[dict[str, Any], Changes | None]:
        """Kill every process of the agent.

        Returns:
            killed (how many were alive), and if the workspace is within its bounds files,
            bytes and skipped; what changed since the last call (None as for `call`).

        Raises:
            NoAnswer, EngineGone: as `call`.
        """
        facts = self._ask({"op": "seal"}, timeout=SEAL_SECONDS)
        if type(facts.get("killed")) is not int:
            raise Broken("the tool host does not say what it killed")
        changes = self._changes(facts, time.monotonic() + MARGIN_SECONDS)
        return {name: facts[name] for name in ("killed", "files", "bytes", "skipped") if name in facts}, changes

    def look(self) -> Changes | None:
        """What changed in the workspace since the last call, whoever did it (None as for `call`).

        Raises:
            NoAnswer, EngineGone: as `call`.
        """
        answer = self._ask({"op": "look"}, timeout=SEAL_SECONDS)
        return self._changes(answer, time.monotonic() + MARGIN_SECONDS)

    def look_alive(self) -> None:
        """Return if the host waits for a request.

        Raises:
            NoAnswer: it has ended (`Broken`: the channel has, or somebody has spoken in its place).
            EngineGone: the engine does not answer.
        """
        self._talk.look_alive()

    def end(self) -> bool:
        """Hang up; the container ends, if this is its own program. Whether it does."""
        return self._talk.part({"op": "end"})

    def close(self) -> None:
        """Hang up; the host ends."""
        self._talk.close()

    def _ask(self, request: Mapping[str, Any], *frames: bytes, timeout: float) -> dict[str, Any]:
        self._number += 1
        self._talk.send_json({**request, "id": self._number})
        self._talk.send(*frames)
        answer = self._talk.receive_json(time.monotonic() + timeout)
        if answer.pop("id", None) != self._number:
            raise Broken("the tool host answered another request than the one it got")
        return answer

    def _changes(self, answer: Mapping[str, Any], deadline: float) -> Changes | None:
        """The changed files that follow an answer; None if they were too much to be read."""
        if "over" in answer:
            return Changes(over=str(answer["over"]))
        if "unread" in answer:
            return None
        try:
            rows = [(str(path), str(mode), int(size)) for path, mode, size in answer["changes"]]
            gone = tuple(str(path) for path in answer["gone"])
        except (KeyError, TypeError, ValueError) as exc:
            raise Broken("the tool host did not say what changed") from exc
        for path, mode, size in rows:
            if not is_safe(path) or mode not in MODES or size < 0:
                raise Broken(f"the tool host says of an impossible file that it changed: {path!r}")
        total = sum(size for _, _, size in rows)
        if total > CHANGED_BYTES + len(rows):
            raise Broken(f"the tool host says that {total} bytes changed")
        content = self._content(total, deadline)
        changed: dict[str, Entry] = {}
        start = 0
        for path, mode, size in rows:
            changed[path] = Entry(mode, content[start : start + size])
            start += size
        return Changes(changed=changed, gone=tuple(path for path in gone if is_safe(path)))

    def _content(self, total: int, deadline: float) -> bytes:
        parts: list[bytes] = []
        missing = total
        while missing > 0:
            part = self._talk.receive(deadline)
            if not part:
                raise Broken("the tool host sent less than it had announced")
            parts.append(part)
            missing -= len(part)
        if missing:
            raise Broken("the tool host sent more than it had announced")
        return b"".join(parts)
