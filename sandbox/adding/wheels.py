"""The wheels that a manifest pins besides the base image."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from sandbox import fetch, paths
from sandbox.adding import manifest
from sandbox.errors import BadInput, HarnessError

if TYPE_CHECKING:
    from sandbox.adding.repo import Manifest

MACHINES = ("x86_64", "aarch64")


def add_wheels(made: Manifest, wanted: Sequence[str], say: Callable[[str], None]) -> None:
    """Pin the wheels that the base image does not have and the manifest neither.

    Args:
        wanted: requirements, as NAME or NAME==VERSION.

    Raises:
        BadInput: one is no requirement.
        HarnessError: the index cannot be reached, or has no such wheel.
    """
    held = {fetch.normal(row["name"]) for row in made.document.get("requirements", ())} | in_image()
    needs = {_distribution(text): text for text in wanted}
    missing = [text for name, text in needs.items() if name not in held]
    if not missing:
        return
    say(f"{made.name}: choosing wheels for {', '.join(missing)}")
    chosen = fetch.choose_wheels(missing, machine=MACHINES[0], what=made.name)
    for wheel in sorted(chosen, key=lambda wheel: wheel.name):
        if wheel.name in held:
            continue
        hashes = {wheel.sha256}
        for machine in MACHINES[1:]:
            hashes |= _elsewhere(made, wheel, machine)
        row = {"name": wheel.name, "version": wheel.version, "sha256": sorted(hashes)}
        made.change(partial(manifest.with_requirement, row=row))


def _elsewhere(made: Manifest, wheel: fetch.Wheel, machine: str) -> set[str]:
    """The hash of the same release's wheel for another machine, if there is one."""
    try:
        others = fetch.choose_wheels([f"{wheel.name}=={wheel.version}"], machine=machine, what=made.name)
    except HarnessError:
        made.notes.append(f"{made.name}: {wheel.name} {wheel.version} has no wheel for {machine}")
        return set()
    return {other.sha256 for other in others if other.name == wheel.name}


def _distribution(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    if not found or "@" in requirement or "/" in requirement:
        raise BadInput(f"{requirement!r} is no requirement; write NAME or NAME==VERSION")
    return fetch.normal(found[0])


def in_image() -> set[str]:
    """What the base image brings, by name."""
    lock = paths.image_lock().read_text("utf-8")
    return {fetch.normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
