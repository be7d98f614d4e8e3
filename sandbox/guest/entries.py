"""Opening what lies in the workspace: never through a link, also what its owner has shut, and for reading only.

Modes are changed through a descriptor of the entry itself (as /proc names it), so no
program that swaps names about can have them changed elsewhere.
"""

from __future__ import annotations

import os
import stat

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
CONTENT = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
HANDLE = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


def open_folder(name: str, fd: int | None = None) -> int:
    """A directory (in another one). One that its owner has shut is opened for good: what is in it counts, too.

    Raises:
        OSError: it is gone, or something else.
    """
    try:
        folder = os.open(name, FOLDER, dir_fd=fd)
    except PermissionError:
        handle = os.open(name, HANDLE | os.O_DIRECTORY, dir_fd=fd)
        try:
            os.chmod(_proc(handle), 0o700)
            return os.open(_proc(handle), FOLDER & ~os.O_NOFOLLOW)
        finally:
            os.close(handle)
    if os.fstat(folder).st_mode & 0o500 != 0o500:
        try:
            os.fchmod(folder, 0o700)
        except OSError:
            os.close(folder)
            raise
    return folder


def open_file(name: str, fd: int) -> int | None:
    """A regular file of a directory for reading; None if it is none. One made unreadable is left as it was.

    Raises:
        OSError: it is gone, or cannot be read.
    """
    try:
        file = os.open(name, CONTENT, dir_fd=fd)
    except PermissionError:
        handle = os.open(name, HANDLE, dir_fd=fd)
        try:
            return _opened(handle)
        finally:
            os.close(handle)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        return None
    return file


def _opened(handle: int) -> int | None:
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        return None
    os.chmod(_proc(handle), stat.S_IMODE(mode) | 0o400)
    try:
        return os.open(_proc(handle), CONTENT & ~os.O_NOFOLLOW)
    finally:
        os.chmod(_proc(handle), stat.S_IMODE(mode))


def _proc(fd: int) -> str:
    return "/proc/self/fd/%d" % fd


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
