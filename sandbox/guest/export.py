"""Reading a workspace out, once every process of the agent is dead.

Frames out: one JSON header for each entry, followed by its content in frames of
at most `CHUNK` bytes; at the end {"end": true, ...} with what was left out.

    {"path": "<base64 of the bytes>", "mode": "100644", "size": 12}

Only regular files and symbolic links are sent. Directories are implied, `.git`
components are left out, everything else (sockets, devices, FIFOs) is counted.
Sizes are looked at before a byte is read, so a sparse file of a terabyte costs
one lstat.
"""

from __future__ import annotations

import base64
import os
import stat
import sys
from collections.abc import Iterator
from typing import Any

import privileges
import processes
import wire

CHUNK = 1 << 20


class TooMuch(Exception):
    """The workspace is over one of the bounds of the request."""


def main() -> None:
    """The request: {"op": "export", "workspace": path, "files": n, "bytes": n, "depth": n}."""
    privileges.hide()
    request = wire.read_json(0)
    killed = processes.kill_agent()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            privileges.drop()
            send(os.fsencode(request["workspace"]), request, killed)
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    sys.exit(os.waitstatus_to_exitcode(status) != 0)


def send(root: bytes, bounds: dict[str, Any], killed: int) -> None:
    skipped = 0
    files = total = 0
    try:
        for path, info in walk(root, bounds["depth"]):
            if not (stat.S_ISREG(info.st_mode) or stat.S_ISLNK(info.st_mode)):
                skipped += 1
                continue
            files += 1
            total += info.st_size
            if files > bounds["files"]:
                raise TooMuch("more than %d files" % bounds["files"])
            if total > bounds["bytes"]:
                raise TooMuch("more than %d bytes" % bounds["bytes"])
            send_entry(root, path, info)
    except TooMuch as exc:
        wire.write_json(1, {"end": True, "too_much": str(exc), "skipped": skipped, "killed": killed})
        return
    wire.write_json(1, {"end": True, "too_much": None, "skipped": skipped, "killed": killed})


def walk(root: bytes, depth: int) -> Iterator[tuple[bytes, os.stat_result]]:
    """(path below root, lstat) of all that is no directory.

    Raises:
        TooMuch: nested deeper than `depth`, or longer than the kernel takes as one path.
    """
    stack: list[tuple[bytes, int]] = [(b"", 0)]
    while stack:
        below, level = stack.pop()
        if level > depth:
            raise TooMuch("nested deeper than %d directories" % depth)
        folder = os.path.join(root, below)
        try:
            if os.lstat(folder).st_mode & 0o700 != 0o700:
                os.chmod(folder, 0o700)
            names = os.listdir(folder)
        except OSError as exc:
            raise TooMuch("cannot be read: %s" % exc.strerror) from exc
        for name in sorted(names):
            if name == b".git":
                continue
            path = os.path.join(below, name)
            try:
                info = os.lstat(os.path.join(root, path))
            except OSError as exc:
                raise TooMuch("cannot be read: %s" % exc.strerror) from exc
            if stat.S_ISDIR(info.st_mode):
                stack.append((path, level + 1))
            else:
                yield path, info


def send_entry(root: bytes, path: bytes, info: os.stat_result) -> None:
    where = os.path.join(root, path)
    header = {"path": base64.b64encode(path).decode("ascii")}
    if stat.S_ISLNK(info.st_mode):
        target = os.readlink(where)
        wire.write_json(1, dict(header, mode="120000", size=len(target)))
        wire.write_frame(1, target)
        return
    mode = "100755" if info.st_mode & 0o100 else "100644"
    fd = open_file(where)
    try:
        # The size is the one that was bounded; a file cannot change, its writers are dead.
        wire.write_json(1, dict(header, mode=mode, size=info.st_size))
        left = info.st_size
        while left:
            chunk = os.read(fd, min(CHUNK, left))
            if not chunk:
                raise wire.Torn("a file became shorter while it was read")
            wire.write_frame(1, chunk)
            left -= len(chunk)
    finally:
        os.close(fd)


def open_file(where: bytes) -> int:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        return os.open(where, flags)
    except PermissionError:
        # The owner may always make its own file readable again.
        os.chmod(where, 0o600)
        return os.open(where, flags)
