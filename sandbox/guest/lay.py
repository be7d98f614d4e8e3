"""Laying a tree of our own making down on disk."""

from __future__ import annotations

import io
import os
import tarfile


def lay(archive: bytes, where: str) -> None:
    """Write a tar below `where`; nothing that is there already is replaced."""
    with tarfile.open(fileobj=io.BytesIO(archive), encoding="utf-8", errors="surrogateescape") as tar:
        for member in tar:
            path = os.path.join(where, member.name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if member.issym():
                os.symlink(member.linkname, path)
                continue
            content = tar.extractfile(member)
            assert content is not None
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            fd = os.open(path, flags, 0o755 if member.mode & 0o100 else 0o644)
            with os.fdopen(fd, "wb") as handle:
                handle.write(content.read())
