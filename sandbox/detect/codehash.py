"""The identity of a tree by its code: Python without comments and formatting, everything else byte by byte.

Source: docs/design/oscillation.md. Two trees with one hash behave alike, as far as code does not
look at its own text.
"""

from __future__ import annotations

import ast
import hashlib
import warnings

from sandbox import parsing
from sandbox.tree import LINK, Tree

# What is longer is taken byte by byte, in a file and in a tree: it is generated, or meant to keep us busy.
LONGEST = 512 * 1024
MOST_BYTES = 8 * 1024 * 1024
# Trees of one trial differ in few files. A digest to a digest: contents are not kept.
MOST_KNOWN = 50_000

# What is odd about a candidate's code is not for whoever runs Roadtest; this is what it is called while it is read.
warnings.filterwarnings("ignore", module="<unknown>")

_known: dict[bytes, bytes | None] = {}


def read_code(tree: Tree) -> tuple[str, tuple[str, ...]]:
    """SHA-256 over paths, modes and code of a tree; and the paths of its Python files that are no Python."""
    total = hashlib.sha256()
    odd = []
    left = MOST_BYTES
    for path in sorted(tree):
        entry = tree[path]
        digest, code = hashlib.sha256(entry.data).digest(), None
        if path.endswith(".py") and entry.mode != LINK and len(entry.data) <= min(LONGEST, left):
            left -= len(entry.data)
            code = _code_of(entry.data, digest)
            if code is None:
                odd.append(path.encode("utf-8", "replace").decode())
        name = path.encode("utf-8", "surrogateescape")
        total.update(b"%d %s %d " % (len(name), entry.mode.encode(), code is not None) + name + (code or digest))
    return total.hexdigest(), tuple(odd)


def _code_of(data: bytes, digest: bytes) -> bytes | None:
    """A digest of the syntax tree; None for what is no Python, or cannot be read as such."""
    if digest not in _known:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[digest] = _read(data)
    return _known.get(digest)


def _read(data: bytes) -> bytes | None:
    try:
        dumped = ast.dump(parsing.module(data))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return hashlib.sha256(dumped.encode("utf-8", "surrogatepass")).digest()
