"""The wheels that a manifest pins besides the base image."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

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
        BadInput: one is no requirement, or the index has no such wheel.
        HarnessError: the index cannot be reached.
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


def in_image() -> dict[str, str]:
    """What the base image brings: versions by normal name."""
    lock = paths.image_lock().read_text("utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE)
    return {fetch.normal(name): version for name, version in found}


def refuse_others(told: Sequence[str], held: Mapping[str, str], where: str) -> None:
    """Refuse a version of what is there already in another.

    Args:
        told: requirements that somebody typed. held: versions by normal name. where: who pins them, for people.

    Raises:
        BadInput: one is not met by what is held, or is no requirement.
    """
    for text in told:
        version = held.get(_distribution(text))
        if version is not None and not _is_met(text, version):
            raise BadInput(f"--requires {text}: {where} has {version}, and a wheel is there once; change it there")


def _is_met(text: str, version: str) -> bool:
    try:
        return Requirement(text).specifier.contains(version, prereleases=True)
    except InvalidRequirement as exc:
        raise BadInput(f"{text!r} is no requirement; write NAME or NAME==VERSION") from exc


def _elsewhere(wheel: fetch.Wheel, machine: str, what: str) -> set[str]:
    """The hash of the same release's wheel for another machine, if there is one."""
    try:
        others = fetch.choose_wheels([f"{wheel.name}=={wheel.version}"], machine=machine, what=what)
    except (BadInput, HarnessError):
        return set()
    return {other.sha256 for other in others if other.name == wheel.name}


def _distribution(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    if not found or "@" in requirement or "/" in requirement:
        raise BadInput(f"{requirement!r} is no requirement; write NAME or NAME==VERSION")
    return fetch.normal(found[0])
