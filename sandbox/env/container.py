"""One bounded container, and frames to the Python code that runs in it.

    network none · pids, memory (= memory + swap), cpu, open files bounded · read-only root
    no new privileges · capabilities SETUID, SETGID, KILL only · init · no mounts of the host
    /workspace: a volume in memory, bounded in bytes and in files · /tmp, /home/agent: likewise

What the harness does inside, a guest program does, as root: the container's own, which
waits for its code, or after that has ended (and left a sleeping root) one that a `docker
exec` starts; an exec costs as much as a container. Each tool of the agent runs as 1000:1000
without any capability (see `sandbox.guest`).
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import RUN_HOST_CONFIG_KWARGS
from docker.types import DriverConfig, Mount
from requests.exceptions import RequestException, Timeout

from sandbox.env import guest, loopback
from sandbox.env.container_options import ENVIRONMENT, bounded, in_memory
from sandbox.env.conversation import Conversation
from sandbox.env.engine import LOST, talking
from sandbox.env.outside import turn
from sandbox.env.stream import NoAnswer, hang_up
from sandbox.errors import AgentError, EngineGone, RoadtestError, SandboxError
from sandbox.task import WORKSPACE, Resources

WELL_SECONDS = 2.0
LOOKS = 5
BETWEEN_LOOKS = 0.2
CREATIONS = 4
# A volume is held for a moment longer than the container that is being removed.
REMOVALS = 25
# A container that was told to end does it at once.
ENDING_SECONDS = 3

# The container lives on when its program ends, so that what is in it can be read and another be started; unless the
# program says that nothing more is wanted.
_LOADING = (
    f'{" ".join(guest.PYTHON)} -c "$0"; code=$?; [ $code = {guest.DONE} ] && exit; '
    'printf "\\377\\377\\377\\377%04d" $code; '
    'printf "\\nroadtest: ended with %d\\n" $code >&2; exec sleep infinity < /dev/null'
)
_RESIDENT: Mapping[str, Any] = {"command": ["/bin/sh", "-c", _LOADING, guest.LOADER], "stdin_open": True}
_STREAMS = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A running container.

    resident: the stream of its own program, until somebody talks to it.
    """

    client: docker.DockerClient
    id: str
    image: str
    resident: list[Any] = field(default_factory=list)

    @classmethod
    def start(
        cls,
        client: docker.DockerClient,
        image: str,
        *,
        labels: Mapping[str, str],
        resources: Resources,
        keep_workspace: bool,
        extra_tmpfs: Sequence[str] = (),
        resident: bool = False,
        changes: Mapping[str, Any] | None = None,
        volumes: Mapping[str, str] | None = None,
    ) -> Container:
        """Create and start a container.

        Args:
            image: tag or id.
            labels: from `owner.labels`.
            resources: its bounds.
            keep_workspace: put the workspace on a volume that archive calls can see
                (the agent's), or on a plain tmpfs (the judge's).
            extra_tmpfs: further directories to be writable, owned by the agent.
            resident: whether its own program is one that can be talked to, instead of one that sleeps.
            changes: options in place of those that follow from the bounds.
            volumes: others' volumes, from `make_volume`, by where they are mounted.

        Raises:
            SandboxError: the engine refuses or does not answer. Nothing is left behind.
        """
        options = bounded(resources, extra_tmpfs, workspace_on_tmpfs=not keep_workspace)
        options |= {**(changes or {}), **(_RESIDENT if resident else {}), "labels": dict(labels)}
        options["mounts"] = [Mount(place, one, type="volume", no_copy=True) for place, one in (volumes or {}).items()]
        if keep_workspace:
            options["mounts"].append(_workspace_volume(labels, resources))
        if (pattern := loopback.pattern_of(client)) is not None:
            try:
                return cls._started(client, image, pattern.applied(options), resident)
            except EngineGone:
                raise
            except SandboxError:
                # Be it that this engine cannot do it, or that the pattern is gone.
                loopback.forget(client)
        return cls._started(client, image, options, resident)

    @classmethod
    def _started(cls, client: docker.DockerClient, image: str, options: Mapping[str, Any], resident: bool) -> Container:
        # Named, so that it is found again if the engine's answer is lost.
        name = "roadtest-" + secrets.token_hex(8)
        made = cls(client=client, id=name, image=image)
        try:
            with talking(f"start a container of {image}"):
                found = make_container(client, image, name, **options)
                if resident:
                    made.resident.extend(_own_stream(client, found))
                client.api.start(found)
        except BaseException:
            # What cannot be removed now, the end of the run removes, by its labels.
            with contextlib.suppress(RoadtestError):
                made.remove()
            raise
        return replace(made, id=found)

    def await_end(self) -> None:
        """Wait a moment for the container to end by itself: removing one that still runs takes another program."""
        with contextlib.suppress(APIError, *LOST):
            self.client.api.wait(self.id, timeout=ENDING_SECONDS)

    def remove(self) -> None:
        """Remove the container and its workspace; what is gone already is fine.

        Raises:
            SandboxError: the engine does not answer.
        """
        for stream in self.resident:
            hang_up(stream, getattr(stream, "_sock", stream))
        with talking("remove a container"):
            try:
                self.client.api.remove_container(self.id, force=True, v=True)
            except NotFound:
                pass
            except APIError as exc:
                if exc.status_code != 409:  # somebody is removing it at this moment
                    raise

    def blame(self, failure: NoAnswer) -> None:
        """Say who is to blame when a program gave no answer in a container with the agent's processes in it.

        Returns if the container is up: then the agent has filled or starved it. A container
        that is being removed counts as running until its last process is dead, and programs
        inside it end a moment before: so one look is not enough.

        Raises:
            AgentError: the container is dead because it ran out of memory.
            SandboxError: it was ended or removed from outside.
            EngineGone: the engine does not answer.
        """
        with talking("look at a container"):
            for _ in range(LOOKS):
                try:
                    state = self.client.api.inspect_container(self.id)["State"]
                except NotFound as exc:
                    raise SandboxError("the container was removed from outside") from exc
                if not state["Running"]:
                    if state.get("OOMKilled"):
                        raise AgentError("the container ran out of memory and died of it") from failure
                    raise SandboxError(f"the container has ended ({state.get('ExitCode')})") from failure
                time.sleep(BETWEEN_LOOKS)

    def talk(self, program: guest.Program) -> Conversation:
        """Start a guest program as root.

        Raises:
            NoAnswer: it does not start; the engine is well.
            EngineGone: the engine does not answer.
        """
        if self.resident:
            return Conversation.first(self.client, self.id, self.resident.pop(), program)
        return Conversation.open(self.client, self.id, program, environment=ENVIRONMENT)

    def is_well(self) -> bool:
        """Whether a program that is started in it now answers at once.

        Then one that stays silent is neither starved nor crowded out by the agent's: it is not heard.

        Raises:
            EngineGone: the engine does not answer.
        """
        try:
            with self.talk(guest.ECHO) as program:
                program.receive_json(time.monotonic() + WELL_SECONDS)
        except NoAnswer:
            return False
        return True

    def freeze(self) -> None:
        """Stop every process where it is; what is inside can still be read.

        Raises:
            SandboxError: the engine refuses or does not answer.
        """
        with talking("freeze a container"):
            try:
                turn(self.client, self.id, frozen=True)
            except APIError as exc:
                if exc.status_code != 409:  # it is frozen already
                    raise


def _own_stream(client: docker.DockerClient, container: str) -> list[Any]:
    """The stream of a container's own program; none if the engine fails at it: then programs are started by an exec.

    It is not asked for again, as that the first one ended may be the end of the program's input.
    """
    try:
        return [client.api.attach_socket(container, params=_STREAMS)]
    except (APIError, *LOST) as exc:
        if isinstance(exc, APIError) and not exc.is_server_error():
            raise
        return []


def make_container(client: docker.DockerClient, image: str, name: str, **options: Any) -> str:
    """Create a container that is made once, whatever becomes of the engine's answer; its id.

    Args:
        name: one that nothing else has.
        options: as `docker.DockerClient.containers.create` takes them.

    Raises:
        docker.errors.APIError, requests.exceptions.RequestException: it is not made, as far as one can see.
    """
    for left in reversed(range(CREATIONS)):
        try:
            return str(client.api.create_container(image, name=name, **_divided(client, options))["Id"])
        except APIError as exc:
            # That the name is taken can only mean that an earlier attempt has come, or is coming, to its end.
            taken = exc.status_code == 409 and left < CREATIONS - 1
            if not (exc.is_server_error() or taken) or not left:
                raise
        except Timeout:
            # It may yet be made: then it is removed at the end of the run.
            if (found := _id_of(client, name)) is None:
                raise
            return found
        except RequestException:
            if not left:
                raise
        if (found := _id_of(client, name)) is not None:
            return found
        time.sleep(BETWEEN_LOOKS)
    raise AssertionError("the last attempt returns or raises")


def _divided(client: docker.DockerClient, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of `containers.create` as the call below it takes them, which does not go on to look at what it made."""
    host = {name: value for name, value in options.items() if name in RUN_HOST_CONFIG_KWARGS}
    return {
        **{name: value for name, value in options.items() if name not in host},
        "host_config": client.api.create_host_config(**host),
    }


def _id_of(client: docker.DockerClient, name: str) -> str | None:
    """The id of a container; None if there is none of that name."""
    try:
        return str(client.api.inspect_container(name)["Id"])
    except NotFound:
        return None


def _workspace_volume(labels: Mapping[str, str], resources: Resources) -> Mount:
    """A volume without a name of ours: it is made with its container, and goes with it."""
    driver = DriverConfig("local", options=in_memory(resources.storage_mb))
    return Mount(WORKSPACE, None, type="volume", no_copy=True, labels=dict(labels), driver_config=driver)


def make_volume(client: docker.DockerClient, name: str, labels: Mapping[str, str], size: int) -> None:
    """Make a volume in memory that belongs to 1000:1000. It holds what is in it for as long as somebody has it mounted.

    Args:
        labels: from `owner.labels`.
        size: MiB of files; the number of files is bounded by it, too.

    Raises:
        docker.errors.APIError, requests.exceptions.RequestException: it is not made.
    """
    client.api.create_volume(name, driver="local", driver_opts=in_memory(size), labels=dict(labels))


def remove_volume(client: docker.DockerClient, name: str) -> None:
    """Remove a volume; what is gone already is fine.

    Raises:
        SandboxError: the engine does not answer, or somebody else holds it.
    """
    with talking("remove a volume"):
        for left in reversed(range(REMOVALS)):
            try:
                client.api.remove_volume(name, force=True)
            except NotFound:
                return
            except APIError as exc:
                if exc.status_code != 409 or not left:
                    raise
                time.sleep(BETWEEN_LOOKS)
            else:
                return
