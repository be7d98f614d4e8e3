"""Looking for strings in all that a container holds, as root: files, archives, git objects.

Frames in:  {"needles": [text as Latin-1], "known": [files as `seen` names them] or null}
Frames out: {"found": {place: [needles]}, "seen": [names, where nothing is looked for], "files": n, "unread": [paths]}

`known` is what an image below holds already: the same path, size and time of change. That is of
no task, and is passed over.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import wire

# What is no file, and what the harness itself mounts.
ELSEWHERE = ("/proc", "/sys", "/dev")
MOST_BYTES = 512 * 1024 * 1024
DEEPEST = 3
MOST_UNREAD = 20
OF_OBJECTS = re.compile(b"pack|[0-9a-f]{2}")


def main() -> None:
    answer_to = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    request = wire.read_json(0)
    os.dup2(null, 0)
    wire.write_json(answer_to, answered(request))


def answered(request: dict[str, Any]) -> dict[str, Any]:
    needles = [needle.encode("latin-1") for needle in request["needles"]]
    known = frozenset(request["known"] or ())
    found: dict[str, list[str]] = {}
    unread: list[str] = []
    names: list[str] = []
    files = 0

    def look(place: str, data: bytes) -> None:
        for inner, text in unpacked(place, data, 0):
            hits = [needle.decode("latin-1") for needle in needles if needle in text]
            if hits:
                found.setdefault(inner, []).extend(hit for hit in hits if hit not in found.get(inner, ()))

    repositories: list[bytes] = []
    for path, status in walk(repositories):
        shown = path.decode("utf-8", "replace")
        name = "%s %d %d" % (shown, status.st_size, status.st_mtime_ns)
        if not needles:
            names.append(name)
        elif name not in known:
            files += 1
            try:
                data = os.fsencode(os.readlink(path)) if stat.S_ISLNK(status.st_mode) else read(path, status)
            except OSError:
                unread.append(shown)
                continue
            look(shown, path + b"\n" + data)
    for folder in repositories if needles else ():
        search_objects(folder, look, unread)
    return {"found": found, "seen": names, "files": files, "unread": unread[:MOST_UNREAD]}


def walk(repositories: list[bytes]) -> Iterator[tuple[bytes, os.stat_result]]:
    """Every file and link. Folders of git's objects are noted, be what is around them a repository or not."""
    for here, folders, names in os.walk(b"/"):
        folders[:] = [name for name in folders if os.path.join(here, name).decode("latin-1") not in ELSEWHERE]
        if os.path.basename(here) == b"objects" and any(OF_OBJECTS.fullmatch(name) for name in folders):
            repositories.append(here)
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]
        for name in names + links:
            path = os.path.join(here, name)
            try:
                status = os.lstat(path)
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
                yield path, status


def read(path: bytes, status: os.stat_result) -> bytes:
    """The beginning of a file; root here may not read what is others' alone, so its owner does."""
    try:
        with open(path, "rb") as stream:
            return stream.read(MOST_BYTES)
    except PermissionError:
        os.setegid(status.st_gid)
        os.seteuid(status.st_uid)
        try:
            with open(path, "rb") as stream:
                return stream.read(MOST_BYTES)
        finally:
            os.seteuid(0)
            os.setegid(0)


def unpacked(place: str, data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    """What is given, and what is packed in it."""
    yield place, data
    if depth >= DEEPEST:
        return
    start = data.find(b"\n") + 1 if depth == 0 else 0
    packed = data[start:]
    try:
        for name, inner in members(packed):
            yield from unpacked("%s, in %s" % (place, name) if name else place, inner, depth + 1)
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, lzma.LZMAError, zipfile.BadZipFile):
        pass
    except tarfile.TarError:
        pass


def members(packed: bytes) -> Iterator[tuple[str, bytes]]:
    if packed[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for info in archive.infolist():
                with archive.open(info) as stream:
                    yield info.filename, info.filename.encode("utf-8", "replace") + b"\n" + stream.read(MOST_BYTES)
        return
    for magic, opened in ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open)):
        if packed.startswith(magic):
            with opened(io.BytesIO(packed)) as stream:
                yield "", stream.read(MOST_BYTES)


def search_objects(folder: bytes, look: Callable[[str, bytes], None], unread: list[str]) -> None:
    """Every object, packed or loose, whether anything leads to it or not."""
    shown = os.path.dirname(folder).decode("utf-8", "replace")
    command = ["git", "cat-file", "--batch-all-objects", "--batch", "--unordered"]
    with tempfile.TemporaryDirectory() as ours:
        os.mkdir(os.path.join(ours, "refs"))
        os.mkdir(os.path.join(ours, "objects"))
        with open(os.path.join(ours, "HEAD"), "w") as head:
            head.write("ref: refs/heads/main\n")
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_DIR": ours}
        environment = {**os.environ, **settings, "GIT_OBJECT_DIRECTORY": os.fsdecode(folder)}
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        except OSError:
            unread.append("the git objects of " + shown)
            return
    if done.returncode:
        unread.append("the git objects of " + shown)
    look("the git objects of " + shown, b"\n" + done.stdout)
