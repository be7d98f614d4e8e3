"""What is there, what is missing, what to type."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox import paths
from sandbox.env import bootstrap, images
from sandbox.env.engine import connect
from sandbox.errors import EngineGone, RoadtestError

LEAST_GB = 5.0
OLDEST_GIT = (2, 30)
PACKAGES = ("anyio", "click", "docker", "git", "jsonschema", "litellm", "mcp", "rich", "unearth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. `state` is ok, warn or missing; `remedy` says what to type."""

    what: str
    state: str
    found: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything Roadtest needs; never raises for what it finds."""
    yield _python()
    yield _packages()
    yield _git()
    yield from _engine()
    yield _disk(paths.cache(), "cache")
    yield _disk(Path.cwd(), "current directory")
    yield _keys()


def _python() -> Finding:
    return Finding(what="Python", state="ok", found=f"{platform.python_version()} at {sys.executable}")


def _packages() -> Finding:
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        return Finding(what="packages", state="ok", found=f"all of {len(PACKAGES)}")
    return Finding(what="packages", state="missing", found=f"no {', '.join(missing)}", remedy="make setup")


def _git() -> Finding:
    program = shutil.which("git")
    if program is None:
        return Finding(what="git", state="missing", found="none on PATH", remedy="install git 2.30 or newer")
    said = subprocess.run([program, "version"], capture_output=True, text=True, check=False).stdout.split()
    version = said[2] if len(said) > 2 else "unknown"
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < OLDEST_GIT:
        return Finding(what="git", state="missing", found=version, remedy="install git 2.30 or newer")
    return Finding(what="git", state="ok", found=f"{version} at {program}")


def _engine() -> Iterator[Finding]:
    where = os.environ.get("DOCKER_HOST", "the local socket")
    try:
        client = connect(timeout=10)
        version = client.version()
        info = client.info()
    except (RoadtestError, OSError) as exc:
        remedy = "sudo scripts/engine start (Debian, Ubuntu), or start Docker, or set DOCKER_HOST"
        if "DOCKER_HOST" in os.environ:
            remedy = "start that engine, or unset DOCKER_HOST"
        found = f"none answers at {where}" if isinstance(exc, EngineGone) else str(exc)
        yield Finding(what="Docker engine", state="missing", found=found, remedy=remedy)
        return
    found = f"{version['Version']} (API {version['ApiVersion']}) at {where}, storage {info['Driver']}"
    yield Finding(what="Docker engine", state="ok", found=found)
    bases = [tag for image in client.images.list(name="roadtest/base") for tag in image.tags]
    if bases:
        yield Finding(what="base image", state="ok", found=bases[0])
    else:
        yield _base_sources(client.images.list(name=images.UPSTREAM))
    if "/var/lib/docker" in str(info.get("DockerRootDir", "")) and Path("/var/lib/docker").is_dir():
        yield _disk(Path("/var/lib/docker"), "Docker's directory")


def _base_sources(upstream: Sequence[object]) -> Finding:
    if upstream:
        return Finding(what="base image", state="ok", found=f"not built yet; {images.UPSTREAM} is there")
    if shutil.which("mmdebstrap") and os.geteuid() == 0:
        found = f"not built yet; from a registry, else bootstrapped (Debian {bootstrap.SUITE})"
        return Finding(what="base image", state="ok", found=found)
    return Finding(
        what="base image",
        state="warn",
        found="not built yet; only a registry can give what it builds on",
        remedy="nothing if a registry answers; else `sudo scripts/engine start` for mmdebstrap, and run as root",
    )


def _disk(path: Path, what: str) -> Finding:
    place = next(parent for parent in (path, *path.resolve().parents) if parent.exists())
    free = shutil.disk_usage(place).free / 1e9
    if free >= LEAST_GB:
        return Finding(what=f"disk ({what})", state="ok", found=f"{free:.0f} GB free")
    return Finding(what=f"disk ({what})", state="warn", found=f"{free:.1f} GB free", remedy=f"make room in {place}")


def _keys() -> Finding:
    names = sorted(name for name in os.environ if name.endswith("_API_KEY"))
    if names:
        return Finding(what="model keys", state="ok", found=", ".join(names))
    remedy = "export OPENAI_API_KEY=… (or another provider's), or use --api-base; scripted candidates need none"
    return Finding(what="model keys", state="warn", found="none set", remedy=remedy)


def healthy(findings: list[Finding]) -> bool:
    """Whether nothing that is needed is missing."""
    return all(finding.state != "missing" for finding in findings)
