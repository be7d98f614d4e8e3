"""Fixtures over a real engine: the toy task's image, and an environment made from it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker

from sandbox import toolbox
from sandbox.env import images, owner
from sandbox.env.workspace import AgentEnvironment
from sandbox.task import Resources

SMALL = Resources(cpus=1.0, memory_mb=128, storage_mb=16, pids=64)


def toy_image(client: docker.DockerClient, task: Path) -> str:
    """The tag of the toy task's image."""
    base = images.ensure_base(client, say=lambda text: None)
    return images.ensure_task(client, task, base=base, timeout=300, name="toy/calc", say=lambda text: None)


@contextmanager
def environment(client: docker.DockerClient, image: str, resources: Resources = SMALL) -> Iterator[AgentEnvironment]:
    """An agent's environment, removed at the end."""
    labels = owner.labels(run=uuid.uuid4().hex, trial="test", role="agent")
    env, _ = AgentEnvironment.start(
        client,
        image,
        labels=labels,
        resources=resources,
        tools=toolbox.load_tools(),
        environment={},
        solution=None,
    )
    try:
        yield env
    finally:
        env.close()


def call(env: AgentEnvironment, name: str, **arguments: Any) -> dict[str, Any]:
    """Run one tool."""
    return env.call(toolbox.load_tools()[name], arguments, 600.0).answer


def run_id(out: Path) -> str:
    """The id under which a run labels what it makes."""
    return str(json.loads((out / "lock.json").read_text())["run"])


def leftovers(client: docker.DockerClient, run: str) -> list[str]:
    """Names of containers and volumes of a run that are still there."""
    label = f"{owner.PREFIX}run={run}"
    containers = client.containers.list(all=True, filters={"label": label}, ignore_removed=True)
    volumes = client.volumes.list(filters={"label": label})
    return [str(container.name) for container in containers] + [str(volume.name) for volume in volumes]
