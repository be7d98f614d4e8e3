"""Fixtures over a real engine: the toy task's image, and an environment made from it."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker

from sandbox import toolbox
from sandbox.env import images, owner
from sandbox.env.outside import Bounds, read_folder
from sandbox.env.workspace import AgentEnvironment, Called
from sandbox.index import Index, difference
from sandbox.task import WORKSPACE, Resources
from sandbox.tree import Tree

SMALL = Resources(cpus=1.0, memory_mb=128, storage_mb=16, pids=64)


def toy_image(client: docker.DockerClient, task: Path) -> str:
    """The tag of the toy task's image."""
    base = images.ensure_base(client, say=lambda text: None)
    return images.ensure_task(client, task, base=base, timeout=300, name="toy/calc", say=lambda text: None)


def bare_image(client: docker.DockerClient, image: str) -> str:
    """The tag of the same image without any Python, so that tools run through one exec each."""
    recipe = f"FROM {image}\nRUN find / -xdev -name 'python*' \\( -type f -o -type l \\) -perm /111 -delete\n"
    tag = f"roadtest/bare:{image.partition(':')[2]}"
    client.images.build(fileobj=io.BytesIO(recipe.encode()), tag=tag, rm=True, forcerm=True, network_mode="none")
    return tag


@contextmanager
def environment(
    client: docker.DockerClient, image: str, resources: Resources = SMALL, *, solution: Tree | None = None
) -> Iterator[AgentEnvironment]:
    """An agent's environment, removed at the end."""
    labels = owner.labels(run=uuid.uuid4().hex, trial="test", role="agent")
    env, _ = AgentEnvironment.start(
        client,
        image,
        labels=labels,
        resources=resources,
        tools=toolbox.load_tools(),
        environment={},
        solution=solution,
    )
    try:
        yield env
    finally:
        env.close()


def call(env: AgentEnvironment, name: str, **arguments: Any) -> dict[str, Any]:
    """Run one tool."""
    return env.call(toolbox.load_tools()[name], arguments, 600.0).answer


class Follower:
    """An environment, and the index of its workspace as the calls' changes alone make it."""

    def __init__(self, env: AgentEnvironment) -> None:
        self.env = env
        self.index = Index.of(self.tree())

    def call(self, name: str, **arguments: Any) -> Called:
        """Run one tool and apply what it says that it changed."""
        called = self.env.call(toolbox.load_tools()[name], arguments, 600.0)
        changes = called.changes
        if changes is not None and changes.over is None:
            whole = difference(self.index, changes.changed) if changes.whole else None
            self.index.apply(*(whole or (changes.changed, changes.gone)))
        return called

    def bash(self, command: str, **more: Any) -> Called:
        """Run a command."""
        return self.call("bash", command=command, **more)

    def tree(self) -> Tree:
        """The workspace as it is, read by the engine."""
        everything = Bounds(files=100_000, bytes=1 << 30, depth=100)
        return read_folder(self.env.container.client, self.env.container.id, WORKSPACE, everything).tree

    def is_right(self) -> bool:
        """Whether the calls have told all that has happened to the workspace, and nothing else."""
        return self.index.raw == Index.of(self.tree()).raw


def run_id(out: Path) -> str:
    """The id under which a run labels what it makes."""
    return str(json.loads((out / "lock.json").read_text())["run"])


def leftovers(client: docker.DockerClient, run: str) -> list[str]:
    """Names of containers and volumes of a run that are still there."""
    label = f"{owner.PREFIX}run={run}"
    containers = client.containers.list(all=True, filters={"label": label}, ignore_removed=True)
    volumes = client.volumes.list(filters={"label": label})
    return [str(container.name) for container in containers] + [str(volume.name) for volume in volumes]
