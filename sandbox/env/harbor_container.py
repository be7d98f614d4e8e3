"""A container for a Harbor task: the task's image as it is, with a root file system that can be written.

    network none, unless the user gave one · pids, memory (= memory + swap), cpu, open files bounded
    no new privileges · of root's capabilities those that installing and serving take · no mounts of the host
    what is written: looked at while it runs, and the container killed when it is over its bound

The image's own entrypoint is kept, for tasks start services in it. The main process is
a shell that spares itself: a `kill -1` of root ends everything but that.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import APIError, NotFound
from docker.types import Ulimit

from sandbox.env.container import BETWEEN_LOOKS, Container, make_container
from sandbox.env.engine import LOST, talking
from sandbox.env.executing import execute
from sandbox.errors import AgentError, RoadtestError, SandboxError, TaskError
from sandbox.guest.tape import Tape
from sandbox.harbor.settings import Healthcheck
from sandbox.harbor.state import Found, pack_found
from sandbox.task import Resources

MIB = 1024 * 1024
# Of what the engine gives root by default without MKNOD, NET_RAW, SETPCAP, SETFCAP and AUDIT_WRITE.
CAPABILITIES = [
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "NET_BIND_SERVICE",
    "SYS_CHROOT",
]
# It collects orphans, which `sleep` would not, and lives on when its sleep is killed.
MAIN = ["sh", "-c", "while :; do sleep 86400 & wait $!; done"]
LOOK_SECONDS = 1.0
START_LOOKS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What an image says of the containers made from it. workdir: absolute. environment: its own variables."""

    user: str
    workdir: str
    environment: Mapping[str, str]


def look_inside(client: docker.DockerClient, image: str) -> Inside:
    """What an image says of its containers.

    Raises:
        SandboxError: it is gone, or the engine does not answer.
    """
    with talking(f"look at the image {image}"):
        config = client.images.get(image).attrs["Config"] or {}
    pairs = (row.partition("=") for row in config.get("Env") or ())
    return Inside(
        user=config.get("User") or "0:0",
        workdir=config.get("WorkingDir") or "/",
        environment={name: value for name, _, value in pairs},
    )


def start(
    client: docker.DockerClient,
    image: str,
    *,
    labels: Mapping[str, str],
    resources: Resources,
    network: bool,
    environment: Mapping[str, str],
) -> Container:
    """Create and start a container of a task's image.

    Args:
        labels: from `owner.labels`.
        environment: the task's variables, beside the image's.

    Raises:
        TaskError: its own entrypoint ends at once.
        SandboxError: the engine refuses or does not answer. Nothing is left behind.
    """
    name = "roadtest-" + secrets.token_hex(8)
    made = Container(client=client, id=name, image=image)
    try:
        with talking(f"start a container of {image}"):
            options = bounds(resources, network=network)
            found = make_container(client, image, name, **options, environment=dict(environment), labels=dict(labels))
            made = Container(client=client, id=found, image=image)
            client.api.start(found)
        _see_it_run(made)
    except BaseException:
        # What cannot be removed now, the end of the run removes, by its labels.
        with contextlib.suppress(RoadtestError):
            made.remove()
        raise
    return made


def _see_it_run(container: Container) -> None:
    with talking("look at a container"):
        state = container.client.api.inspect_container(container.id)["State"]
    if not state["Running"]:
        raise TaskError(
            f"the container of {container.image} ends at once ({state.get('ExitCode')}); see its ENTRYPOINT"
        )


def bounds(resources: Resources, *, network: bool) -> dict[str, Any]:
    """The options that bound a container."""
    memory, size = resources.memory_mb * MIB, resources.storage_mb * MIB
    return {
        "command": MAIN,
        "hostname": "sandbox",
        "network_mode": "bridge" if network else "none",
        "ipc_mode": "private",
        "cap_drop": ["ALL"],
        "cap_add": CAPABILITIES,
        "security_opt": ["no-new-privileges"],
        "mem_limit": memory,
        "memswap_limit": memory,
        "nano_cpus": int(resources.cpus * 1e9),
        "pids_limit": resources.pids,
        "ulimits": [
            Ulimit(name="nofile", soft=4096, hard=4096),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="fsize", soft=size, hard=size),
        ],
        "log_config": {"type": "none"},
        "stop_signal": "SIGKILL",
    }


def describe(resources: Resources, *, network: bool) -> dict[str, Any]:
    """The bounds as data for the event log."""
    options = bounds(resources, network=network)
    names = ("network_mode", "cap_add", "mem_limit", "pids_limit", "nano_cpus")
    return {name: options[name] for name in names} | {"read_only": False, "storage_mb": resources.storage_mb}


def end(container: Container) -> None:
    """Kill every process in it at once; its files stay. One that has ended already is fine.

    Raises:
        SandboxError: the engine refuses or does not answer, or the container is gone.
    """
    with talking("end a container"):
        try:
            container.client.api.kill(container.id)
        except NotFound as exc:
            raise SandboxError("the container was removed from outside") from exc
        except APIError as exc:
            if exc.status_code != 409:  # it does not run
                raise
        for _ in range(START_LOOKS):
            if not container.client.api.inspect_container(container.id)["State"]["Running"]:
                return
            time.sleep(BETWEEN_LOOKS)
    raise SandboxError("a container does not end")


def put(container: Container, entries: Iterable[Found]) -> None:
    """Lay entries down below `/`, with owners and modes; what stands in their way gives way.

    Raises:
        SandboxError: the engine refuses or does not answer.
    """
    with talking("put files into a container"):
        if not container.client.api.put_archive(container.id, "/", pack_found(entries)):
            raise SandboxError("files cannot be put into a container")


def run(
    container: Container, script: str, *arguments: str, seconds: float, stdin: bytes | None = None, user: str = "0:0"
) -> tuple[int | None, Tape]:
    """Run a line of shell as it stands in a container; exit code (None: out of time) and output.

    Raises:
        NoAnswer, SandboxError: as `execute`.
    """
    argv = ["sh", "-c", script, "sh", *arguments]
    return execute(
        container, argv, user=user, workdir="/", environment={}, seconds=seconds, stdin=stdin, limit=16 * MIB
    )


def await_health(container: Container, check: Healthcheck | None, *, user: str) -> None:
    """Return when a healthcheck has succeeded once.

    Raises:
        TaskError: it failed as often as it may.
        SandboxError: the container or the engine failed.
    """
    if check is None:
        return
    spared = time.monotonic() + check.start_period
    left = max(1, check.retries)
    while True:
        code, tape = run(container, check.command, seconds=check.timeout, user=user)
        if code == 0:
            return
        starting = time.monotonic() < spared
        left -= 0 if starting else 1
        if not left:
            words = " ".join(tape.result()["output"].split())[-200:]
            raise TaskError(f"the healthcheck fails ({'out of time' if code is None else code}): {words}")
        time.sleep(check.start_interval if starting else check.interval)


class SizeWatch:
    """Kills a container that has written more than it may. Looks now and then, so it may go over by some."""

    def __init__(self, container: Container, most_mb: int) -> None:
        self._container = container
        self._most = most_mb * MIB
        self._over: int | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="size-watch")
        self._thread.start()

    def check(self) -> None:
        """Return if the bound was kept.

        Raises:
            AgentError: it was not, and the container is dead.
        """
        if self._over is not None:
            raise AgentError(f"it wrote more than {self._most >> 20} MiB ({self._over >> 20} MiB)")

    def close(self) -> None:
        """Look no more."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        api = self._container.client.api
        while not self._done.wait(LOOK_SECONDS):
            try:
                rows = api.containers(filters={"id": self._container.id}, size=True)
                size = max((int(row.get("SizeRw") or 0) for row in rows), default=0)
                if size > self._most:
                    self._over = size
                    end(self._container)
                    return
            except (RoadtestError, APIError, *LOST):
                continue
