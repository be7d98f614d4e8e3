"""Images: the base, a task's own, and the layer that makes it fit for an agent.

    python:3.11-slim-bookworm, or roadtest/rootfs (bootstrapped where no registry answers)
      └── roadtest/base       the project's Dockerfile: Python, pytest, build tools, users
            └── roadtest/task   the task's environment/Dockerfile
                  └── roadtest/agent   the workspace copied aside, with a one-commit git

Every tag is made of a digest of what goes into the image, so an unchanged one is
never built again and a changed one always is. Builds have no network, except
where the base takes git from the distribution of a registry's image.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, ImageNotFound

from sandbox import fetch, paths
from sandbox.env import bootstrap
from sandbox.env.container import make_container
from sandbox.env.engine import LOST, talking
from sandbox.env.outside import Bounds, read_folder, took_too_long
from sandbox.errors import AgentError, EngineGone, SandboxError, TaskError
from sandbox.task import SOLUTION, WORKSPACE
from sandbox.tree import FILE, Entry, Tree, digest, pack
from sandbox.treefiles import read_tree

Say = Callable[[str], None]

UPSTREAM = "python:3.11-slim-bookworm"
COPY_OF_WORKSPACE = "/opt/roadtest/workspace"
BUILD_SECONDS = 1800.0
BUILDS = 2
LARGEST_WORKSPACE = Bounds(files=100_000, bytes=512 * 1024 * 1024, depth=100)

AGENT_LAYER = f"""\
ARG TASK
FROM ${{TASK}}
USER root
RUN mkdir -p {WORKSPACE} {SOLUTION} /home/agent /opt/roadtest \\
 && cp -a {WORKSPACE} {COPY_OF_WORKSPACE} \\
 && cd {COPY_OF_WORKSPACE} \\
 && rm -rf .git \\
 && find . -name __pycache__ -type d -prune -exec rm -rf {{}} + \\
 && if command -v git > /dev/null; then \\
        export GIT_AUTHOR_DATE='2000-01-01T00:00:00Z' GIT_COMMITTER_DATE='2000-01-01T00:00:00Z' \\
        && git init --quiet --template= --initial-branch=main . \\
        && mkdir -p .git/info && printf '__pycache__/\\n*.pyc\\n*.egg-info/\\n.pytest_cache/\\n' > .git/info/exclude \\
        && git config user.name agent && git config user.email agent@sandbox.invalid \\
        && git add --all && git commit --quiet --allow-empty --message 'Start'; \\
    fi \\
 && chown -R 1000:1000 {COPY_OF_WORKSPACE}
"""

_lock = threading.Lock()
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def machine_of(client: docker.DockerClient) -> str:
    """The architecture that the engine runs, as `uname -m` says it."""
    with talking("ask the engine for its architecture"):
        return str(client.info()["Architecture"])


def ensure_base(client: docker.DockerClient, *, say: Say) -> str:
    """The tag of the base image, built if it is not there.

    Args:
        say: told what is being done, in a few words.

    Raises:
        SandboxError: it can be neither built from a registry nor bootstrapped.
        HarnessError: wheels cannot be had.
    """
    with _lock:
        lock = paths.image_lock().read_text("utf-8")
        recipe = paths.dockerfile().read_text("utf-8")
        machine = machine_of(client)
        tag = tag_of("base", recipe, lock, machine, bootstrap.INPUTS)
        if is_there(client, tag):
            return tag
        say("base image: finding what to build on")
        parent, network = parent_of(client, "base image", "roadtest/rootfs", bootstrap.PACKAGES, say=say)
        with tempfile.TemporaryDirectory(prefix="roadtest-base-") as folder:
            say("base image: downloading wheels")
            fetch.wheels(lock, Path(folder), machine=machine, what=paths.image_lock().name)
            files = {f"wheels/{path.name}": Entry(FILE, path.read_bytes()) for path in Path(folder).iterdir()}
            files["requirements-image.lock"] = Entry(FILE, lock.encode())
            say("base image: building")
            build(client, recipe, files, tag, arguments={"BASE": parent}, network=network, error=SandboxError)
        return tag


def parent_of(
    client: docker.DockerClient,
    what: str,
    repository: str,
    packages: Sequence[str],
    *,
    say: Say,
    without: Sequence[str] = (),
) -> tuple[str, str]:
    """What an image of ours builds on, and the network that its build needs.

    A root file system that was bootstrapped here before comes first: it holds all that the build would fetch.

    Args:
        what: the image, as in "base image".
        repository: what a bootstrapped root file system is called.
        packages: of Debian, that it holds.
        without: patterns of paths that it is better without.

    Raises:
        SandboxError: no registry answers, and it cannot be bootstrapped.
    """
    rootfs = f"{repository}:{bootstrap.digest((*packages, *without))}"
    if is_there(client, rootfs):
        return rootfs, "none"
    if is_there(client, UPSTREAM):
        return UPSTREAM, "default"
    say(f"{what}: asking the registry for {UPSTREAM}")
    if pull(client, UPSTREAM):
        return UPSTREAM, "default"
    say(f"{what}: no registry answers; bootstrapping Debian with mmdebstrap (a minute or two)")
    bootstrap.make(client, rootfs, packages, without=without)
    return rootfs, "none"


def pull(client: docker.DockerClient, name: str) -> bool:
    """Whether a registry gave the image. Most failures mean that none is reachable.

    Raises:
        EngineGone: the engine does not answer.
    """
    try:
        with talking(f"pull {name}"):
            client.images.pull(name)
            return True
    except EngineGone:
        raise
    except SandboxError:
        return False


def ensure_task(client: docker.DockerClient, folder: Path, *, base: str, timeout: float, name: str, say: Say) -> str:
    """The tag of the image that a task's agent and judge run in, built if it is not there.

    Args:
        folder: the complete task directory (environment/ is read, tests/ and solution/ are not).
        base: tag of the base image, given to the Dockerfile as ROADTEST_BASE.
        timeout: seconds that one answer of the build may take.
        name: the task's name, for people.

    Raises:
        TaskError: the Dockerfile does not build.
        SandboxError: the engine does not answer.
    """
    context = read_tree(folder / "environment")
    recipe = context["Dockerfile"].data.decode("utf-8", "replace")
    inner = tag_of("task", recipe, digest(context), base)
    outer = tag_of("agent", AGENT_LAYER, inner)
    if is_there(client, outer):
        return outer
    _refuse_buildkit(recipe, name)
    if not is_there(client, inner):
        say(f"{name}: building the image")
        files = {path: entry for path, entry in context.items() if path != "Dockerfile"}
        build(client, recipe, files, inner, arguments={"ROADTEST_BASE": base}, network="none", timeout=timeout)
    say(f"{name}: laying the workspace aside")
    build(client, AGENT_LAYER, {}, outer, arguments={"TASK": inner}, network="none", timeout=timeout)
    return outer


def workspace_of(client: docker.DockerClient, image: str, *, labels: Mapping[str, str]) -> Tree:
    """The files of an image's own workspace, as every container of it begins with them.

    Raises:
        SandboxError: the image has none, or the engine does not answer.
        TaskError: there is more in it than a workspace may hold.
    """
    name = "roadtest-" + secrets.token_hex(8)
    with talking(f"look into {image}"):
        container = make_container(client, image, name, command=["true"], labels=dict(labels))
    try:
        return read_folder(client, container, COPY_OF_WORKSPACE, LARGEST_WORKSPACE).tree
    except AgentError as exc:
        raise TaskError(f"{image}: {exc}") from exc
    finally:
        # What is left of it, the end of the run removes.
        with contextlib.suppress(SandboxError), talking("remove a container"):
            client.api.remove_container(container, force=True)


def _refuse_buildkit(recipe: str, name: str) -> None:
    for line in recipe.splitlines():
        if line.startswith("# syntax=") or " --mount=" in line or "<<" in line.partition("#")[0]:
            raise TaskError(f"{name}: environment/Dockerfile needs BuildKit ({line.strip()[:60]}); write it without")


def build(
    client: docker.DockerClient,
    recipe: str,
    files: Tree,
    tag: str,
    *,
    arguments: Mapping[str, str],
    network: str,
    timeout: float = BUILD_SECONDS,
    error: type[SandboxError] | type[TaskError] = TaskError,
) -> None:
    """Build an image.

    Args:
        recipe: the Dockerfile. files: what else is in its context.
        timeout: seconds that one answer of the build may take.
        error: what is raised where it does not build.

    Raises:
        TaskError, SandboxError: as `error` says, or the engine does not answer.
    """
    context = pack({**files, "Dockerfile": Entry(FILE, recipe.encode())})
    options = {"tag": tag, "buildargs": dict(arguments), "network_mode": network, "timeout": int(timeout)}
    log: list[str] = []
    with talking(f"build {tag}"):
        for left in reversed(range(BUILDS)):
            try:
                for answer in _answers(client, context, options):
                    if "error" in answer:
                        raise error(_build_failure(tag, str(answer["error"]), log))
                    log += [line for line in str(answer.get("stream", "")).splitlines() if line.strip()]
                return
            except APIError as exc:
                # What is wrong with a Dockerfile is refused with 4xx.
                if not exc.is_server_error():
                    raise error(_build_failure(tag, str(exc.explanation), log)) from exc
                if not left:
                    raise
            except LOST as exc:
                # What was built until then is not built again.
                if not left or took_too_long(exc):
                    raise


def _answers(client: docker.DockerClient, context: bytes, options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the engine says of a build, line by line."""
    labels = {"roadtest.image": str(options["tag"]).partition(":")[0]}
    return client.api.build(
        fileobj=io.BytesIO(context), custom_context=True, rm=True, forcerm=True, decode=True, labels=labels, **options
    )


def _build_failure(tag: str, reason: str, log: list[str]) -> str:
    lines = [_COLOURS.sub("", line).strip()[:160] for line in log]
    # What the engine says of itself is no news.
    last = " | ".join([line for line in lines if line and not line.startswith(("---> ", "Removing "))][-4:])
    return f"the image {tag} does not build: {' '.join(reason.split())[:300]} ({last})"


def is_there(client: docker.DockerClient, name: str) -> bool:
    """Whether the engine has an image.

    Raises:
        SandboxError: the engine does not answer.
    """
    with talking(f"look for the image {name}"):
        try:
            client.images.get(name)
        except ImageNotFound:
            return False
    return True


def id_of(client: docker.DockerClient, name: str) -> str:
    """The id of an image.

    Raises:
        SandboxError: it is not there, or the engine does not answer.
    """
    with talking(f"look for the image {name}"):
        return str(client.images.get(name).id)


def tag_of(kind: str, *inputs: str) -> str:
    """The tag of an image, made of what goes into it."""
    total = hashlib.sha256()
    for piece in inputs:
        total.update(b"%d " % len(piece) + piece.encode())
    return f"roadtest/{kind}:{total.hexdigest()[:20]}"
