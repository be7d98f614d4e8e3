"""Trees: the files of a workspace at one moment, as plain data.

A tree maps paths (posix, relative, undecodable bytes as lone surrogates) to
entries. Only regular files and symbolic links exist in a tree; `.git` components
never do. The name of a tree is its git tree hash, so that the same state has the
same name here, in a history and in any git tool.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

FILE = "100644"
EXECUTABLE = "100755"
LINK = "120000"
MODES = frozenset({FILE, EXECUTABLE, LINK})

CACHE_NAMES = frozenset(
    {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox", ".coverage"}
)
CACHE_SUFFIXES = (".pyc", ".pyo", ".egg-info", ".dist-info")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: a git mode, and the content (for a link: its target)."""

    mode: str
    data: bytes


Tree = Mapping[str, Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How a workspace differs from what was known of it.

    changed: what is new or other; gone: paths that were there.
    whole: `changed` is all there is, and everything else is gone.
    over: why it cannot be said (the workspace is over a bound), or None.
    """

    changed: Tree = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    whole: bool = False
    over: str | None = None


def is_safe(path: str) -> bool:
    """Whether a path stays below the root and touches no `.git`."""
    parts = path.lower().split("/")  # git takes .GIT for its own, too
    return bool(path) and "\0" not in path and not any(part in ("", ".", "..", ".git") for part in parts)


def source(tree: Tree) -> dict[str, Entry]:
    """The tree without caches, compiled files and packaging output."""
    return {path: entry for path, entry in tree.items() if not is_cache(path)}


def is_cache(path: str) -> bool:
    """Whether any component of the path is a cache or the output of a build."""
    parts = PurePosixPath(path).parts
    return any(part in CACHE_NAMES or part.endswith(CACHE_SUFFIXES) for part in parts)


def changed(old: Tree, new: Tree) -> list[str]:
    """Paths that differ between two trees, sorted."""
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


def git_hash(tree: Tree) -> str:
    """The SHA-1 that git gives this tree (40 hex digits).

    Source: git's object format, a tree being a list of "mode name NUL sha"
    sorted by name, directories as if their name ended in a slash.
    """
    return _hash_folder(_nested(tree)).hex()


_Node = dict[str, "Entry | _Node"]


def _nested(tree: Tree) -> _Node:
    root: _Node = {}
    for path, entry in tree.items():
        *folders, name = path.split("/")
        node = root
        for folder in folders:
            child = node.setdefault(folder, {})
            if not isinstance(child, dict):
                raise ValueError(f"{path}: {folder} is a file and a directory")
            node = child
        if name in node:
            raise ValueError(f"{path}: is a file and a directory")
        node[name] = entry
    return root


def _hash_folder(node: _Node) -> bytes:
    rows: list[tuple[bytes, bytes]] = []
    for name, child in node.items():
        raw = os.fsencode(name)
        if isinstance(child, Entry):
            row = child.mode.encode() + b" " + raw + b"\0" + _git_sha(b"blob", child.data)
            rows.append((raw, row))
        else:
            rows.append((raw + b"/", b"40000 " + raw + b"\0" + _hash_folder(child)))
    return _git_sha(b"tree", b"".join(row for _, row in sorted(rows)))


def _git_sha(kind: bytes, body: bytes) -> bytes:
    return hashlib.sha1(kind + b" %d\0" % len(body) + body, usedforsecurity=False).digest()


def pack(tree: Tree) -> bytes:
    """A tar of the tree; equal trees give equal bytes."""
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape"
    ) as tar:
        for path in sorted(tree):
            entry = tree[path]
            member = tarfile.TarInfo(path)
            if entry.mode == LINK:
                member.type = tarfile.SYMTYPE
                member.linkname = os.fsdecode(entry.data)
                tar.addfile(member)
                continue
            member.size = len(entry.data)
            member.mode = 0o755 if entry.mode == EXECUTABLE else 0o644
            tar.addfile(member, io.BytesIO(entry.data))
    return buffer.getvalue()


def unpack(archive: bytes) -> dict[str, Entry]:
    """The tree of a tar; what is neither file nor symbolic link is left out.

    Raises:
        ValueError: a member would lie outside the tree, in a `.git`, or below a file or link.
        tarfile.TarError: no tar.
    """
    tree: dict[str, Entry] = {}
    with tarfile.open(fileobj=io.BytesIO(archive), encoding="utf-8", errors="surrogateescape") as tar:
        for member in tar:
            if member.isdir():
                continue
            if not is_safe(member.name):
                raise ValueError(f"the archive holds the path {member.name!r}")
            if member.issym():
                tree[member.name] = Entry(LINK, os.fsencode(member.linkname))
            elif member.isreg():
                content = tar.extractfile(member)
                data = content.read() if content is not None else b""
                tree[member.name] = Entry(EXECUTABLE if member.mode & 0o100 else FILE, data)
    # Written out, a file below a link would land where the link points.
    _nested(tree)
    return tree


def digest(tree: Tree) -> str:
    """SHA-256 over paths, modes and contents (64 hex digits), for cache keys."""
    total = hashlib.sha256()
    for path in sorted(tree):
        entry = tree[path]
        name = os.fsencode(path)
        total.update(b"%d %d %s %s" % (len(name), len(entry.data), entry.mode.encode(), name))
        total.update(entry.data)
    return total.hexdigest()
