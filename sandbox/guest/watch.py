"""What changed in the workspace: one lstat per file, contents only of what changed.

A file counts as changed when its inode, mode, size or ctime is another one; the
agent cannot set a ctime. What was written so shortly before it was read that a
second write might carry the same ctime is read again the next time (git calls
such entries racy). Writes through a shared memory map leave no trace in a
directory in memory; the reading from outside at the end finds them.

Directories are opened one component at a time and never through a link, so a
program of the agent that swaps names about cannot lead the reader elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from typing import Any

import privileges

# Clocks of file systems tick every 1 to 10 ms.
RACY_NS = 20_000_000
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
CONTENT = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK

UNBOUNDED = 1 << 60


class TooMuch(Exception):
    """The workspace is over one of its bounds."""


class Changes:
    """What a look found: (path, git mode, content) of what changed, paths that are gone, sums over all there is."""

    def __init__(self) -> None:
        self.changed: list[tuple[str, str, bytes]] = []
        self.gone: list[str] = []
        self.files = 0
        self.bytes = 0
        self.skipped = 0


class Watch:
    """Knows the state of every file below a folder as of the last look.

    bounds: files, bytes, depth of the whole; changed_bytes that one look reads.
    """

    def __init__(self, root: str, bounds: dict[str, int]) -> None:
        self.root = root
        self.bounds = bounds
        self.known: dict[str, Any] = {}
        self.racy: dict[str, bytes] = {}

    def learn(self) -> Changes:
        """Take everything as it is now for known.

        Raises:
            TooMuch: over a bound, or unreadable.
        """
        self.known, self.racy = {}, {}
        look = Look(self, learning=True)
        with privileges.as_agent():
            look.at_everything()
        return look.finish()

    def look(self) -> Changes:
        """What changed since the last look; nothing is taken for known if it raises.

        Raises:
            TooMuch: over a bound, or unreadable.
        """
        look = Look(self, learning=False)
        with privileges.as_agent():
            look.at_everything()
        return look.finish()

    def look_at(self, paths: list[str]) -> Changes:
        """The same for single files, by their real absolute paths.

        Raises:
            TooMuch: as `look`.
        """
        look = Look(self, learning=False)
        inside = self.root.rstrip("/") + "/"
        with privileges.as_agent():
            for path in paths:
                if path.startswith(inside):
                    look.at_one(path[len(inside) :])
        return look.finish_some()


class Look:
    """One pass over the workspace."""

    def __init__(self, watch: Watch, *, learning: bool) -> None:
        self.watch = watch
        self.learning = learning
        self.changes = Changes()
        self.seen: dict[str, Any] = {}
        self.racy: dict[str, bytes] = {}
        self.left = UNBOUNDED if learning else watch.bounds["changed_bytes"]

    def finish(self) -> Changes:
        self.changes.gone = [path for path in self.watch.known if path not in self.seen]
        self.changes.files = len(self.seen)
        self.watch.known, self.watch.racy = self.seen, self.racy
        return self.changes

    def finish_some(self) -> Changes:
        for path in self.changes.gone:
            self.watch.known.pop(path, None)
            self.watch.racy.pop(path, None)
        self.watch.known.update(self.seen)
        self.watch.racy.update(self.racy)
        return self.changes

    def at_everything(self) -> None:
        bounds = self.watch.bounds
        most_files, most_bytes, seen, known = bounds["files"], bounds["bytes"], self.seen, self.watch.known
        racy = self.watch.racy
        total = folders = 0
        stack = [("", 0)]
        while stack:
            folder, depth = stack.pop()
            folders += 1
            if depth > bounds["depth"]:
                raise TooMuch("nested deeper than %d directories" % bounds["depth"])
            if folders > most_files:
                raise TooMuch("more than %d directories" % most_files)
            prefix = folder + "/" if folder else ""
            fd = self.open_folder(folder)
            try:
                with os.scandir(fd) as entries:
                    for entry in entries:
                        name = entry.name
                        if len(name) == 4 and name.lower() == ".git":
                            continue
                        if entry.is_dir(follow_symlinks=False):
                            stack.append((prefix + name, depth + 1))
                            continue
                        info = _lstat(entry)
                        if info is None:
                            continue
                        mode = info.st_mode
                        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
                            self.changes.skipped += 1
                            continue
                        path = prefix + name
                        key = (info.st_ino, mode, info.st_size, info.st_ctime_ns)
                        seen[path] = key
                        total += info.st_size
                        if known.get(path) != key or path in racy:
                            self.take(fd, name, path, key)
                if len(seen) > most_files:
                    raise TooMuch("more than %d files" % most_files)
                if total > most_bytes:
                    raise TooMuch("more than %d bytes" % most_bytes)
            finally:
                os.close(fd)
        self.changes.bytes = total

    def at_one(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        try:
            fd = self.open_folder(folder)
        except TooMuch:
            self.miss(path)
            return
        try:
            info = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if stat.S_ISREG(info.st_mode) or stat.S_ISLNK(info.st_mode):
                if any(part.lower() == ".git" for part in path.split("/")):
                    return
                key = (info.st_ino, info.st_mode, info.st_size, info.st_ctime_ns)
                self.seen[path] = key
                if self.watch.known.get(path) != key or path in self.watch.racy:
                    self.take(fd, name, path, key)
        except OSError:
            self.miss(path)
        finally:
            os.close(fd)

    def miss(self, path: str) -> None:
        if path in self.watch.known:
            self.changes.gone.append(path)

    def take(self, fd: int, name: str, path: str, key: Any) -> None:
        """Read an entry that is new, changed, or may have changed unseen."""
        now = time.time_ns()
        recent = key[3] > now - RACY_NS
        before = self.watch.racy.get(path)
        if self.learning and not recent:
            return
        if stat.S_ISLNK(key[1]):
            try:
                data = os.fsencode(os.readlink(name, dir_fd=fd))
            except OSError:
                del self.seen[path]
                return
            mode = "120000"
        else:
            content = self.content(fd, name, path)
            if content is None:
                return
            data = content
            mode = "100755" if key[1] & 0o100 else "100644"
        digest = hashlib.blake2b(data, digest_size=16, key=mode.encode()).digest()
        if recent:
            self.racy[path] = digest
        if not self.learning and not (before == digest and self.watch.known.get(path) == key):
            self.changes.changed.append((path, mode, data))

    def content(self, fd: int, name: str, path: str) -> bytes | None:
        """The content of a regular file; None if it is none any more. Corrects what `seen` says of it."""
        try:
            file = open_readable(name, fd)
        except FileNotFoundError:
            del self.seen[path]
            return None
        except OSError as exc:
            raise TooMuch("cannot be read: %s" % exc.strerror) from exc
        try:
            info = os.fstat(file)
            if not stat.S_ISREG(info.st_mode):
                del self.seen[path]
                return None
            self.seen[path] = (info.st_ino, info.st_mode, info.st_size, info.st_ctime_ns)
            # One byte more shows a file that grows while it is read.
            data = read_all(file, min(info.st_size, self.left) + 1)
        finally:
            os.close(file)
        self.left -= len(data)
        if self.left < 0:
            raise TooMuch("more than %d bytes changed at once" % self.watch.bounds["changed_bytes"])
        return data

    def open_folder(self, folder: str) -> int:
        """A directory below the root, no component of which is a link.

        Raises:
            TooMuch: it cannot be opened.
        """
        try:
            fd = os.open(self.watch.root, FOLDER)
            for name in folder.split("/") if folder else ():
                try:
                    below = open_folder(name, fd)
                finally:
                    os.close(fd)
                fd = below
            return fd
        except OSError as exc:
            raise TooMuch("cannot be read: %s" % exc.strerror) from exc


def _lstat(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def open_folder(name: str, fd: int) -> int:
    """A directory in another one. One that its owner has shut is opened for good: what is in it counts, too."""
    try:
        folder = os.open(name, FOLDER, dir_fd=fd)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=fd)
        return os.open(name, FOLDER, dir_fd=fd)
    if os.fstat(folder).st_mode & 0o500 != 0o500:
        os.fchmod(folder, 0o700)
    return folder


def open_readable(name: str, fd: int) -> int:
    """A file for reading. One that its owner has made unreadable is read all the same and left as it was."""
    try:
        return os.open(name, CONTENT, dir_fd=fd)
    except PermissionError:
        mode = stat.S_IMODE(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode)
        os.chmod(name, mode | 0o400, dir_fd=fd)
        try:
            return os.open(name, CONTENT, dir_fd=fd)
        finally:
            os.chmod(name, mode, dir_fd=fd)


def read_all(fd: int, most: int) -> bytes:
    """Everything up to `most` bytes."""
    parts = []
    while most > 0:
        part = os.read(fd, min(most, 1 << 20))
        if not part:
            break
        parts.append(part)
        most -= len(part)
    return b"".join(parts)
