"""Reading the workspace from outside, through the engine: no process in the container takes part.

The engine sends a tar. Nothing in it is believed: paths that lead out of the tree
end the reading, what is neither file nor link is counted and left out, bytes and
files are bounded while they arrive, and an archive that does not end as archives do
is none: half a tree must not pass for a whole one.
"""

from __future__ import annotations

import io
import os
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import APIError
from requests.exceptions import RequestException, Timeout
from urllib3.exceptions import ReadTimeoutError

from sandbox.env.engine import talking
from sandbox.errors import AgentError, SandboxError
from sandbox.tree import EXECUTABLE, FILE, LINK, Entry, Tree, is_safe

CHUNK = 1 << 20
# Beside contents: headers and padding, for each entry at most so much.
HEADERS = 4096
# The engine leaves out what it cannot reach, silently: paths of more than 4,096 bytes, its own prefix included.
LONGEST_PATH = 3500
# An archive ends with two blocks of zeros.
END = 1024
READINGS = 3
BETWEEN_READINGS = 0.2


class Halved(SandboxError):
    """An archive that is not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A folder of a container. skipped: entries that are neither files nor links."""

    tree: Tree
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is read at most: files (and folders), bytes of content, folders nested in folders."""

    files: int
    bytes: int
    depth: int


def read_folder(client: docker.DockerClient, container: str, path: str, bounds: Bounds) -> Seen:
    """The files below a folder of a container, running, frozen or not yet started.

    What breaks off on its way is asked for again.

    Raises:
        AgentError: it is over the bounds.
        SandboxError: the container is gone, or what came is no such archive.
        EngineGone: the engine does not answer.
    """
    with talking("read a workspace from outside"):
        for left in reversed(range(READINGS)):
            try:
                return _read_once(client, container, path, bounds)
            except (Halved, RequestException) as exc:
                if not left or took_too_long(exc):
                    raise
            except APIError as exc:
                if not (left and exc.is_server_error()):
                    raise SandboxError(f"{path} of a container cannot be read: {exc.explanation}") from exc
            time.sleep(BETWEEN_READINGS)
    raise AssertionError("the last attempt returns or raises")


def took_too_long(exc: Exception) -> bool:
    """Whether an answer stood still: the next would take as long again."""
    return isinstance(exc, Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in exc.args)


def _read_once(client: docker.DockerClient, container: str, path: str, bounds: Bounds) -> Seen:
    parts, _ = client.api.get_archive(container, path, chunk_size=CHUNK)
    # An archive that is left open blocks the container in the engine.
    with closing(parts):
        return read_archive(parts, bounds)


def read_archive(parts: Iterator[bytes], bounds: Bounds) -> Seen:
    """The files in a tar whose paths begin with one folder.

    Raises:
        AgentError: it is over the bounds.
        SandboxError: it is no whole archive, or leads elsewhere.
    """
    stream = _Stream(parts, bounds.bytes + bounds.files * HEADERS)
    found: dict[str, Entry] = {}
    skipped = count = size = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8", errors="surrogateescape") as tar:
            for member in tar:
                count += 1
                size += member.size
                # The first component is the folder itself.
                name = member.name.partition("/")[2]
                _check_bounds(bounds, count, size, name)
                if member.isdir():
                    continue
                entry = _entry(tar, member, found)
                if entry is not None:
                    found[name] = entry
                    # A second name of a file comes without content, and has it all the same.
                    size += len(entry.data) if member.islnk() else 0
                elif not _is_git(name):
                    skipped += 1
            _check_bounds(bounds, count, size, "")
            end = tar.offset
    except tarfile.TarError as exc:
        raise Halved(f"the archive of the workspace is broken: {exc}") from exc
    # What cannot be read as a header passes for the end of the archive with tarfile.
    if not stream.holds_nothing_from(end):
        raise Halved("the archive of the workspace is broken: it breaks off")
    # Only now, as a file outside may have its first name, and so its content, in there.
    tree = {name: entry for name, entry in found.items() if not _is_git(name)}
    for name in tree:
        if not is_safe(name):
            raise SandboxError(f"the archive of the workspace holds the path {name!r}")
    return Seen(tree=tree, skipped=skipped)


def _check_bounds(bounds: Bounds, count: int, size: int, name: str) -> None:
    over = None
    if count > bounds.files:
        over = f"more than {bounds.files} files"
    elif size > bounds.bytes:
        over = f"more than {bounds.bytes} bytes"
    elif name.count("/") > bounds.depth:
        over = f"nested deeper than {bounds.depth} directories"
    elif len(os.fsencode(name)) > LONGEST_PATH:
        over = f"a path of more than {LONGEST_PATH} bytes"
    if over is not None:
        raise AgentError(f"the workspace cannot be kept: {over}")


def _is_git(path: str) -> bool:
    return ".git" in path.lower().split("/")


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo, tree: Tree) -> Entry | None:
    if member.issym():
        return Entry(LINK, os.fsencode(member.linkname))
    if member.islnk():  # a second name of a file that came before
        return tree.get(member.linkname.partition("/")[2])
    if not member.isreg():
        return None
    content = tar.extractfile(member)
    return Entry(EXECUTABLE if member.mode & 0o100 else FILE, content.read() if content is not None else b"")


class _Stream(io.RawIOBase):
    """The engine's parts as a file, of at most so many bytes."""

    def __init__(self, parts: Iterator[bytes], most: int) -> None:
        self._parts = parts
        self._left = most
        self._waiting = b""
        self._taken = 0
        self._last = -1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._waiting:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._left -= len(part)
            if self._left < 0:
                raise AgentError("the workspace cannot be kept: its archive is too large")
            if kept := part.rstrip(b"\0"):
                self._last = self._taken + len(kept) - 1
            self._taken += len(part)
            self._waiting = part
        count = min(len(buffer), len(self._waiting))
        buffer[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count

    def holds_nothing_from(self, position: int) -> bool:
        """Whether only zeros come from there on, and enough of them. Takes all that is left."""
        while self.read(CHUNK):
            pass
        return self._last < position and self._taken >= position + END


@contextmanager
def held_still(client: docker.DockerClient, container: str) -> Iterator[None]:
    """Freeze a container for as long as it is read: what is written meanwhile breaks the archive.

    Raises:
        SandboxError: it does not run, or is frozen already.
        EngineGone: the engine does not answer.
    """
    with talking("freeze a container"):
        turn(client, container, frozen=True)
    try:
        yield
    finally:
        with talking("wake a container"):
            turn(client, container, frozen=False)


def turn(client: docker.DockerClient, container: str, *, frozen: bool) -> None:
    """Freeze or wake a container, once, whatever becomes of the engine's answer.

    Raises:
        docker.errors.APIError, requests.exceptions.RequestException: it is not so; 409 if it does not run, or
            is frozen already.
    """
    change = client.api.pause if frozen else client.api.unpause
    for left in reversed(range(READINGS)):
        try:
            change(container)
            return
        except (APIError, RequestException) as exc:
            if isinstance(exc, APIError) and not exc.is_server_error():
                raise
            if client.api.inspect_container(container)["State"]["Paused"] == frozen:
                return
            if not left or took_too_long(exc):
                raise
