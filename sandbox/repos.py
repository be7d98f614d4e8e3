"""Real codebases, pinned by hash in repos/NAME.toml: releases of a package index, or commits of a git repository."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import fetch, gitrepos, paths, schema
from sandbox.errors import BadInput
from sandbox.reading import read_toml
from sandbox.tree import EXECUTABLE, FILE, Entry, is_safe, unpack

MOST_FILES = 100_000
MOST_BYTES = 512 * 1024 * 1024
IDENTITY = {"sdist", "sha256", "commit", "tree"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedRelease:
    """One release of a repo, or one commit under a name of its own. `tests` and `drop` are globs from its root.

    sdist, sha256: a file on the package index and its hash; empty for a commit.
    commit, tree: full hashes of a commit and of its tree; None for a release of the index.
    released: the day on which it came out (ISO), as far as it is known.
    """

    version: str
    tests: tuple[str, ...]
    sdist: str = ""
    sha256: str = ""
    commit: str | None = None
    tree: str | None = None
    drop: tuple[str, ...] = ()
    released: str | None = None

    @property
    def build_version(self) -> str:
        """What a build is told that cannot find the version out by itself."""
        return self.version if self.commit is None else f"0+g{self.commit[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo:
    """A codebase. `requirements` is a requirements file with hashes (empty: none), `git` the URL of its commits."""

    name: str
    licence: str
    import_name: str
    releases: Mapping[str, PinnedRelease]
    requirements: str
    manifest: str
    git: str | None = None

    def release(self, version: str, *, wanted_by: str) -> PinnedRelease:
        """A release by its version.

        Raises:
            BadInput: the manifest does not pin it.
        """
        if version not in self.releases:
            known = ", ".join(self.releases)
            raise BadInput(f"{wanted_by}: {self.manifest} pins no release {version} (it has {known})")
        return self.releases[version]

    def tree(self, release: PinnedRelease) -> dict[str, Entry]:
        """The files of a release, without the folder that the archive wraps them in.

        Raises:
            BadInput: not on the index or in the repository, another hash, or paths outside itself.
            HarnessError: the index or the repository cannot be reached.
        """
        if release.commit is not None:
            assert release.tree is not None and self.git is not None, "a manifest has them together"
            return gitrepos.tree_of(self.git, release.commit, release.tree, where=self.manifest)
        data = fetch.sdist(self.name, release.sdist, release.sha256, manifest=self.manifest)
        try:
            return _without_wrapper(_unzip(data) if release.sdist.endswith(".zip") else unpack(_decompress(data)))
        except (ValueError, tarfile.TarError, zipfile.BadZipFile, OSError, EOFError) as exc:
            raise BadInput(f"{self.manifest}: {release.sdist} cannot be unpacked: {exc}") from exc


def load_repo(name: str, *, wanted_by: str) -> Repo:
    """A repo by its name.

    Raises:
        BadInput: no manifest of that name, or a broken one.
    """
    places = [folder / f"{name}.toml" for folder in paths.repos()]
    path = next((path for path in places if path.is_file()), None)
    if path is None:
        raise BadInput(
            f"{wanted_by}: metadata.roadtest.release.repo: there is no {places[0]}; `roadtest repo add` makes one, and "
            "ROADTEST_REPOS names the folder of your own"
        )
    return read_repo(path)


def read_repo(path: Path) -> Repo:
    """A repo from its manifest.

    Raises:
        BadInput: naming the file and the field.
    """
    return repo_of(read_toml(path), path)


def repo_of(document: Mapping[str, Any], path: Path) -> Repo:
    """A repo from what its manifest says.

    Args:
        document: the manifest, with dates as ISO text.
        path: where it lies or is going to lie.

    Raises:
        BadInput: naming the file and the field.
    """
    schema.check("repo.v1", document, file=str(path))
    if document["name"] != path.stem:
        raise BadInput(f"{path}: name: is {document['name']}, the file is called {path.name}")
    releases: dict[str, PinnedRelease] = {}
    for index, row in enumerate(document["releases"]):
        if row["version"] in releases:
            raise BadInput(f"{path}: releases[{index}].version: {row['version']} is there twice")
        if sorted(row.keys() & IDENTITY) not in (["sdist", "sha256"], ["commit", "tree"]):
            raise BadInput(f"{path}: releases[{index}]: wants sdist and sha256, or commit and tree")
        if "commit" in row and "git" not in document:
            raise BadInput(f"{path}: git: is required where a release is a commit")
        releases[row["version"]] = _pinned(row)
    return Repo(
        name=document["name"],
        licence=document["licence"],
        import_name=document["import_name"],
        releases=releases,
        requirements=_requirements(document.get("requirements", ())),
        manifest=str(path),
        git=_url(document["git"], path) if "git" in document else None,
    )


def _url(text: str, path: Path) -> str:
    try:
        return gitrepos.checked_url(text)
    except BadInput as exc:
        raise BadInput(f"{path}: git: {exc}") from exc


def _pinned(row: Mapping[str, Any]) -> PinnedRelease:
    return PinnedRelease(
        version=row["version"],
        tests=tuple(row["tests"]),
        sdist=row.get("sdist", ""),
        sha256=row.get("sha256", ""),
        commit=row.get("commit"),
        tree=row.get("tree"),
        drop=tuple(row.get("drop", ())),
        released=row.get("released"),
    )


def _requirements(rows: Any) -> str:
    lines = []
    for row in rows:
        hashes = " ".join(f"--hash=sha256:{value}" for value in row["sha256"])
        lines.append(f"{row['name']}=={row['version']} {hashes}\n")
    return "".join(lines)


def _decompress(data: bytes) -> bytes:
    """A .tar.gz as a plain tar, with the bomb taken out: at most `MOST_BYTES`."""
    import gzip

    with gzip.open(io.BytesIO(data)) as stream:
        plain = stream.read(MOST_BYTES + 1)
    if len(plain) > MOST_BYTES:
        raise ValueError(f"it unpacks to more than {MOST_BYTES >> 20} MiB")
    return plain


def _unzip(data: bytes) -> dict[str, Entry]:
    tree: dict[str, Entry] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
            raise ValueError("it is too large")
        for info in infos:
            if not is_safe(info.filename):
                raise ValueError(f"the archive holds the path {info.filename!r}")
            mode = EXECUTABLE if (info.external_attr >> 16) & 0o100 else FILE
            tree[info.filename] = Entry(mode, archive.read(info))
    return tree


def _without_wrapper(tree: Mapping[str, Entry]) -> dict[str, Entry]:
    tops = {path.partition("/")[0] for path in tree}
    if len(tops) != 1 or any("/" not in path for path in tree):
        raise ValueError("it does not hold one folder with everything in it")
    return {path.partition("/")[2]: entry for path, entry in tree.items()}
