"""What changed in the workspace: one lstat per file, contents only of what changed.

A file counts as changed when its inode, mode, size or ctime is another one; the
agent cannot set a ctime. What was written so shortly before it was read that a
second write might carry the same ctime is read again the next time (git calls
such entries racy). Writes through a shared memory map leave no trace in a
directory in memory; the reading from outside at the end finds them.

Directories are opened one component at a time and never through a link, so a
program of the agent that swaps names about cannot lead the reader elsewhere.
What is gone, or something else, by the time it is opened is left for the next look.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from typing import Any

import entries
import privileges

try:  # without all else that hashlib loads
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

# Clocks of file systems tick every 1 to 10 ms.
RACY_NS = 20_000_000
# The engine reads no path of more than 4,096 bytes, and its own prefix counts.
LONGEST_PATH = 3500
SWAPPED = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)

# What stands for the content of a racy file that was not read: it is like no other.
UNREAD = b""


class TooMuch(Exception):
    """The workspace is over one of its bounds, or cannot be read."""


class Changes:
    """What a look found: (path, git mode, content) of what changed, paths that are gone, sums over all there is.

    unread: more changed than one look reads, so contents are missing, and `changed` is empty.
    """

    def __init__(self) -> None:
        self.changed: list[tuple[str, str, bytes]] = []
        self.gone: list[str] = []
        self.files = 0
        self.bytes = 0
        self.skipped = 0
        self.unread = False


class Watch:
    """Knows the state of every file below a folder as of the last look.

    bounds: files, bytes, depth of the whole; changed_bytes that one look reads.
    """

    def __init__(self, root: str, bounds: dict[str, int]) -> None:
        self.root = root
        self.bounds = bounds
        self.known: dict[str, Any] = {}
        self.racy: dict[str, bytes] = {}
        self.behind = False

    def learn(self) -> Changes:
        """Take everything as it is now for known.

        Raises:
            TooMuch: over a bound, or unreadable.
        """
        self.known, self.racy = {}, {}
        return self._look(learning=True)

    def look(self) -> Changes:
        """What changed since the last look; nothing is taken for known if it raises.

        Raises:
            TooMuch: over a bound, or unreadable.
        """
        return self._look(learning=False)

    def look_at(self, paths: list[str]) -> Changes:
        """The same for single files, by their real absolute paths.

        Raises:
            TooMuch: as `look`.
        """
        look = Look(self, learning=False)
        inside = self.root.rstrip("/") + "/"
        with privileges.AsAgent():
            alone = all(look.at_one(path[len(inside) :]) for path in paths if path.startswith(inside))
        # Its other names have changed, too; and after a look that failed nobody knows what else has.
        return look.finish_some() if alone and not self.behind else self.look()

    def _look(self, *, learning: bool) -> Changes:
        self.behind = True
        look = Look(self, learning=learning)
        with privileges.AsAgent():
            try:
                look.at_everything()
            except OSError as exc:
                raise TooMuch("cannot be read: %s" % exc.strerror) from exc
        self.behind = False
        return look.finish()


class Look:
    """One pass over the workspace."""

    def __init__(self, watch: Watch, *, learning: bool) -> None:
        self.watch = watch
        self.learning = learning
        self.changes = Changes()
        self.seen: dict[str, Any] = {}
        self.racy: dict[str, bytes] = {}
        self.left = watch.bounds["changed_bytes"]

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
        for path in self.seen:
            self.watch.racy.pop(path, None)
        self.watch.racy.update(self.racy)
        return self.changes

    def at_everything(self) -> None:
        bounds = self.watch.bounds
        stack = [("", 0)]
        folders = 0
        while stack:
            folder, depth = stack.pop()
            folders += 1
            if depth > bounds["depth"]:
                raise TooMuch("nested deeper than %d directories" % bounds["depth"])
            if folders > bounds["files"]:
                raise TooMuch("more than %d directories" % bounds["files"])
            if len(os.fsencode(folder)) > LONGEST_PATH:
                raise TooMuch("a path of more than %d bytes" % LONGEST_PATH)
            fd = self.open_folder(folder)
            if fd is None:
                continue
            try:
                self.at_folder(fd, folder + "/" if folder else "", stack, depth + 1)
            finally:
                os.close(fd)

    def at_folder(self, fd: int, prefix: str, stack: list[tuple[str, int]], depth: int) -> None:
        """Look at what is in one directory; directories in it go on the stack."""
        bounds, seen, known, racy = self.watch.bounds, self.seen, self.watch.known, self.watch.racy
        total = self.changes.bytes
        with os.scandir(fd) as found:
            for entry in found:
                name = entry.name
                if len(name) == 4 and name.lower() == ".git":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    stack.append((prefix + name, depth))
                    continue
                try:
                    info = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
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
        self.changes.bytes = total
        if len(seen) > bounds["files"]:
            raise TooMuch("more than %d files" % bounds["files"])
        if total > bounds["bytes"]:
            raise TooMuch("more than %d bytes" % bounds["bytes"])

    def at_one(self, path: str) -> bool:
        """Look at one file; False if that does not say all that has changed by it."""
        folder, _, name = path.rpartition("/")
        if any(part.lower() == ".git" for part in path.split("/")):
            return False
        try:
            fd = self.open_folder(folder)
        except OSError:
            return False
        if fd is None:
            self.miss(path)
            return True
        try:
            info = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if not (stat.S_ISREG(info.st_mode) or stat.S_ISLNK(info.st_mode)) or info.st_nlink > 1:
                return False
            key = (info.st_ino, info.st_mode, info.st_size, info.st_ctime_ns)
            self.seen[path] = key
            if self.watch.known.get(path) != key or path in self.watch.racy:
                self.take(fd, name, path, key)
        except OSError as exc:
            if exc.errno not in SWAPPED:
                return False
        finally:
            os.close(fd)
        if path not in self.seen:
            self.miss(path)
        return not self.changes.unread

    def miss(self, path: str) -> None:
        if path in self.watch.known:
            self.changes.gone.append(path)

    def take(self, fd: int, name: str, path: str, key: Any) -> None:
        """Read an entry that is new, changed, or may have changed unseen."""
        # Before the reading: what is written after it has a later ctime, or counts as racy.
        now = time.time_ns()
        if self.learning and key[3] <= now - RACY_NS:
            return
        before = self.watch.racy.get(path)
        data = self.read(fd, name, path, key)
        if path not in self.seen:
            return
        bits = self.seen[path][1]
        mode = "120000" if stat.S_ISLNK(bits) else "100755" if bits & 0o100 else "100644"
        digest = UNREAD if data is None else blake2b(data, digest_size=16, key=mode.encode()).digest()
        if self.seen[path][3] > now - RACY_NS:
            self.racy[path] = digest
        if self.learning or data is None or (before == digest and self.watch.known.get(path) == key):
            return
        self.changes.changed.append((path, mode, data))

    def read(self, fd: int, name: str, path: str, key: Any) -> bytes | None:
        """What an entry holds; None if that is not read. Corrects what `seen` says of it."""
        if self.changes.unread:
            return None
        try:
            data = os.fsencode(os.readlink(name, dir_fd=fd)) if stat.S_ISLNK(key[1]) else self.content(fd, name, path)
        except OSError as exc:
            if exc.errno not in (*SWAPPED, errno.EINVAL):
                raise
            del self.seen[path]
            return None
        self.left -= len(data)
        if self.left >= 0:
            return data
        self.changes.unread = True
        self.changes.changed.clear()
        return None

    def content(self, fd: int, name: str, path: str) -> bytes:
        """The content of a regular file, of one that is too large only so much that it shows.

        Raises:
            OSError: it is gone, or something else.
        """
        file = entries.open_file(name, fd)
        if file is None:
            raise FileNotFoundError(errno.ENOENT, "not a regular file any more")
        try:
            info = os.fstat(file)
            self.seen[path] = (info.st_ino, info.st_mode, info.st_size, info.st_ctime_ns)
            # One byte more shows a file that grows while it is read.
            return entries.read_all(file, min(info.st_size, self.left) + 1)
        finally:
            os.close(file)

    def open_folder(self, folder: str) -> int | None:
        """A directory below the root, no component of which is a link; None if it is gone, or something else.

        Raises:
            OSError: it cannot be opened.
        """
        fd = entries.open_folder(self.watch.root)
        for name in folder.split("/") if folder else ():
            try:
                below = entries.open_folder(name, fd)
            except OSError as exc:
                if exc.errno in SWAPPED:
                    return None
                raise
            finally:
                os.close(fd)
            fd = below
        return fd
