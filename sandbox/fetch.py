"""Fetching pinned files: sdists as plain files, wheels for the image. Nothing fetched is run here.

Both go through the package index that pip is configured for on this machine.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox import paths
from sandbox.errors import BadInput, HarnessError, boundary, one_line
from sandbox.journal import write_whole

if TYPE_CHECKING:
    from unearth import Link, PackageFinder

# Wheels for these are downloaded whatever this machine's own Python is.
IMAGE_PYTHON = "3.11"
# Of an index that does not answer it would say so in lines of its own.
logging.getLogger("unearth").addHandler(logging.NullHandler())

MANYLINUX = ("2_17", "2_28", "2014")
# How pip says that there is nothing that fits.
_NOT_THERE = ("No matching distribution found", "ResolutionImpossible", "Invalid requirement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A source distribution as the index lists it. sha256, released (ISO date): None where the index does not say."""

    version: str
    file: str
    sha256: str | None
    released: str | None


def listed(project: str) -> list[Listed]:
    """The source distributions of a project, as the index lists them.

    Raises:
        BadInput: the index has no such project.
        HarnessError: the index cannot be reached.
    """
    found: dict[str, Listed] = {}
    days = _days(project)
    for link, version in _links(project):
        if version is not None and link.filename.endswith((".tar.gz", ".zip")):
            sha256 = (link.hash_option or {}).get("sha256", [None])[0]
            row = Listed(version=version, file=link.filename, sha256=sha256, released=days.get(link.filename))
            found.setdefault(link.filename, row)
    if not found and not list(_links(project)):
        raise BadInput(f"the package index has no project {project}")
    return list(found.values())


def new_sdist(project: str, row: Listed) -> tuple[bytes, str]:
    """A source distribution that no manifest pins yet, and its SHA-256; into the cache with it.

    Raises:
        BadInput: the index has no such file, or says another hash than it has.
        HarnessError: the index cannot be reached, or the cache not be written.
    """
    where = f"the package index, {project} {row.version}"
    sha256 = row.sha256
    if sha256 is None:
        sha256 = hashlib.sha256(_download(_find(project, row.file, where), row.file)).hexdigest()
    return sdist(project, row.file, sha256, manifest=where), sha256


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
    for link, _ in _links(project):
        if link.filename == file:
            return link
    raise BadInput(f"{manifest}: {file}: the package index has no such file of {project}")


def _finder(**options: Any) -> PackageFinder:
    # Imported here: it takes a tenth of a second, and most commands fetch nothing.
    from unearth import PackageFinder

    return PackageFinder(index_urls=list(index_urls()), **options)


def _links(project: str) -> Iterator[tuple[Link, str | None]]:
    """What the index lists of a project: each file with its version."""
    finder = _finder(only_binary=(), ignore_compatibility=True)
    with boundary(HarnessError, f"look {project} up on the package index", Exception):
        packages = list(finder.find_all_packages(project, allow_yanked=True))
        if not packages:
            # The finder passes over an index that does not answer; that is no answer about the file.
            for url in index_urls():
                finder.session.get(f"{url.rstrip('/')}/{project}/")
    return ((package.link, package.version) for package in packages)


class _Anchors(HTMLParser):
    """When each file of a page was uploaded: the finder does not read that."""

    def __init__(self) -> None:
        super().__init__()
        self.days: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the date of a link, if it has one."""
        found = dict(attrs)
        href, at = found.get("href"), found.get("data-upload-time")
        if tag == "a" and href and at:
            from unearth import Link

            self.days[Link(href).filename] = at[:10]


def normal(name: str) -> str:
    """The name of a project as indexes spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _days(project: str) -> dict[str, str]:
    """The day (ISO) on which each file was uploaded, as far as an index says so."""
    days: dict[str, str] = {}
    finder = _finder()
    accepted = {"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.5"}
    for url in index_urls():
        if not url.startswith("http"):
            continue
        with boundary(HarnessError, f"look {project} up on the package index", Exception):
            answer = finder.session.get(f"{url.rstrip('/')}/{normal(project)}/", headers=accepted)
            if answer.status_code != 200:
                continue
            if "json" in answer.headers.get("content-type", ""):
                rows = [row for row in answer.json()["files"] if "upload-time" in row]
                days |= {row["filename"]: row["upload-time"][:10] for row in rows}
            else:
                anchors = _Anchors()
                anchors.feed(answer.content.decode("utf-8", "replace"))
                days |= anchors.days
    return days


def _download(link: Link, file: str) -> bytes:
    finder = _finder()
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
    command = ["download", "--no-deps", "--require-hashes", *_for_image(machine), "--dest", str(folder), *arguments]
    _pip(command, f"download the wheels of {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel that pip chose: name, version, and SHA-256."""

    name: str
    version: str
    sha256: str


def choose_wheels(wanted: Sequence[str], *, machine: str, what: str) -> list[Wheel]:
    """The newest wheels that meet requirements, and all that these need in turn; nothing is installed.

    Args:
        wanted: requirements as pip takes them.
        machine, what: as for `wheels`.

    Raises:
        BadInput: the index has none that meet them.
        HarnessError: the index does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="roadtest-") as name:
        report = Path(name) / "report.json"
        command = ["install", "--dry-run", "--ignore-installed", "--target", name, "--report", str(report)]
        try:
            _pip([*command, *_for_image(machine), "--", *wanted], f"choose the wheels of {what}", none_such=BadInput)
        except BadInput:
            # Of an index that does not answer pip says the same.
            for text in wanted:
                _links(re.split(r"[^\w.-]", text.strip(), maxsplit=1)[0])
            raise
        rows = json.loads(report.read_text("utf-8"))["install"]
    return [
        Wheel(
            name=normal(row["metadata"]["name"]),
            version=row["metadata"]["version"],
            sha256=row["download_info"]["archive_info"]["hashes"]["sha256"],
        )
        for row in rows
    ]


def _for_image(machine: str) -> list[str]:
    """What tells pip which wheels fit the image."""
    options = ["--only-binary=:all:", "--implementation", "cp", "--python-version", IMAGE_PYTHON]
    for tag in MANYLINUX:
        name = f"manylinux2014_{machine}" if tag == "2014" else f"manylinux_{tag}_{machine}"
        options += ["--platform", name]
    return options


def _pip(arguments: Sequence[str], what: str, *, none_such: type[BadInput] | type[HarnessError] = HarnessError) -> None:
    """Run pip. none_such: what is raised where the index answers, and has nothing that fits."""
    command = [sys.executable, "-m", "pip", arguments[0], "--quiet", *arguments[1:]]
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if "ERROR" in line] or result.stderr.splitlines()[-3:]
        error = none_such if any(words in result.stderr for words in _NOT_THERE) else HarnessError
        raise error(f"could not {what}: {' '.join(' '.join(lines).split())[:400]}")
