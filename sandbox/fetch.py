"""Fetching pinned files: sdists as plain files, wheels for the image. Nothing fetched is run here.

Both go through the package index that pip is configured for on this machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from unearth import Link, PackageFinder

from sandbox import paths
from sandbox.errors import BadInput, HarnessError, boundary, one_line
from sandbox.journal import write_whole

# Wheels for these are downloaded whatever this machine's own Python is.
IMAGE_PYTHON = "3.11"
MANYLINUX = ("2_17", "2_28", "2014")


def sdist(project: str, file: str, sha256: str, *, manifest: str) -> bytes:
    """The bytes of a source distribution, checked against its hash, from the cache if they are there.

    Args:
        project: name on the index.
        file: file name of the sdist.
        sha256: its hash.
        manifest: the file that names it, for errors.

    Raises:
        BadInput: the index has no such file, or it has another hash.
        HarnessError: the index cannot be reached, or the cache not be written.
    """
    kept = paths.cache() / "files" / sha256
    if kept.is_file():
        data = kept.read_bytes()
        if hashlib.sha256(data).hexdigest() == sha256:
            return data
    data = _download(_find(project, file, manifest), file)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise BadInput(f"{manifest}: {file}: sha256 is {found}, the manifest says {sha256}; do not use it")
    with boundary(HarnessError, f"write to {kept}"):
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, data)
    return data


def _find(project: str, file: str, manifest: str) -> Link:
    finder = PackageFinder(index_urls=list(index_urls()), only_binary=(), ignore_compatibility=True)
    with boundary(HarnessError, f"look {project} up on the package index", Exception):
        packages = list(finder.find_all_packages(project, allow_yanked=True))
        if not packages:
            # The finder passes over an index that does not answer; that is no answer about the file.
            for url in index_urls():
                finder.session.get(f"{url.rstrip('/')}/{project}/")
    for package in packages:
        if package.link.filename == file:
            return package.link
    raise BadInput(f"{manifest}: {file}: the package index has no such file of {project}")


def _download(link: Link, file: str) -> bytes:
    finder = PackageFinder(index_urls=list(index_urls()))
    try:
        with finder.session.get_stream(link.normalized, headers={"Accept-Encoding": "identity"}) as response:
            response.raise_for_status()
            return b"".join(response.iter_bytes())
    except Exception as exc:
        raise HarnessError(f"could not fetch {file}: {one_line(exc)}") from exc


@cache
def index_urls() -> tuple[str, ...]:
    """The package indexes that pip uses here: its configuration, else its default."""
    code = (
        "import json; from pip._internal.commands import create_command as c;"
        "o, _ = c('download').parse_args([]);"
        "print(json.dumps([o.index_url, *o.extra_index_urls]))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if result.returncode:
        raise HarnessError(f"could not ask pip for its index: {result.stderr.strip()[-300:]}")
    urls: list[str] = json.loads(result.stdout)
    return tuple(url for url in urls if url)


def wheels(requirements: str, folder: Path, *, machine: str, what: str) -> None:
    """Download wheels pinned by hash for the image's Python into `folder`.

    Args:
        requirements: a requirements file with hashes.
        machine: the image's architecture, as `uname -m` says it.
        what: what they are for, for errors.

    Raises:
        HarnessError: one is not to be had, has another hash, or the index does not answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirements)
        file.flush()
        _pip_download(["--requirement", file.name], folder, machine, what)


def _pip_download(arguments: Sequence[str], folder: Path, machine: str, what: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", IMAGE_PYTHON]
    for tag in MANYLINUX:
        name = f"manylinux2014_{machine}" if tag == "2014" else f"manylinux_{tag}_{machine}"
        command += ["--platform", name]
    command += ["--dest", str(folder), *arguments]
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if "ERROR" in line] or result.stderr.splitlines()[-3:]
        raise HarnessError(f"could not download the wheels of {what}: {' '.join(' '.join(lines).split())[:400]}")
