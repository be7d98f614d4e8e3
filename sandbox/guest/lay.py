"""Laying trees of our own making down on disk: whole, or as differences from what is there."""

from __future__ import annotations

import io
import os
import stat

import privileges


def lay(archive: bytes, where: str) -> None:
    """Write a tar below `where`; a file that is there already is replaced."""
    import tarfile  # not above: most who need this module never come here, and it takes long to load

    with tarfile.open(fileobj=io.BytesIO(archive), encoding="utf-8", errors="surrogateescape") as tar:
        for member in tar:
            path = os.path.join(where, member.name)
            make_room(path)
            if member.issym():
                os.symlink(member.linkname, path)
                continue
            content = tar.extractfile(member)
            assert content is not None
            write(path, content.read(), executable=bool(member.mode & 0o100))


def make_room(path: str) -> None:
    """Have the directory of `path`, and nothing at `path` itself."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except IsADirectoryError:
        os.removedirs(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)


def write(path: str, data: bytes, *, executable: bool) -> None:
    """A new file."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    fd = os.open(path, flags, 0o755 if executable else 0o644)
    with os.fdopen(fd, "wb") as handle:
        handle.write(data)


def take_away(paths: list[str], where: str) -> None:
    """Remove files below `where`, and directories in which nothing is left."""
    for path in paths:
        os.unlink(os.path.join(where, path))
    for folder in sorted({os.path.dirname(path) for path in paths} - {""}, key=len, reverse=True):
        while folder:
            try:
                os.rmdir(os.path.join(where, folder))
            except OSError:  # something is left in it
                break
            folder = os.path.dirname(folder)


def copy(here: str, there: str) -> None:
    """Copy the files and links below `here` as this process's own, without `.git`."""
    for folder, folders, names in os.walk(here):
        folders[:] = [name for name in folders if name.lower() != ".git"]
        below = os.path.join(there, os.path.relpath(folder, here))
        os.makedirs(below, exist_ok=True)
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in names + links:
            if name.lower() != ".git":
                _copy_one(os.path.join(folder, name), os.path.normpath(os.path.join(below, name)))


def _copy_one(here: str, there: str) -> None:
    mode = os.lstat(here).st_mode
    if stat.S_ISLNK(mode):
        os.symlink(os.readlink(here), there)
    elif stat.S_ISREG(mode):
        # The image's files are the agent's, and root may not read what only their owner may.
        with privileges.AsAgent(), open(here, "rb") as handle:
            data = handle.read()
        write(there, data, executable=bool(mode & 0o100))
