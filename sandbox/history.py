"""The history of a workspace: each state a commit, in a repository of our own.

RUN/bases/NAME.git              the untouched workspace of one image
RUN/trials/.../N/history.git    one trial; borrows the objects of its base

Branch `main` holds the source trees, and is what a person wants to read with
`git -C history.git log -p`; branch `raw` holds everything, caches too.
"""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import HarnessError, boundary
from sandbox.history_stream import (
    MAIN,
    RAW,
    Commit,
    Importer,
    blob_stream,
    lay_out,
    message,
    present,
    read_ref,
    write_ref,
)
from sandbox.index import Blob, Delta, Index
from sandbox.tree import Entry, Tree, is_cache

# What the history of one trial may take, in bytes given to git (before compression).
MOST_BYTES = 1 << 30
MOST_PATHS = 50
UNCHANGED = "(nothing changed)"
LONGEST_BEFORE = 72 - len(UNCHANGED) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The untouched workspace of an image, as a repository. To be shared between trials."""

    path: Path
    index: Index
    source_commit: str
    raw_commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One saved state.

    raw, source: tree hashes with and without caches. commit, raw_commit: its commits on `main` and
    `raw`; None if it is not in the history (`History.stopped` says why). changed, gone: how many
    files. paths: the first of them, sorted. bytes: what was given to git.
    """

    raw: str
    source: str
    commit: str | None
    raw_commit: str | None
    changed: int
    gone: int
    paths: tuple[str, ...]
    bytes: int


def make_base(folder: Path, tree: Tree, *, title: str) -> Base:
    """The repository of a workspace that nobody has touched; one that is there already is kept.

    Equal trees and titles give equal commits, so that what borrows from a base goes on to hold if
    it is made again. Not to be called for one folder twice at a time.

    Raises:
        HarnessError: it cannot be written, or git does not make of it what we do.
        ValueError: a path is unsafe, or a file and a directory.
    """
    index = Index.of(tree)
    blobs = dict(index.items())
    source, raw = _pair(
        trees=(index.source, index.raw),
        parents=(None, None),
        text=message(title, {}),
        at=0,
        changed={path: blobs[path] for path in sorted(tree)},
        gone=(),
    )
    base = Base(path=folder, index=index, source_commit=source.sha, raw_commit=raw.sha)
    if not _is_made(base):
        with boundary(HarnessError, f"write to {folder}"):
            lay_out(folder)
        _import_base(folder, tree, (source, raw))
        if not _is_made(base):
            raise HarnessError(f"{folder}: git names the workspace otherwise than we do")
    return base


def _import_base(folder: Path, tree: Tree, commits: tuple[Commit, Commit]) -> None:
    # There is nothing alike to make deltas of, and looking for it takes most of the time.
    importer = Importer(folder, "--force", "--depth=0")
    broken: str | None = None
    try:
        for entry in tree.values():
            importer.send(blob_stream(entry), len(entry.data))
        for commit in commits:
            importer.send([commit.stream()], 0)
    except OSError as exc:
        broken = f"git is gone ({exc.strerror})"
    finally:
        reason = importer.finish()
    if reason or broken:
        raise HarnessError(f"could not write {folder}: {reason or broken}")


def _is_made(base: Base) -> bool:
    if (read_ref(base.path, MAIN), read_ref(base.path, RAW)) != (base.source_commit, base.raw_commit):
        return False
    return all(present(base.path, (base.source_commit, base.raw_commit)))


class History:
    """The history of one trial, open for writing. Nothing in here is for two threads at once.

    index: what the workspace holds now. stopped: why states are no longer kept, in words; None as
    long as they are. Tree hashes are right in either case: a trial outlives its history.
    """

    def __init__(self, folder: Path, base: Base, most_bytes: int) -> None:
        """Use `History.start`."""
        self.folder = folder
        self.index = base.index.copy()
        self.stopped: str | None = None
        self._commits = [(base.source_commit, base.raw_commit)]
        self._sent: set[str] = set()
        self._bytes = 0
        self._most_bytes = most_bytes
        self._is_clean = True
        self._importer: Importer | None = Importer(folder)

    @classmethod
    def start(cls, folder: Path, base: Base, *, most_bytes: int = MOST_BYTES) -> History:
        """Begin a history where a base ends.

        Args:
            folder: where it goes (…/history.git); made here. It and the base may be moved together.

        Raises:
            HarnessError: it cannot be written, or git cannot be started.
        """
        with boundary(HarnessError, f"write to {folder}"):
            lay_out(folder, alternate=base.path)
            write_ref(folder, MAIN, base.source_commit)
            write_ref(folder, RAW, base.raw_commit)
        return cls(folder, base, most_bytes)

    @property
    def pid(self) -> int | None:
        """The process id of the git that writes; None if there is none any more."""
        return None if self._importer is None else self._importer.pid

    def save(
        self, changed: Mapping[str, Entry], gone: Iterable[str], *, title: str, notes: Mapping[str, str], at: float
    ) -> Saved:
        """Keep the state that the workspace is in after a change.

        Args:
            changed, gone: as for `Index.apply`.
            title, notes: of the commit, any text; a title says so where nothing changed.
            at: unix time, seconds.

        Raises:
            ValueError: a path is unsafe or a mode unknown. Failures of git do not raise.
        """
        delta = self.index.apply(changed, gone)
        before = self._bytes
        changes = delta.changed or delta.gone
        # What was refused would look like what was done.
        subject = title if changes else f"{title[:LONGEST_BEFORE]} {UNCHANGED}"
        pair = self._keep(delta, message(subject, notes), max(0, int(at)))
        return Saved(
            raw=self.index.raw,
            source=self.index.source,
            commit=pair[0] if pair else None,
            raw_commit=pair[1] if pair else None,
            changed=len(delta.changed),
            gone=len(delta.gone),
            paths=tuple(heapq.nsmallest(MOST_PATHS, [*delta.changed, *delta.gone])),
            bytes=self._bytes - before,
        )

    def _keep(self, delta: Delta, text: bytes, at: int) -> tuple[str, str] | None:
        """Write a state; its two commits, or None if it is not kept."""
        if self._importer is None:
            return None
        pair = _pair(
            trees=(self.index.source, self.index.raw),
            parents=self._commits[-1],
            text=text,
            at=at,
            changed={path: blob for path in delta.changed if (blob := self.index.get(path))},
            gone=delta.gone,
            continues=len(self._commits) > 1,
        )
        parts = [*self._new_blobs(delta, pair[1]), pair[0].stream(), pair[1].stream()]
        size = sum(map(len, parts))
        if self._bytes + size > self._most_bytes:
            self._end(f"more than {self._most_bytes} bytes would be kept")
            return None
        if not self._is_clean and not self._importer.takes_whole(size):
            # Should we be killed while this is being written, what came before is to be readable.
            parts.insert(0, b"checkpoint\n\n")
        try:
            self._importer.send(parts, size)
        except OSError as exc:
            self._end(f"git is gone ({exc.strerror})")
            return None
        self._is_clean = False
        self._bytes += size
        self._sent.update(sha for _, sha in pair[1].changed.values())
        self._commits.append((pair[0].sha, pair[1].sha))
        return self._commits[-1]

    def _new_blobs(self, delta: Delta, raw: Commit) -> list[bytes]:
        new = {sha: path for path, (_, sha) in raw.changed.items() if sha not in self._sent}
        return [part for path in new.values() for part in blob_stream(delta.changed[path])]

    def close(self) -> None:
        """End git, and see whether what it made is what we said. May be called again."""
        self._end(None)

    def _end(self, why: str | None) -> None:
        importer, self._importer = self._importer, None
        if importer is None:
            return
        failed = importer.finish()
        self.stopped = failed or why
        if (read_ref(self.folder, MAIN), read_ref(self.folder, RAW)) == self._commits[-1]:
            return
        self.stopped = failed or why or "git names the last state otherwise than we do"
        self._recover()

    def _recover(self) -> None:
        """Set the branches to the last state that is there; a git that fails leaves them behind."""
        there = present(self.folder, [commit for pair in self._commits for commit in pair])
        kept = [pair for pair, *both in zip(self._commits, there[::2], there[1::2], strict=True) if all(both)]
        if kept:
            self.stopped = f"{self.stopped}; {_of_states(len(kept) - 1, len(self._commits) - 1)} kept"
            with contextlib.suppress(OSError):
                write_ref(self.folder, MAIN, kept[-1][0])
                write_ref(self.folder, RAW, kept[-1][1])


def _of_states(kept: int, every: int) -> str:
    return f"{kept} of {every} {'state' if every == 1 else 'states'} {'is' if kept == 1 else 'are'}"


def _pair(
    *,
    trees: tuple[str, str],
    parents: tuple[str, str] | tuple[None, None],
    text: bytes,
    at: int,
    changed: Mapping[str, Blob],
    gone: Iterable[str],
    continues: bool = False,
) -> tuple[Commit, Commit]:
    """The commits of one state on `main` and on `raw`."""
    everything = {path: (blob.mode, blob.sha) for path, blob in changed.items()}
    lost = tuple(gone)
    raw = Commit(
        branch=RAW,
        tree=trees[1],
        parent=parents[1],
        message=text,
        at=at,
        changed=everything,
        gone=lost,
        continues=continues,
    )
    source = Commit(
        branch=MAIN,
        tree=trees[0],
        parent=parents[0],
        message=text,
        at=at,
        changed={path: named for path, named in everything.items() if not is_cache(path)},
        gone=tuple(path for path in lost if not is_cache(path)),
        continues=continues,
    )
    return source, raw
