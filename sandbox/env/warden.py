"""The program in the holder of a trial's services, as it is spoken to: it lays files, asks services, reads logs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.env import guest
from sandbox.env.container import Container
from sandbox.env.conversation import Conversation

PROGRAM = guest.Program(modules=("wire", "warden"), main="warden")
START_SECONDS, SLICE_SECONDS, MARGIN_SECONDS = 60.0, 1.0, 10.0


class Warden:
    """One, running. All methods block and raise a SandboxError if it does not answer: nobody else is in its container.

    Not to be used by two threads at a time.
    """

    def __init__(self, holder: Container) -> None:
        self._program: Conversation = holder.talk(PROGRAM)
        try:
            self._receive(START_SECONDS)
        except BaseException:
            self._program.close()
            raise

    def lay(self, path: str, data: bytes) -> None:
        """Write a file."""
        self._program.send_json({"do": "lay", "path": path})
        self._program.send(data)
        self._receive(START_SECONDS)

    def missing(self, sockets: Mapping[str, str], ports: Sequence[Sequence[Any]]) -> list[str]:
        """What is not ready, after a short while in which it may become so.

        Args:
            sockets: of services that must be well, by name.
            ports: host and port of what must take connections.
        """
        wanted = {"do": "wait", "sockets": dict(sockets), "ports": list(ports), "seconds": SLICE_SECONDS}
        self._program.send_json(wanted)
        # Each look at a service that hangs takes a while of its own.
        return list(self._receive(SLICE_SECONDS + MARGIN_SECONDS + 2 * len(sockets))["missing"])

    def ask(self, socket: str, target: str, seconds: float) -> tuple[int | None, str, bytes]:
        """What a service answers to a GET: status, in words why there is none, and body."""
        self._program.send_json({"do": "ask", "socket": socket, "target": target, "seconds": seconds})
        answer = self._receive(seconds + MARGIN_SECONDS)
        return answer["status"], answer["error"], self._program.receive(time.monotonic() + START_SECONDS)

    def read(self, path: str, start: int = 0) -> bytes:
        """A file from that byte on; nothing where there is none."""
        self._program.send_json({"do": "read", "path": path, "from": start})
        self._receive(MARGIN_SECONDS)
        return self._program.receive(time.monotonic() + START_SECONDS)

    def close(self) -> None:
        """Hang up; it ends then."""
        self._program.close()

    def _receive(self, seconds: float) -> dict[str, Any]:
        return self._program.receive_json(time.monotonic() + seconds)
