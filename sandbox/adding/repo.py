"""Pinning a codebase: what is fetched, looked at, and written into repos/NAME.toml.

Nothing is written before everything is known; a manifest that is there is extended and its own
words are kept.
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sandbox import fetch, gitrepos, paths
from sandbox.adding import manifest
from sandbox.adding.facts import Facts, facts, holds, without
from sandbox.adding.wheels import choose, in_image, refuse_others
from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.journal import write_whole
from sandbox.parts import matches
from sandbox.reading import parse_toml, read_text, shown
from sandbox.repos import PinnedRelease, Repo, read_repo, repo_of
from sandbox.tree import Tree

Say = Callable[[str], None]

MOST_NAMED = 8
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person says of a package; what is not said is looked for in its files."""

    licence: str | None = None
    import_name: str | None = None
    tests: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Manifest:
    """A manifest that is being made or extended. Nothing is on disk until `write`.

    before: what the file held; None if there was none. notes: what a person should know.
    pinned: the releases that were asked for, by version.
    """

    path: Path
    name: str
    before: str | None
    text: str
    notes: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    _steps: list[Callable[[str], str]] = field(default_factory=list)
    _written: str | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The text as data; empty if nothing was written yet."""
        return parse_toml(self.text, self.path)

    def repo(self) -> Repo:
        """The repo that it describes, written or not.

        Raises:
            BadInput: what was told makes no manifest.
        """
        return repo_of(self.document, self.path)

    def row(self, key: str, value: str) -> dict[str, Any] | None:
        """The release of which a field has this value, if there is one."""
        return next((row for row in self.document.get("releases", ()) if row.get(key) == value), None)

    def change(self, step: Callable[[str], str]) -> None:
        """Change the text by a step that changes nothing where it was made before."""
        self._steps.append(step)
        self.text = step(self.text)

    def write(self) -> None:
        """Put it in its place, whole, if that changes anything. What others wrote there meanwhile is kept.

        Raises:
            BadInput: what was told makes no manifest; then nothing is changed.
            HarnessError: it cannot be written.
        """
        self.repo()
        with self._alone():
            now = read_text(self.path) if self.path.is_file() else None
            text = now or ""
            for step in self._steps:
                text = step(text)
            if text != (now or ""):
                repo_of(parse_toml(text, self.path), self.path)
                self.path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(self.path, text.encode("utf-8"))
                self.before, self.text, self._written = now, text, text

    def take_back(self) -> None:
        """Undo `write`, unless somebody has built upon it.

        Raises:
            HarnessError: it cannot be written.
        """
        with self._alone():
            if self._written is None or not self.path.is_file() or read_text(self.path) != self._written:
                return
            if self.before is not None:
                write_whole(self.path, self.before.encode("utf-8"))
            else:
                self.path.unlink()
                with suppress(OSError):  # others lie there, too
                    self.path.parent.rmdir()
            self._written = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else writes a manifest meanwhile."""
        with boundary(HarnessError, f"write to {self.path}"):
            place = paths.cache() / "manifests.lock"
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield


def open_manifest(name: str, folder: Path | None = None) -> Manifest:
    """The manifest of a repo, to be made or extended.

    Args:
        folder: where it lies or is to lie; without, where repos are looked for.

    Raises:
        BadInput: the name can be none, or the file is broken.
    """
    if not _NAME.fullmatch(name):
        raise BadInput(f"{name!r} cannot be the name of a repo; use letters, digits, dots, hyphens and underscores")
    folders = (folder,) if folder is not None else paths.repos()
    path = next((place / f"{name}.toml" for place in folders if (place / f"{name}.toml").is_file()), None)
    if path is None:
        return Manifest(path=folders[0] / f"{name}.toml", name=name, before=None, text="")
    read_repo(path)
    text = read_text(path)
    return Manifest(path=path, name=name, before=text, text=text)


def add_releases(made: Manifest, versions: Sequence[str], told: Told, *, say: Say) -> None:
    """Pin releases of the package index.

    Raises:
        BadInput: no such project or release, no source distribution, another hash than was pinned before, or
            something that has to be told.
        HarnessError: the index cannot be reached, or the cache not be written.
    """
    _check_told(made, told, "version", versions)
    wanted = [version for version in dict.fromkeys(versions) if not _is_pinned(made, version)]
    made.pinned += list(dict.fromkeys(versions))
    if not wanted:
        _add_wheels(made, told.requires, say)
        return
    say(f"{made.name}: asking the package index")
    rows = fetch.listed(made.name)
    found: list[tuple[dict[str, object], Tree]] = []
    for version in wanted:
        row = _listed(made, rows, version)
        say(f"{made.name} {version}: fetching {row.file}")
        _, sha256 = fetch.new_sdist(made.name, row)
        pinned = PinnedRelease(version=version, tests=(), sdist=row.file, sha256=sha256)
        identity: dict[str, object] = {"version": version, "sdist": row.file, "sha256": sha256}
        if row.released is not None:
            identity["released"] = row.released
        found.append((identity, _nobodys_repo(made).tree(pinned)))
    _extend(made, found, told, git=None, say=say)


def add_commits(made: Manifest, url: str, commits: Sequence[gitrepos.Commit], told: Told, *, say: Say) -> list[str]:
    """Pin commits of a git repository; the names that they have in the manifest.

    Args:
        url: from `gitrepos.checked_url`.
        commits: from `gitrepos.pin`.

    Raises:
        BadInput: a commit holds what a workspace must not, or something has to be told.
        HarnessError: the repository cannot be reached, or the cache not be written.
    """
    held = made.document.get("git")
    if held is not None and held != url:
        raise BadInput(f"{shown(made.path)}: pins commits of {held}; give {url} another name with --name")
    _check_told(made, told, "commit", [commit.sha for commit in commits])
    found: list[tuple[dict[str, object], Tree]] = []
    names = []
    for commit in commits:
        row = made.row("commit", commit.sha)
        names.append(row["version"] if row is not None else commit.sha[:12])
        if row is None:
            say(f"{made.name} {commit.sha[:12]}: reading its files")
            tree = gitrepos.tree_of(url, commit.sha, commit.tree, where=made.name)
            identity = {"version": names[-1], "commit": commit.sha, "tree": commit.tree, "released": commit.day}
            found.append((dict(identity), tree))
    made.pinned += names
    if found:
        _extend(made, found, told, git=url, say=say)
    else:
        _add_wheels(made, told.requires, say)
    return names


def _check_told(made: Manifest, told: Told, key: str, wanted: Sequence[str]) -> None:
    """What is pinned stays as it is; whoever says otherwise must hear of it."""
    where, document = shown(made.path), made.document
    refuse_others(told.requires, _pinned_wheels(made), where)
    refuse_others(told.requires, in_image(), "the base image")
    for option, field_, word in (
        ("--licence", "licence", told.licence),
        ("--import-name", "import_name", told.import_name),
    ):
        if word is not None and document and document[field_] != word:
            raise BadInput(f"{option} {word}: {where} says {document[field_]}; change it there")
    for row in filter(None, (made.row(key, value) for value in wanted)):
        if told.tests and set(told.tests) != set(row["tests"]):
            raise BadInput(f"--tests: {where} says {', '.join(row['tests'])} of {row['version']}; change it there")


def _is_pinned(made: Manifest, version: str) -> bool:
    """Whether a release is in the manifest; then the index must not say another hash of it."""
    row = made.row("version", version)
    if row is None or "sdist" not in row:
        return row is not None
    fetch.sdist(made.name, row["sdist"], row["sha256"], manifest=shown(made.path))
    return True


def _listed(made: Manifest, rows: Sequence[fetch.Listed], version: str) -> fetch.Listed:
    files = [row for row in rows if row.version == version]
    if not files:
        known = list(dict.fromkeys(row.version for row in rows))
        some = ", ".join(known[:MOST_NAMED]) + (", …" if len(known) > MOST_NAMED else "") or "none at all"
        raise BadInput(f"the package index has no source distribution of {made.name} {version} (it has {some})")
    return sorted(files, key=lambda row: row.file.endswith(".zip"))[0]


def _nobodys_repo(made: Manifest) -> Repo:
    """What trees are read through before there is a manifest."""
    return Repo(
        name=made.name, licence="", import_name="", releases={}, requirements="", manifest=f"the index's {made.name}"
    )


def _extend(
    made: Manifest, found: Sequence[tuple[dict[str, object], Tree]], told: Told, *, git: str | None, say: Say
) -> None:
    """Put releases into the text of a manifest, with what their files tell."""
    read = [facts(tree, made.name, tests=told.tests, import_name=told.import_name) for _, tree in found]
    if not made.text:
        head = _head(made, read[-1], told, git)
        made.change(lambda text: text or head)
    elif git is not None:
        made.change(lambda text: manifest.with_git(text, git))
    # A test file that moved is a test file under its old name, too.
    known = [glob for row in made.document.get("releases", ()) for glob in row["tests"]]
    new = sorted({glob for one in read for glob in one.tests}, key=lambda glob: ("." in glob, glob))
    globs = list(dict.fromkeys([*known, *new]))
    if told.tests:
        globs = list(told.tests)
    if not globs:
        raise BadInput(f"{made.name}: where its tests are cannot be told; give --tests GLOB")
    for identity, tree in found:
        if not any(matches(path, globs) for path in tree):
            raise BadInput(f"{made.name} {identity['version']}: holds no tests ({', '.join(globs)}); give --tests GLOB")
        _check_import(made, str(identity["version"]), tree)
        made.change(partial(manifest.with_release, row={**identity, "tests": globs}))
    _add_wheels(made, [*told.requires, *(need for one in read for need in one.needs)], say)
    unmet = without(sorted({module for one in read for module in one.unmet}), _held(made))
    if unmet:
        made.notes.append(
            f"{made.name}: its tests import {', '.join(unmet)}, which it does not say where to get; tests that need "
            "them will not count (--requires NAME adds a wheel)"
        )


def _check_import(made: Manifest, version: str, tree: Tree) -> None:
    """Refuse a tree of which nothing can be imported as the manifest says: it is of another package."""
    name = made.document["import_name"]
    if not holds(tree, name):
        hint = f"{shown(made.path)} says so; is it another package?" if made.before else "give --import-name NAME"
        raise BadInput(f"{made.name} {version}: holds nothing that is imported as {name}; {hint}")


def _head(made: Manifest, read: Facts, told: Told, git: str | None) -> str:
    licence, import_name = told.licence or read.licence, told.import_name or read.import_name
    if licence is None:
        raise BadInput(f"{made.name}: its licence cannot be told from its files; read it and give --licence NAME")
    if import_name is None:
        raise BadInput(f"{made.name}: what it is imported as cannot be told from its files; give --import-name NAME")
    return manifest.new_manifest(name=made.name, licence=licence, import_name=import_name, git=git)


def _add_wheels(made: Manifest, wanted: Sequence[str], say: Say) -> None:
    chosen = choose(wanted, held=_held(made), what=made.name, say=say)
    made.notes += chosen.notes
    for row in chosen.rows:
        made.change(partial(manifest.with_requirement, row=row))


def _held(made: Manifest) -> set[str]:
    """What the base image has and the manifest pins, by normal name."""
    return {*_pinned_wheels(made), *in_image()}


def _pinned_wheels(made: Manifest) -> dict[str, str]:
    return {fetch.normal(row["name"]): row["version"] for row in made.document.get("requirements", ())}
