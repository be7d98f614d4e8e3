"""A submission's container: nothing in it lasts but what the judge keeps, and nobody in it can speak to anybody.

as any container of ours (see `sandbox.env.container`), and
no place that everybody may write to · no shared memory, queues or semaphores · one core where it is told which
memory: what one program may have, and room for the judge's files
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.types import Ulimit

from sandbox.env import guest, owner
from sandbox.env.container import Container
from sandbox.env.container_options import ENVIRONMENT, MIB
from sandbox.env.conversation import Conversation
from sandbox.env.cp_images import ensure_cp
from sandbox.env.engine import connect, talking
from sandbox.env.images import Say, id_of
from sandbox.errors import SandboxError
from sandbox.task import Resources

RUNNER = guest.Program(
    modules=(
        "wire",
        "privileges",
        "tape",
        "processes",
        "memory",
        "cp_users",
        "cp_filter",
        "cp_meter",
        "cp_process",
        "cp_place",
        "cp_compile",
        "cp_case",
        "cp_talk",
        "cp_runner",
    ),
    main="cp_runner",
)
START_SECONDS = 60.0
# Processes and threads of a submission, beside the four that are always there.
PROCESSES = 64
# The runner, a compiler's or validator's own files, and slack.
ROOM_MB = 128
FILES = 4096
SILENT = {
    "kernel.msgmni": "0",
    "kernel.shmmni": "0",
    "kernel.sem": "0 0 0 0",
    "fs.mqueue.queues_max": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The engine as the judge uses it.

    image: tag. image_id: what the tag stood for. run: an id in the labels of all that is made. cores: numbers of
    those that submissions may be put on, one each. machine: names the hardware, as far as it can be told.
    """

    client: docker.DockerClient
    image: str
    image_id: str
    run: str
    cores: tuple[int, ...]
    machine: str

    @classmethod
    def connect(cls, *, run: str, say: Say) -> Host:
        """Reach the engine, remove what dead runs left, and see to the image.

        Raises:
            SandboxError: no engine answers, or the image cannot be made.
        """
        client = connect()
        owner.reap(client)
        image = ensure_cp(client, say=say)
        with talking("ask the engine about its machine"):
            facts = client.info()
        return cls(
            client=client,
            image=image,
            image_id=id_of(client, image),
            run=run,
            cores=_cores(client, int(facts["NCPU"])),
            machine=f"{facts['ID']} {facts['NCPU']} {_processor()}",
        )

    def room(self, *, memory_mb: int, files_mb: int, core: int | None, name: str) -> Room:
        """A new container with the runner in it, waiting for its first command.

        Args:
            memory_mb: MiB of the largest program that is to run in it.
            files_mb: MiB of files that are to lie in it at a time.
            core: the one that it is held to.
            name: what is judged, for the label.

        Raises:
            SandboxError: it does not come up. Nothing is left behind.
        """
        labels = owner.labels(run=self.run, trial=name, role="judge")
        resources = Resources(cpus=1.0, memory_mb=memory_mb, storage_mb=files_mb, pids=PROCESSES)
        container = Container.start(
            self.client,
            self.image_id,
            labels=labels,
            resources=resources,
            keep_workspace=False,
            resident=True,
            changes=_changes(memory_mb, files_mb, core),
        )
        try:
            runner = container.talk(RUNNER)
            try:
                runner.receive_json(time.monotonic() + START_SECONDS)
                return Room(container=container, runner=runner)
            except BaseException:
                runner.close()
                raise
        except BaseException:
            container.remove()
            raise

    def clear(self) -> None:
        """Remove whatever of this run is left.

        Raises:
            SandboxError: the engine does not answer.
        """
        owner.reap(self.client, run=self.run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A submission's container, and the runner in it."""

    container: Container
    runner: Conversation

    def ask(self, request: Mapping[str, Any], *frames: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Have a command carried out; the facts, and the data that belong to them.

        Raises:
            NoAnswer: nobody answers in that time.
            SandboxError: the runner has failed at it.
        """
        deadline = time.monotonic() + seconds
        self.runner.send_json({**request, "frames": len(frames)})
        self.runner.send(*frames)
        facts = self.runner.receive_json(deadline)
        data = self.runner.receive(deadline)
        if "trouble" in facts:
            raise SandboxError(f"the judge's runner failed: {facts['trouble']}")
        return facts, data

    def close(self) -> None:
        """Remove the container.

        Raises:
            SandboxError: the engine does not answer.
        """
        self.runner.close()
        self.container.remove()


def _changes(memory_mb: int, files_mb: int, core: int | None) -> dict[str, Any]:
    """How such a container differs from others."""
    memory = (memory_mb + files_mb + ROOM_MB) * MIB
    options = f"rw,exec,nosuid,nodev,noatime,size={files_mb}m,nr_inodes={FILES},mode=0711"
    return {
        "environment": {name: value for name, value in ENVIRONMENT.items() if name in ("PATH", "LC_CTYPE", "TZ")},
        "ipc_mode": "none",
        "mem_limit": memory,
        "memswap_limit": memory,
        "nano_cpus": None,
        "cpuset_cpus": None if core is None else str(core),
        "pids_limit": PROCESSES + 4,
        "ulimits": [
            Ulimit(name="nofile", soft=1024, hard=1024),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="stack", soft=8 * MIB, hard=-1),
        ],
        "tmpfs": {"/judge": options},
        "sysctls": SILENT,
    }


def _cores(client: docker.DockerClient, count: int) -> tuple[int, ...]:
    """The cores of the machine that the engine runs on; those that this process may use, where that is the same one."""
    if client.api.base_url.startswith("http+docker://"):
        return tuple(sorted(os.sched_getaffinity(0)))[:count] if hasattr(os, "sched_getaffinity") else (0,)
    return tuple(range(count))


def _processor() -> str:
    """The name of this machine's processor; empty where it is not told."""
    try:
        facts = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in facts if line.startswith("model name")), "")
