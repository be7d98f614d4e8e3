"""What compilers made, kept under a digest of all that went in: sources, commands, image."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import zlib
from pathlib import Path

from sandbox import paths

FOLDER = "cp-builds"
MOST_BYTES = 1 << 30
_HASH = 32


class BuildCache:
    """Binaries on disk. Several processes may use one folder at a time; what is torn is as good as not there."""

    def __init__(self, folder: Path | None = None, *, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder or paths.cache() / FOLDER
        self.most_bytes = most_bytes

    def get(self, key: str) -> bytes | None:
        """A binary (empty for a program that needs none); None if it has not been built yet."""
        path = self.folder / key
        try:
            kept = path.read_bytes()
            os.utime(path)
            data = zlib.decompress(kept[_HASH:])
        except (OSError, zlib.error):
            return None
        return data if hashlib.sha256(data).digest() == kept[:_HASH] else None

    def put(self, key: str, data: bytes) -> None:
        """Keep a binary. A disk that is full, or not to be written to, costs speed only."""
        path = self.folder / key
        beside = self.folder / f".{key}.{secrets.token_hex(4)}"
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                beside.write_bytes(hashlib.sha256(data).digest() + zlib.compress(data, 1))
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
            self._prune()

    def _prune(self) -> None:
        """Drop what was not used for longest."""
        found = [(path, path.stat()) for path in self.folder.iterdir()]
        total = sum(facts.st_size for _, facts in found)
        for path, facts in sorted(found, key=lambda pair: pair[1].st_mtime):
            if total <= self.most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= facts.st_size
