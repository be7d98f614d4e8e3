"""What the file tools share: paths as given, regular files only, no waiting."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

import toolrun

MOST = 64 * 1024 * 1024


def checked(path: str) -> str:
    if not path or "\0" in path:
        raise toolrun.Refused("not a path: %r" % path)
    return path


def encoded(text: str) -> bytes:
    """UTF-8; a lone surrogate, which JSON can carry and UTF-8 cannot, is refused."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as exc:
        raise toolrun.Refused("the text holds a lone surrogate at character %d" % exc.start) from exc


def open_regular(path: str) -> BinaryIO:
    """A regular file for reading. A FIFO, a socket or a device is refused, not waited for."""
    fd = os.open(checked(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    return os.fdopen(_regular(fd, path), "rb")


def replace_content(path: str, data: bytes) -> None:
    """Write in place, so that mode, links and owner stay as they are."""
    toolrun.touch(path)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    with os.fdopen(_regular(fd, path), "wb") as handle:
        if os.fstat(fd).st_dev == os.stat("/proc").st_dev:
            raise toolrun.Refused("%s: not a file to write to" % path)
        handle.truncate(0)
        handle.write(data)


def _regular(fd: int, path: str) -> int:
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        what = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
        raise toolrun.Refused("%s: %s" % (path, what))
    return fd
