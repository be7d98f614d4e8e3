"""The image of a Harbor task: prebuilt, or built from its environment/Dockerfile as it is.

Images that a task names may have others standing in for them on this machine
(`[images.aliases]` of roadtest.toml). Builds have no network, unless the user gave
the task one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import docker

from sandbox.env import images
from sandbox.errors import TaskError
from sandbox.harbor.settings import Harbor
from sandbox.settings import FILE
from sandbox.tree import digest
from sandbox.treefiles import read_tree

# Our own base image, whose tag changes with what goes into it.
OUR_BASE = "roadtest/base"
SCRATCH = "scratch"
_HUB = ("docker.io/library/", "docker.io/", "index.docker.io/library/", "library/")

_FROM = re.compile(r"^(?P<head>\s*FROM\s+(?:--\S+\s+)*)(?P<image>\S+)(?P<tail>(?:\s+AS\s+(?P<stage>\S+))?\s*)$", re.I)
_COPY_FROM = re.compile(r"^(?P<head>\s*(?:COPY|ADD)\s+(?:--\S+\s+)*?--from=)(?P<image>\S+)(?P<tail>\s.*)$", re.I)
_ARG = re.compile(r"^\s*ARG\s+(?P<name>\w+)=(?P<value>\S+)\s*$", re.I)
_USED = re.compile(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))")


def ensure_image(
    client: docker.DockerClient,
    folder: Path,
    harbor: Harbor,
    *,
    base: str,
    aliases: Mapping[str, str],
    timeout: float,
    name: str,
    say: images.Say,
) -> str:
    """The tag of the image that a task's containers are made from, built if it is not there.

    Args:
        folder: the task's directory.
        base: tag of our own base image, for those who alias to it.
        timeout: seconds that one answer of the build may take.
        name: the task's name, for people.

    Raises:
        TaskError: the image is not to be had, or its Dockerfile does not build.
        SandboxError: the engine does not answer.
    """
    recipe_file = folder / "environment" / "Dockerfile"
    if harbor.docker_image is not None:
        image = stand_in(harbor.docker_image, aliases, base)
        if images.is_there(client, image) or (not recipe_file.is_file() and _pulled(client, image, say)):
            return image
        if not recipe_file.is_file():
            raise TaskError(missing(name, "environment.docker_image", harbor.docker_image, image))
    context = read_tree(folder / "environment")
    recipe, parents = rewritten(context["Dockerfile"].data.decode("utf-8", "replace"), aliases, base)
    network = "default" if harbor.network else "none"
    _refuse_buildkit(recipe, name)
    for parent in parents:
        if not images.is_there(client, parent) and not _pulled(client, parent, say):
            raise TaskError(missing(name, "environment/Dockerfile: FROM", parent, parent))
    # What a name stands for on a machine may change.
    tag = images.tag_of("harbor", recipe, digest(context), network, *(images.id_of(client, one) for one in parents))
    if images.is_there(client, tag):
        return tag
    say(f"{name}: building the image")
    files = {path: entry for path, entry in context.items() if path != "Dockerfile"}
    images.build(client, recipe, files, tag, arguments={"ROADTEST_BASE": base}, network=network, timeout=timeout)
    return tag


def missing(name: str, where: str, wanted: str, image: str) -> str:
    """What is said of an image that is not to be had."""
    instead = f" (standing in for {wanted})" if image != wanted else ""
    return (
        f"{name}: {where} {image}{instead}: is not on this machine and no registry gives it; "
        f'name one that is in {FILE}: [images.aliases] "{wanted}" = "…"'
    )


def stand_in(image: str, aliases: Mapping[str, str], base: str) -> str:
    """What stands in for an image; itself if nothing does."""
    named = {_short(name): there for name, there in aliases.items()}
    found = named.get(_short(image), image)
    return base if _short(found) == f"{OUR_BASE}:latest" else found


def _short(image: str) -> str:
    """An image's name with its tag, without the registry that is meant anyway."""
    for prefix in _HUB:
        image = image.removeprefix(prefix)
    return image if ":" in image.rpartition("/")[2] or "@" in image else f"{image}:latest"


def rewritten(recipe: str, aliases: Mapping[str, str], base: str) -> tuple[str, list[str]]:
    """A Dockerfile with other images in place of those that have an alias, and the images that it builds on."""
    arguments: dict[str, str] = {"ROADTEST_BASE": base}
    stages = {SCRATCH}
    parents: list[str] = []
    lines = []
    for line in recipe.splitlines():
        if (found := _ARG.match(line)) and not parents:
            arguments.setdefault(found["name"], found["value"].strip("\"'"))
        if found := _FROM.match(line) or _COPY_FROM.match(line):
            wanted = _filled(found["image"], arguments)
            if wanted.lower() not in stages and not wanted.isdigit():
                image = stand_in(wanted, aliases, base)
                parents.append(image)
                if image != wanted:
                    line = f"{found['head']}{image}{found['tail']}"
            if stage := found.groupdict().get("stage"):
                stages.add(stage.lower())
        lines.append(line)
    return "\n".join(lines) + "\n", list(dict.fromkeys(parents))


def _filled(image: str, arguments: Mapping[str, str]) -> str:
    return _USED.sub(lambda used: arguments.get(used[1] or used[3], used[2] or ""), image)


def _pulled(client: docker.DockerClient, image: str, say: images.Say) -> bool:
    say(f"asking the registry for {image}")
    return images.pull(client, image)


def _refuse_buildkit(recipe: str, name: str) -> None:
    for line in recipe.splitlines():
        if re.match(r"\s*(RUN|COPY|ADD)\s", line, re.I) and (" --mount=" in line or re.search(r"<<-?[\"']?\w", line)):
            raise TaskError(f"{name}: environment/Dockerfile needs BuildKit ({line.strip()[:60]}); write it without")
