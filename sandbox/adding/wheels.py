"""The wheels that a manifest pins besides the base image."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sandbox import fetch, paths
from sandbox.errors import BadInput, HarnessError

MACHINES = ("x86_64", "aarch64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Wheels as rows of a manifest (name, version, sha256 of each machine's), by name; what a person should know."""

    rows: tuple[dict[str, object], ...]
    notes: tuple[str, ...]


def choose(wanted: Sequence[str], *, held: Collection[str], what: str, say: Callable[[str], None]) -> Chosen:
    """Choose wheels for requirements, and for what these require.

    Args:
        wanted: as NAME or NAME==VERSION.
        held: distributions that are there already, by normal name; nothing is chosen for them.
        what: whose wheels these are, for people.

    Raises:
        BadInput: one is no requirement.
        HarnessError: the index cannot be reached, or has no such wheel.
    """
    needs = {_distribution(text): text for text in wanted}
    missing = [text for name, text in needs.items() if name not in held]
    if not missing:
        return Chosen(rows=(), notes=())
    say(f"{what}: choosing wheels for {', '.join(missing)}")
    rows: list[dict[str, object]] = []
    notes: list[str] = []
    for wheel in sorted(fetch.choose_wheels(missing, machine=MACHINES[0], what=what), key=lambda wheel: wheel.name):
        if wheel.name in held:
            continue
        hashes = {wheel.sha256}
        for machine in MACHINES[1:]:
            others = _elsewhere(wheel, machine, what)
            hashes |= others
            if not others:
                notes.append(f"{what}: {wheel.name} {wheel.version} has no wheel for {machine}")
        rows.append({"name": wheel.name, "version": wheel.version, "sha256": sorted(hashes)})
    return Chosen(rows=tuple(rows), notes=tuple(notes))


def in_image() -> set[str]:
    """What the base image brings, by name."""
    lock = paths.image_lock().read_text("utf-8")
    return {fetch.normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}


def _elsewhere(wheel: fetch.Wheel, machine: str, what: str) -> set[str]:
    """The hash of the same release's wheel for another machine, if there is one."""
    try:
        others = fetch.choose_wheels([f"{wheel.name}=={wheel.version}"], machine=machine, what=what)
    except HarnessError:
        return set()
    return {other.sha256 for other in others if other.name == wheel.name}


def _distribution(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    if not found or "@" in requirement or "/" in requirement:
        raise BadInput(f"{requirement!r} is no requirement; write NAME or NAME==VERSION")
    return fetch.normal(found[0])
