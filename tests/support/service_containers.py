"""Services in containers of their own, as a trial has them: no capability, a read-only root, nothing but loopback."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import docker
from docker.models.containers import Container

from sandbox.env import owner
from sandbox.env.service_images import ensure_service
from sandbox.outcomes.state import Change, State, difference, read_state
from sandbox.service_kinds import KINDS

SOCKET = "/run/roadtest/service.sock"
SECONDS = 60.0
_BEGIN = 'if [ -n "$SEED" ]; then printf %s "$SEED" > "$0"; set -- "$@" --seed "$0"; fi; exec "$@"'
_ASK = """
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b"GET /_roadtest/state HTTP/1.0\\r\\nhost: service\\r\\n\\r\\n")
answer = b""
while piece := s.recv(1 << 16):
    answer += piece
head, _, body = answer.partition(b"\\r\\n\\r\\n")
sys.stdout.buffer.write(body)
sys.exit(b" 200 " not in head.partition(b"\\r\\n")[0])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A service that is ready. seconds: from the start of its container until it was."""

    container: Container
    kind: str
    seconds: float

    def run(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The exit code of a command in its container, and what it printed."""
        done = self.container.exec_run(list(command), environment=dict(environment or {}))
        assert isinstance(done.output, bytes)
        return done.exit_code or 0, done.output.decode("utf-8", "replace")

    def python(self, program: str, *arguments: str) -> str:
        """What a program of Python's prints there; it must succeed."""
        code, printed = self.run(["python3", "-c", program, *arguments])
        assert code == 0, printed
        return printed

    def export(self) -> bytes:
        """The state."""
        return self.python(_ASK, SOCKET).encode()

    def state(self) -> State:
        """The state as the judge reads it."""
        return read_state({self.kind: self.export()})

    def changes_since(self, before: State) -> tuple[Change, ...]:
        """What has changed."""
        return difference(before, self.state())

    def log(self) -> list[dict[str, Any]]:
        """The relay's log."""
        code, printed = self.run(["cat", "/run/roadtest/log.jsonl"])
        assert code == 0
        return [json.loads(line) for line in printed.splitlines()]


@contextmanager
def service_container(engine: docker.DockerClient, kind: str, seed: str = "") -> Iterator[Running]:
    """A service of a kind with a seed in it."""
    found = KINDS[kind]
    image = ensure_service(engine, found.image, say=lambda text: None)
    place = f"/run/roadtest/seed{found.seed_suffix}"
    address = [] if found.http else ["--host", "127.0.0.5", "--port", str(found.port)]
    container = engine.containers.create(
        image,
        ["/bin/sh", "-c", _BEGIN, place, "python3", "-m", found.module, "--socket", SOCKET, *address],
        environment={"SEED": seed},
        labels=owner.labels(run=uuid.uuid4().hex, trial="test", role="service"),
        network_mode="none",
        user="1000:1000",
        read_only=True,
        init=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        mem_limit=f"{found.memory_mb}m",
        tmpfs={"/tmp": "rw,size=512m,mode=1777", "/run/roadtest": "rw,size=16m,uid=1000,gid=1000,mode=0755"},
    )
    try:
        begin = time.monotonic()
        container.start()
        _wait_until_ready(container)
        yield Running(container=container, kind=kind, seconds=time.monotonic() - begin)
    finally:
        container.remove(force=True)


def _wait_until_ready(container: Container) -> None:
    # One exec that waits itself: each costs as much as a container.
    wait = f"while ! [ -S {SOCKET} ]; do sleep 0.02; done"
    code, _ = container.exec_run(["timeout", str(int(SECONDS)), "sh", "-c", wait])
    assert code == 0, container.logs().decode()


def end_of(container: Container) -> tuple[int, str]:
    """The exit code of a service that ends by itself, and what it said."""
    code = int(container.wait(timeout=SECONDS)["StatusCode"])
    return code, container.logs().decode("utf-8", "replace")
