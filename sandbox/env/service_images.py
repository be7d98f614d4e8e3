"""Images of services: built when a task needs one, and named by what goes into it.

Each is two, the lower of which changes seldom: packages and wheels, and on top our own code.

    own        python:3.11-slim-bookworm, or roadtest/rootfs; wheels; sandbox/services
    moto       the same with other wheels
    postgres   python:3.11-slim-bookworm and Debian's packages, or roadtest/postgres-rootfs; sandbox/services/postgres
    redis      likewise

Nothing of Roadtest but its services is laid into them.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import docker

from sandbox import fetch, paths
from sandbox.env import bootstrap
from sandbox.env.images import Say, build, is_there, machine_of, parent_of, tag_of
from sandbox.errors import HarnessError, SandboxError, boundary
from sandbox.tree import FILE, Entry, Tree, digest, is_cache
from sandbox.treefiles import read_tree

HOME = "/opt/roadtest"
USER = 1000
_WHEELS = """\
COPY wheels/ /opt/wheels/
RUN python3 -m venv /opt/venv \\
 && /opt/venv/bin/pip install --quiet --no-index --find-links=/opt/wheels --no-deps --require-hashes \\
        --requirement /opt/wheels/requirements.lock \\
 && /opt/venv/bin/pip uninstall --quiet --yes pip setuptools \\
 && rm -rf /opt/wheels
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
"""
_PACKAGES = """\
RUN command -v {program} > /dev/null \\
 || (apt-get update && mkdir -p /etc/postgresql-common \\
     && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \\
     && apt-get install --yes --no-install-recommends {packages} && rm -rf /var/lib/apt/lists/*)
"""
_BEGIN = f"""\
ARG BASE
FROM ${{BASE}}
RUN groupadd --gid {USER} service \\
 && useradd --uid {USER} --gid {USER} --no-create-home --home-dir /tmp --shell /usr/sbin/nologin service \\
 && install --directory --owner={USER} --group={USER} --mode=0700 /opt/postgres
"""
_TOP = f"""\
ARG BASE
FROM ${{BASE}}
COPY sandbox/ {HOME}/sandbox/
RUN python3 -m compileall -q {HOME}
ENV PYTHONPATH={HOME} PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONHASHSEED=0 LC_ALL=C.UTF-8 TZ=UTC
WORKDIR {HOME}
USER {USER}:{USER}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contents:
    """What goes into an image.

    packages: of Debian. program: what is on the PATH once they are there. without: paths that a bootstrapped root file
    system is better without. lock: wheels. code: folders and files of sandbox/services. commands: at the end.
    """

    packages: tuple[str, ...]
    program: str = ""
    without: tuple[str, ...] = ()
    lock: str | None = None
    code: tuple[str, ...] = ()
    commands: str = ""


_IMAGES: Mapping[str, _Contents] = {
    "own": _Contents(
        packages=bootstrap.PACKAGES,
        lock="requirements-services.lock",
        code=("common", "payments", "proxy", "relay", "smtp", "tracker"),
    ),
    "moto": _Contents(
        packages=bootstrap.PACKAGES,
        lock="requirements-moto.lock",
        code=("moto",),
    ),
    "postgres": _Contents(
        packages=("postgresql-15", "python3"),
        program="/usr/lib/postgresql/15/bin/postgres",
        without=(
            "/etc/postgresql/15",
            "/usr/lib/*/libLLVM-*",
            "/usr/lib/postgresql/15/lib/bitcode",
            "/usr/lib/postgresql/15/lib/llvmjit*",
            "/usr/share/postgresql/15/man",
            "/var/lib/postgresql/15",
        ),
        code=("common/__init__.py", "common/lines.py", "common/reading.py", "relay", "postgres"),
        commands="RUN python3 -m sandbox.services.postgres.prepare\n",
    ),
    "redis": _Contents(
        packages=("redis-server", "python3"),
        program="redis-server",
        code=("common/__init__.py", "common/lines.py", "common/reading.py", "relay", "redis"),
    ),
}
IMAGES = tuple(_IMAGES)

_lock = threading.Lock()


def ensure_service(client: docker.DockerClient, image: str, *, say: Say) -> str:
    """The tag of the image of services, built if it is not there.

    Args:
        image: one of IMAGES, as a `Kind` names it.
        say: told what is being done, in a few words.

    Raises:
        SandboxError: it can be neither built from a registry nor bootstrapped.
        HarnessError: wheels cannot be had.
    """
    contents = _IMAGES[image]
    with _lock:
        lock, code = _locked(contents), _code(contents)
        packages = "|".join((bootstrap.SUITE, *contents.packages, *contents.without))
        ground = tag_of("service-ground", _ground(contents), lock, packages, machine_of(client))
        recipe = _TOP + contents.commands
        tag = tag_of("service-" + image, recipe, digest(code), ground)
        if is_there(client, tag):
            return tag
        if not is_there(client, ground):
            _build_ground(client, image, ground, lock, say)
        say(f"image of services ({image}): building")
        build(client, recipe, code, tag, arguments={"BASE": ground}, network="none", error=SandboxError)
        return tag


def _build_ground(client: docker.DockerClient, image: str, tag: str, lock: str, say: Say) -> None:
    """Build all of an image but our own code, which changes more often."""
    contents, what = _IMAGES[image], f"image of services ({image})"
    repository = f"roadtest/{image}-rootfs" if contents.program else "roadtest/rootfs"
    parent, network = parent_of(client, what, repository, contents.packages, say=say, without=contents.without)
    files: dict[str, Entry] = {}
    with tempfile.TemporaryDirectory(prefix="roadtest-service-") as folder:
        if lock:
            say(f"{what}: downloading wheels")
            fetch.wheels(lock, Path(folder), machine=machine_of(client), what=str(contents.lock))
            files = {f"wheels/{path.name}": Entry(FILE, path.read_bytes()) for path in Path(folder).iterdir()}
            files["wheels/requirements.lock"] = Entry(FILE, lock.encode())
    say(f"{what}: building what is below it")
    recipe = _ground(contents)
    build(client, recipe, files, tag, arguments={"BASE": parent}, network=network, error=SandboxError)


def _ground(contents: _Contents) -> str:
    """The Dockerfile of all but our own code."""
    packages = _PACKAGES.format(program=contents.program, packages=" ".join(contents.packages))
    return _BEGIN + (packages if contents.program else "") + (_WHEELS if contents.lock else "")


def _locked(contents: _Contents) -> str:
    if contents.lock is None:
        return ""
    with boundary(HarnessError, f"read {contents.lock}"):
        return (paths.PROJECT / contents.lock).read_text("utf-8")


def _code(contents: _Contents) -> Tree:
    """The packages of services as they lie in the image. `sandbox` itself is an empty package there."""
    services = paths.PROJECT / "sandbox" / "services"
    found = {"sandbox/__init__.py": Entry(FILE, b"")}
    for name in ("__init__.py", *contents.code):
        place = services / name
        if place.is_dir():
            tree = read_tree(place)
            found |= {f"sandbox/services/{name}/{path}": entry for path, entry in tree.items() if not is_cache(path)}
        else:
            with boundary(HarnessError, f"read {place}"):
                found[f"sandbox/services/{name}"] = Entry(FILE, place.read_bytes())
    return found
