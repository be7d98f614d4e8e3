"""Where Roadtest's own files lie, and where it keeps what it made."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def tools() -> Path:
    """The tools that an agent may call."""
    return PROJECT / "tools"


def repos() -> tuple[Path, ...]:
    """Folders with manifests of real codebases: ROADTEST_REPOS, if it is set, and the project's own.

    New ones are written to the first.
    """
    told = os.environ.get("ROADTEST_REPOS")
    return (*((Path(told),) if told else ()), PROJECT / "repos")


def dockerfile() -> Path:
    """The base image that the project's own tasks build on."""
    return PROJECT / "Dockerfile"


def image_lock() -> Path:
    """What is installed into the base image, pinned by hash."""
    return PROJECT / "requirements-image.lock"


def cache() -> Path:
    """What can be made again: fetched files, laid-out tasks. ROADTEST_CACHE moves it."""
    told = os.environ.get("ROADTEST_CACHE")
    if told:
        return Path(told)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "roadtest"
