"""What a candidate left in the file system of a Harbor task's container, as a tree. Pure.

Such a task is the whole file system: its candidate is root, installs, and writes
anywhere. What differs from the image is kept as a tree below `/`, so that histories,
caches and judging again work as for any workspace. Two things a tree cannot say:

* names that trees and histories leave out (`.git`, packaging output) get a `%` at
  their end, and lose it when they are laid out again;
* who owns a file, exact modes, empty directories and what is gone stand in one file
  of the tree, `NOTES`, a line of JSON each. What is root's, 0644 or 0755, needs none.
"""

from __future__ import annotations

import io
import json
import os
import stat
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.index import Index, blob_of
from sandbox.tree import EXECUTABLE, FILE, LINK, Entry, Tree

NOTES = ".roadtest-state.jsonl"
# Compiled files and test caches are left out of what is judged, as everywhere.
_ESCAPED = frozenset({".git", ".coverage", ".tox", ".nox"})
_ESCAPED_SUFFIXES = (".egg-info", ".dist-info")
# Never the candidate's: where tests, verdict and solution lie, and what the engine and the kernel put there.
NEVER = ("tests", "solution", "logs/verifier", "proc", "sys", "dev", ".dockerenv")
NEVER_FILES = frozenset({"etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One entry of a container's file system. data: content of a file, target of a link, empty for a directory."""

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    data: bytes = b""

    @property
    def entry(self) -> Entry | None:
        """It as a tree has it; None for a directory."""
        if self.kind == "dir":
            return None
        if self.kind == "link":
            return Entry(LINK, self.data)
        return Entry(EXECUTABLE if self.mode & 0o100 else FILE, self.data)

    @property
    def is_plain(self) -> bool:
        """Whether a tree says all there is to say of it."""
        if (self.uid, self.gid) != (0, 0):
            return False
        if self.kind == "link":
            return True
        return self.mode in ((0o755,) if self.kind == "dir" else (0o644, 0o755))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What differs from the image: entries by path, and paths that are gone with all below them."""

    found: Mapping[str, Found] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


def is_never(path: str) -> bool:
    """Whether a path (without the leading slash) is no part of what a candidate leaves."""
    return path in NEVER_FILES or any(path == place or path.startswith(place + "/") for place in NEVER)


def escaped(path: str) -> str:
    """A path of the file system as a tree may have it."""
    return "/".join(part + "%" if _is_special(part) else part for part in path.split("/"))


def unescaped(path: str) -> str:
    """The path of the file system that a tree has under this name."""
    return "/".join(part[:-1] if part.endswith("%") and _is_special(part[:-1]) else part for part in path.split("/"))


def _is_special(part: str) -> bool:
    bare = part.rstrip("%").lower()
    return bare in _ESCAPED or bare.endswith(_ESCAPED_SUFFIXES)


def tree_of(state: State, base: Tree) -> dict[str, Entry]:
    """The tree of a state.

    Args:
        base: the image's own files below the working directory, escaped, so that changes to them read as such.
    """
    tree = dict(base)
    for path in map(escaped, state.gone):
        _take_out(tree, path)
    folders = {parent for path in tree for parent in parents(path)}
    full = {parent for path in state.found for parent in parents(path)}
    lines: list[dict[str, object]] = [{"gone": path} for path in sorted(state.gone)]
    for path, found in sorted(state.found.items()):
        name, entry = escaped(path), found.entry
        untold = entry is not None and tree.get(name) == entry
        if entry is None:
            tree.pop(name, None)
        elif not untold:
            if name in folders:
                _take_out(tree, name)
            for parent in parents(name):
                tree.pop(parent, None)
            tree[name] = entry
        if not found.is_plain or untold or (entry is None and path not in full):
            lines.append(_line(found))
    if lines:
        tree[NOTES] = Entry(FILE, b"".join(_encoded(line) for line in lines))
    return tree


def parents(path: str) -> list[str]:
    """The folders above a path, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _line(found: Found) -> dict[str, object]:
    return {"path": found.path, "kind": found.kind, "mode": oct(found.mode), "uid": found.uid, "gid": found.gid}


def _encoded(line: Mapping[str, object]) -> bytes:
    return json.dumps(line, sort_keys=True).encode("ascii") + b"\n"


def _take_out(tree: dict[str, Entry], path: str) -> None:
    tree.pop(path, None)
    for below in [other for other in tree if other.startswith(path + "/")]:
        del tree[below]


def state_of(tree: Tree, base: Index) -> State:
    """What a tree of `tree_of` says that differs from the image.

    Args:
        base: the index of the image's own files below the working directory.
    """
    notes = [json.loads(line) for line in tree[NOTES].data.splitlines()] if NOTES in tree else []
    told = {str(note["path"]): note for note in notes if "path" in note}
    found: dict[str, Found] = {}
    for name, entry in tree.items():
        path = unescaped(name)
        if name != NOTES and (path in told or base.get(name) != blob_of(entry)):
            found[path] = _found(path, entry, told.get(path))
    for path, note in told.items():
        if note["kind"] == "dir":
            found[path] = Found(path=path, kind="dir", mode=int(note["mode"], 8), uid=note["uid"], gid=note["gid"])
    return State(found=found, gone=tuple(str(note["gone"]) for note in notes if "gone" in note))


def _found(path: str, entry: Entry, note: Mapping[str, object] | None) -> Found:
    if entry.mode == LINK:
        kind, mode = "link", 0o777
    else:
        kind, mode = "file", 0o755 if entry.mode == EXECUTABLE else 0o644
    if note is None:
        return Found(path=path, kind=kind, mode=mode, uid=0, gid=0, data=entry.data)
    return Found(
        path=path,
        kind=kind,
        mode=int(str(note["mode"]), 8),
        uid=int(str(note["uid"])),
        gid=int(str(note["gid"])),
        data=entry.data,
    )


def pack_found(entries: Iterable[Found]) -> bytes:
    """A tar of entries with owners and modes, directories first."""
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape"
    ) as tar:
        for found in sorted(entries, key=lambda one: (one.kind != "dir", one.path)):
            member = tarfile.TarInfo(found.path)
            member.mode, member.uid, member.gid = found.mode, found.uid, found.gid
            if found.kind == "dir":
                member.type = tarfile.DIRTYPE
                tar.addfile(member)
            elif found.kind == "link":
                member.type, member.linkname = tarfile.SYMTYPE, os.fsdecode(found.data)
                tar.addfile(member)
            else:
                member.size = len(found.data)
                tar.addfile(member, io.BytesIO(found.data))
    return buffer.getvalue()


def laid_out(tree: Tree, folder: str, *, mode: int = 0o755) -> list[Found]:
    """Files of ours as root's below a folder; scripts can be run, whatever a checkout made of their mode."""
    found = [Found(path=folder, kind="dir", mode=mode, uid=0, gid=0)]
    for path, entry in tree.items():
        kind = "link" if entry.mode == LINK else "file"
        runs = entry.mode == EXECUTABLE or path.endswith(".sh")
        bits = 0o777 if kind == "link" else 0o755 if runs else 0o644
        found.append(Found(path=f"{folder}/{path}", kind=kind, mode=bits, uid=0, gid=0, data=entry.data))
    return found


def perms(mode: int) -> int:
    """The permission bits of a mode, set-id and sticky bits included."""
    return stat.S_IMODE(mode)


def outermost(paths: Sequence[str]) -> list[str]:
    """Of paths those that lie below no other one, sorted."""
    kept: list[str] = []
    for path in sorted(paths, key=lambda one: one.split("/")):
        if not kept or not path.startswith(kept[-1] + "/"):
            kept.append(path)
    return kept
