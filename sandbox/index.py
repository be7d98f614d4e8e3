"""An index: what a tree holds, by mode and hash, quick to change and to name.

Like git's own, it maps paths to a mode and the SHA-1 of the content, without the
content. Hashes are kept for each folder, so that after a change only the folders
above it are hashed again. Copies share folders until one of them changes them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sandbox.tree import MODES, Entry, Tree, is_cache, is_safe

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True, slots=True)
class Blob:
    """One file as git names it: its mode, and the SHA-1 of its content (40 hex digits)."""

    mode: str
    sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What really differs after a change.

    changed: files that are new or have another mode or content. gone: paths of files that were
    there and are not any more, sorted.
    """

    changed: Mapping[str, Entry]
    gone: tuple[str, ...]


def blob_of(entry: Entry) -> Blob:
    """Mode and hash of a file."""
    header = b"blob %d\0" % len(entry.data)
    sha = hashlib.sha1(header, usedforsecurity=False)
    sha.update(entry.data)
    return Blob(entry.mode, sha.hexdigest())


def difference(index: Index, tree: Tree) -> tuple[dict[str, Entry], tuple[str, ...]]:
    """What would have to be applied to an index so that it holds a tree.

    Returns:
        entries of the tree that are not in the index like that; paths of the index, sorted, that
        are not in the tree.
    """
    differing = {path: entry for path, entry in tree.items() if index.get(path) != blob_of(entry)}
    return differing, tuple(sorted(path for path in index if path not in tree))


class Index:
    """Path to mode and hash, with the git tree hashes of the whole."""

    __slots__ = ("_count", "_owner", "_root")

    def __init__(self) -> None:
        self._owner = object()
        self._root = _Folder("", self._owner)
        self._count = 0

    @classmethod
    def of(cls, tree: Tree) -> Index:
        """The index of a tree.

        Raises:
            ValueError: a path is unsafe, or a file and a directory.
        """
        index = cls()
        if len(index.apply(tree, ()).changed) != len(tree):
            raise ValueError("a path is a file and a directory")
        return index

    def copy(self) -> Index:
        """An index with the same content; changes to one are not seen by the other."""
        other = Index()
        other._root, other._count = self._root, self._count
        # From here on neither may change a folder in place.
        self._owner = object()
        return other

    @property
    def raw(self) -> str:
        """The git tree hash of everything (40 hex digits)."""
        return self._named().raw.hex()

    @property
    def source(self) -> str:
        """The git tree hash without caches and what is compiled (40 hex digits)."""
        source = self._named().source
        return EMPTY_TREE if source is None else source.hex()

    def get(self, path: str) -> Blob | None:
        """Mode and hash of a file; None if there is no file of that path."""
        *parents, name = path.split("/")
        folder = self._root
        for part in parents:
            child = folder.folders.get(part)
            if child is None:
                return None
            folder = child
        row = folder.files.get(name)
        return None if row is None else row.blob

    def __contains__(self, path: str) -> bool:
        return self.get(path) is not None

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        """The paths of all files, in no particular order."""
        return (path for path, _ in self._root.walk(""))

    def items(self) -> Iterator[tuple[str, Blob]]:
        """Paths with mode and hash, in no particular order."""
        return self._root.walk("")

    def apply(self, changed: Mapping[str, Entry], gone: Iterable[str]) -> Delta:
        """Take files away, then put files in.

        A file that is put where a folder is replaces all below it; one that is put below a
        file replaces that. What goes by that is in the delta, too. Paths in `gone` that are no
        files here are passed over.

        Raises:
            ValueError: a path is unsafe or a mode unknown. Nothing has changed then.
        """
        rows = {path: _row(path, entry) for path, entry in changed.items()}
        before: dict[str, Blob | None] = {}
        for path in gone:
            self._remove(path, before)
        for path, row in rows.items():
            self._put(path, row, before)
        now = {path: self.get(path) for path in before}
        differing = [path for path, blob in now.items() if blob != before[path]]
        self._count += sum((now[path] is not None) - (before[path] is not None) for path in differing)
        return Delta(
            changed={path: changed[path] for path in differing if now[path] is not None},
            gone=tuple(sorted(path for path in differing if now[path] is None)),
        )

    def _put(self, path: str, row: _Row, before: dict[str, Blob | None]) -> None:
        old = self.get(path)
        if old == row.blob:
            return
        before.setdefault(path, old)
        *parents, name = path.split("/")
        folder = self._open_root()
        for depth, part in enumerate(parents, 1):
            in_the_way = folder.files.pop(part, None)
            if in_the_way is not None:
                before.setdefault("/".join(parents[:depth]), in_the_way.blob)
            folder = folder.open(part, self._owner)
        below = folder.folders.pop(name, None)
        if below is not None:
            for lost, blob in below.walk(f"{path}/"):
                before.setdefault(lost, blob)
        folder.files[name] = row

    def _remove(self, path: str, before: dict[str, Blob | None]) -> None:
        old = self.get(path)
        if old is None:
            return
        before.setdefault(path, old)
        *parents, name = path.split("/")
        trail = [self._open_root()]
        for part in parents:
            trail.append(trail[-1].open(part, self._owner))
        del trail[-1].files[name]
        # Folders exist in git only as long as something is in them.
        for part in reversed(parents):
            folder = trail.pop()
            if folder.files or folder.folders:
                break
            del trail[-1].folders[part]

    def _open_root(self) -> _Folder:
        self._root = self._root.opened(self._owner)
        return self._root

    def _named(self) -> _Names:
        # A list, not recursion: nothing else bounds how deep an agent nests folders.
        unnamed = [self._root] if self._root.names is None else []
        for folder in unnamed:
            unnamed.extend(child for child in folder.folders.values() if child.names is None)
        for folder in reversed(unnamed):
            folder.name_it()
        assert self._root.names is not None
        return self._root.names


@dataclass(frozen=True, slots=True)
class _Row:
    """A file's row in its folder's tree object. key: what rows are sorted by."""

    blob: Blob
    key: bytes
    row: bytes
    is_cache: bool


@dataclass(frozen=True, slots=True)
class _Names:
    """Hashes of a folder: of everything, and of what is source (None: nothing is)."""

    raw: bytes
    source: bytes | None


class _Folder:
    """A folder that has one owner, which may change it in place, and maybe many readers."""

    __slots__ = ("files", "folders", "head", "is_cache", "key", "names", "owner")

    def __init__(self, name: str, owner: object) -> None:
        encoded = os.fsencode(name)
        self.owner = owner
        self.key = encoded + b"/"
        self.head = b"40000 " + encoded + b"\0"
        self.is_cache = is_cache(name)
        self.files: dict[str, _Row] = {}
        self.folders: dict[str, _Folder] = {}
        self.names: _Names | None = None

    def opened(self, owner: object) -> _Folder:
        """This folder, or a copy of it, to be changed by an owner."""
        if self.owner is owner:
            self.names = None
            return self
        other = _Folder.__new__(_Folder)
        other.owner, other.key, other.head, other.is_cache = owner, self.key, self.head, self.is_cache
        other.files, other.folders, other.names = self.files.copy(), self.folders.copy(), None
        return other

    def open(self, name: str, owner: object) -> _Folder:
        """The folder of that name in this one, made if need be, to be changed by an owner."""
        child = self.folders.get(name)
        child = _Folder(name, owner) if child is None else child.opened(owner)
        self.folders[name] = child
        return child

    def walk(self, prefix: str) -> Iterator[tuple[str, Blob]]:
        """All files below, with a prefix before their paths."""
        todo = [(prefix, self)]
        while todo:
            start, folder = todo.pop()
            yield from ((start + name, row.blob) for name, row in folder.files.items())
            todo.extend((f"{start}{name}/", child) for name, child in folder.folders.items())

    def name_it(self) -> None:
        """Hash this folder, all folders in it being hashed."""
        raw = [(row.key, row.row) for row in self.files.values()]
        source = [(row.key, row.row) for row in self.files.values() if not row.is_cache]
        for folder in self.folders.values():
            assert folder.names is not None
            raw.append((folder.key, folder.head + folder.names.raw))
            if not folder.is_cache and folder.names.source is not None:
                source.append((folder.key, folder.head + folder.names.source))
        name = _tree_sha(raw)
        self.names = _Names(name, name if source == raw else _tree_sha(source) if source else None)


def _tree_sha(rows: list[tuple[bytes, bytes]]) -> bytes:
    body = b"".join([row for _, row in sorted(rows)])
    return hashlib.sha1(b"tree %d\0" % len(body) + body, usedforsecurity=False).digest()


def _row(path: str, entry: Entry) -> _Row:
    if not is_safe(path):
        raise ValueError(f"the path {path!r} is not safe")
    if entry.mode not in MODES:
        raise ValueError(f"{path!r} has the unknown mode {entry.mode!r}")
    os.fsencode(path)
    name = path.rpartition("/")[2]
    key = os.fsencode(name)
    blob = blob_of(entry)
    return _Row(blob, key, entry.mode.encode() + b" " + key + b"\0" + bytes.fromhex(blob.sha), is_cache(name))
