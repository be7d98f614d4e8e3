"""The services of one trial: a holder that owns the network namespace, services, the proxy, their volumes.

    holder     network none, host names; in it a program of ours that lays seeds and asks for health and states
    services   no network (those that speak no HTTP: the holder's), a volume each
    proxy      the holder's network, the volumes of services, a volume with settings and log

The agent's container joins the holder's network and mounts none of the volumes.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import NotFound

from sandbox.env import owner
from sandbox.env.container import Container, make_volume, remove_volume
from sandbox.env.container_options import ENVIRONMENT
from sandbox.env.engine import talking
from sandbox.env.warden import Warden
from sandbox.errors import AgentError, RoadtestError, SandboxError, TaskError
from sandbox.serving import telling
from sandbox.serving.declared import Service
from sandbox.task import Resources

USER = "1000:1000"
LOG_MB, VOLUME_MB = 96, 64
# Of what belongs to Roadtest in each container: an agent's requests are read whole in the proxy. The storage bounds
# each file that is written, too: seeds by the one, the log by the other.
HOLDER = Resources(cpus=1.0, memory_mb=256, storage_mb=VOLUME_MB, pids=32)
PROXY = Resources(cpus=1.0, memory_mb=512, storage_mb=LOG_MB, pids=64)
READY_SECONDS, STATE_SECONDS = 60.0, 30.0
# How long requests that are under way may take to end once the agent is dead.
QUIET_SECONDS, BETWEEN_LOOKS = 10.0, 0.05
# How long the engine may take to notice that a container has ended.
ENDING_SECONDS = 2.0
# How a program ends whose seed does not hold, and the status of a state that is too large.
BAD_SEED, TOO_LARGE = 2, 507
_LOGGED = {"type": "json-file", "config": {"max-size": "1m", "max-file": "1"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is to be put up. images: tags by name of a service, and under "" that of proxy and holder.

    seeds: contents by name of a service. faults: of the condition. seed: of this trial, for all chance in it.
    """

    services: Sequence[Service]
    images: Mapping[str, str]
    seeds: Mapping[str, bytes]
    faults: Mapping[str, float]
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What services hold at one moment, and what happened until then. states: by service."""

    states: Mapping[str, bytes]
    log: bytes


class Constellation:
    """The services of one trial, up. All methods block; not to be used by two threads at a time."""

    def __init__(self, client: docker.DockerClient, setup: Setup, run: str, trial: str) -> None:
        self._client = client
        self._setup = setup
        self._marks = run, trial
        self._volumes: dict[str, str] = {}
        self._containers: dict[str, Container] = {}
        self._holder: Container | None = None
        self._warden: Warden | None = None
        self._where = telling.addresses(setup.services)
        # By place: up to which byte a log was looked through, the entries and the writes in it.
        self._counted: dict[str, tuple[int, int, int]] = {}

    @classmethod
    def open(cls, client: docker.DockerClient, setup: Setup, *, run: str, trial: str) -> Constellation:
        """The holder with its volumes, seeds laid into them; no service yet.

        Raises:
            SandboxError: it does not come up. Nothing is left behind.
            TaskError: what the task says of its services does not hold.
        """
        made = cls(client, setup, run, trial)
        try:
            made._hold()
            made._lay()
        except BaseException:
            with contextlib.suppress(RoadtestError):
                made.close()
            raise
        return made

    @property
    def joining(self) -> dict[str, Any]:
        """Options of a container that joins the holder's network."""
        assert self._holder is not None
        # A container that joins a network has the host name of whose it is.
        return {"network_mode": f"container:{self._holder.id}", "hostname": None}

    def start(self) -> None:
        """Start services and proxy, and return once all are ready.

        Raises:
            SandboxError: one does not come up.
            TaskError: a seed does not hold.
        """
        jobs: list[Callable[[], None]] = [self._starting(service) for service in self._setup.services]
        if self._http:
            jobs.append(self._start_proxy)
        with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
            for job in [pool.submit(job) for job in jobs]:
                job.result()
        self._await_ready()

    def look_alive(self) -> None:
        """Return if every container still runs.

        Raises:
            AgentError: one ran out of memory over what it was asked to hold; nobody else asks it.
            SandboxError: one does not run.
        """
        for name, container in self._containers.items():
            self._look_at(name, container)

    def export(self) -> Exported:
        """What the services hold, once what is under way has ended.

        Raises:
            AgentError: as `look_alive`.
            SandboxError: one of them is gone, or was at some time, or gives no state.
        """
        until = time.monotonic() + QUIET_SECONDS
        while not telling.is_quiet(self._log()) and time.monotonic() < until:
            time.sleep(BETWEEN_LOOKS)
        self.look_alive()
        states = {service.name: self._state(service) for service in self._setup.services}
        log = self._log()
        if (words := telling.gone(log)) is not None:
            raise SandboxError(f"a service could not be asked: {words}")
        return Exported(states=states, log=log)

    def close(self) -> None:
        """Remove all of it; what is gone already is fine.

        Raises:
            SandboxError: the engine does not answer.
        """
        if self._warden is not None:
            self._warden.close()
        containers = [*self._containers.values(), *([self._holder] if self._holder is not None else [])]
        with contextlib.ExitStack() as closing:
            # Volumes go last, also where a container stays.
            for volume in self._volumes.values():
                closing.callback(remove_volume, self._client, volume)
            with ThreadPoolExecutor(max_workers=len(containers) or 1) as pool:
                for done in [pool.submit(container.remove) for container in containers]:
                    closing.callback(done.result)

    @property
    def _in_holder(self) -> Warden:
        assert self._warden is not None, "the holder comes first"
        return self._warden

    @property
    def _http(self) -> bool:
        return any(service.of_kind.http for service in self._setup.services)

    def _labels(self, role: str) -> dict[str, str]:
        run, trial = self._marks
        return owner.labels(run=run, trial=trial, role=role)

    def _hold(self) -> None:
        with talking("create the volumes of services"):
            for name in ("", *(service.name for service in self._setup.services)):
                volume = self._volumes[name] = "roadtest-" + secrets.token_hex(8)
                make_volume(self._client, volume, self._labels("services"), VOLUME_MB if name else LOG_MB)
        places = {f"{telling.SERVICES}/{name}": volume for name, volume in self._volumes.items() if name}
        self._holder = Container.start(
            self._client,
            self._setup.images[""],
            labels=self._labels("holder"),
            resources=HOLDER,
            keep_workspace=False,
            resident=True,
            volumes={**places, telling.PROXY: self._volumes[""]},
            changes={
                **_PLAIN,
                "extra_hosts": self._where,
                # The proxy has no capability, and HTTP is at port 80.
                "sysctls": {"net.ipv4.ip_unprivileged_port_start": "0"},
            },
        )
        self._warden = Warden(self._holder)

    def _lay(self) -> None:
        setup = self._setup
        for service in setup.services:
            place = f"{telling.SERVICES}/{service.name}"
            if (path := telling.seed_file(service)) is not None:
                self._in_holder.lay(path.replace(telling.HERE, place), setup.seeds[service.name])
            if not service.of_kind.http:
                told = telling.relay_settings(service, setup.faults, setup.seed)
                self._in_holder.lay(f"{place}/{telling.RELAY}", json.dumps(told).encode())
        told = telling.proxy_settings(setup.services, setup.faults, setup.seed)
        self._in_holder.lay(f"{telling.PROXY}/{telling.SETTINGS}", json.dumps(told).encode())

    def _starting(self, service: Service) -> Callable[[], None]:
        def start() -> None:
            kind = service.of_kind
            self._containers[service.name] = Container.start(
                self._client,
                self._setup.images[service.name],
                labels=self._labels("service"),
                resources=Resources(cpus=1.0, memory_mb=kind.memory_mb, storage_mb=VOLUME_MB, pids=128),
                keep_workspace=False,
                volumes={telling.HERE: self._volumes[service.name]},
                changes={
                    **_PLAIN,
                    **({} if kind.http else self.joining),
                    "command": telling.command(service, self._where[service.name]),
                    "log_config": _LOGGED,
                    "tmpfs": {"/tmp": f"rw,nosuid,nodev,size={kind.memory_mb}m,mode=1777"},
                },
            )

        return start

    def _start_proxy(self) -> None:
        places = {f"{telling.SERVICES}/{name}": volume for name, volume in self._volumes.items() if name}
        self._containers["the proxy"] = Container.start(
            self._client,
            self._setup.images[""],
            labels=self._labels("proxy"),
            resources=PROXY,
            keep_workspace=False,
            volumes={**places, telling.HERE: self._volumes[""]},
            changes={
                **_PLAIN,
                **self.joining,
                "command": ["python3", "-m", "sandbox.services.proxy", f"{telling.HERE}/{telling.SETTINGS}"],
                "log_config": _LOGGED,
            },
        )

    def _await_ready(self) -> None:
        setup, until = self._setup, time.monotonic() + READY_SECONDS
        sockets = {one.name: f"{telling.SERVICES}/{one.name}/{telling.SOCKET}" for one in setup.services}
        ports = [[self._where[one.name], telling.HTTP_PORT] for one in setup.services if one.of_kind.http]
        while True:
            missing = self._in_holder.missing(sockets, ports)
            if not missing:
                return
            self.look_alive()
            if time.monotonic() >= until:
                raise SandboxError(f"services did not come up in {READY_SECONDS:.0f} s: {', '.join(missing)}")

    def _look_at(self, name: str, container: Container) -> None:
        with talking("look at the container of a service"):
            try:
                state = container.client.api.inspect_container(container.id)["State"]
            except NotFound as exc:
                raise SandboxError(f"the container of {name} was removed from outside") from exc
            if state.get("OOMKilled"):
                raise AgentError(f"{name} ran out of memory over what it was asked to hold")
            if state["Running"] and not state["Paused"]:
                return
            said = container.client.api.logs(container.id, tail=20).decode("utf-8", "replace")
        words = " ".join(said.split())[-300:]
        if state.get("ExitCode") == BAD_SEED:
            raise TaskError(f"{name} does not begin: {words}")
        raise SandboxError(f"{name} has ended ({state.get('ExitCode')}): {words or 'it said nothing'}")

    def _state(self, service: Service) -> bytes:
        place = f"{telling.SERVICES}/{service.name}/{telling.SOCKET}"
        status, why, body = self._in_holder.ask(place, telling.STATE, STATE_SECONDS)
        if status == TOO_LARGE:
            raise AgentError(f"{service.name} was made to hold more than can be kept")
        if status != 200:
            # What was to be told may have been more than it has memory for; the engine says so a moment later.
            until = time.monotonic() + ENDING_SECONDS
            while status is None and time.monotonic() < until:
                self._look_at(service.name, self._containers[service.name])
                time.sleep(BETWEEN_LOOKS)
            raise SandboxError(f"{service.name} gives no state: {why or status}")
        return body

    def _log(self) -> bytes:
        return telling.joined([self._in_holder.read(f"{place}/{telling.LOG}") for place in self._log_places()])

    def _log_places(self) -> list[str]:
        names = [service.name for service in self._setup.services if not service.of_kind.http]
        return [telling.PROXY, *(f"{telling.SERVICES}/{name}" for name in names)]

    def progress(self) -> tuple[int, int]:
        """How many entries the logs have, and how many of them tell of writes; each line is read once.

        Raises:
            SandboxError: the holder does not answer.
        """
        for place in self._log_places():
            start, entries, writes = self._counted.get(place, (0, 0, 0))
            new = self._in_holder.read(f"{place}/{telling.LOG}", start)
            whole = new[: new.rfind(b"\n") + 1]
            more = telling.counted(whole)
            self._counted[place] = start + len(whole), entries + more[0], writes + more[1]
        counts = self._counted.values()
        return sum(entries for _, entries, _ in counts), sum(writes for _, _, writes in counts)


_PLAIN: Mapping[str, Any] = {
    "user": USER,
    "cap_add": [],
    "environment": {**ENVIRONMENT, "HOME": "/tmp", "PYTHONPATH": "/opt/roadtest", "PYTHONDONTWRITEBYTECODE": "1"},
    "working_dir": "/opt/roadtest",
}
