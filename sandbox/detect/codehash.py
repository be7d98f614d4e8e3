"""The identity of a tree by its code: Python without comments and formatting, everything else byte by byte.

Source: docs/design/oscillation.md. Two trees with one hash behave alike, as far as code does not
look at its own text.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from functools import lru_cache

from sandbox.tree import Tree

# What is longer is taken byte by byte: it is generated, or meant to keep us busy.
LONGEST = 1 << 20

# What is odd about a candidate's code is not for whoever runs Roadtest; this is what it is called while it is read.
warnings.filterwarnings("ignore", module="<unknown>")


def code_hash(tree: Tree) -> str:
    """SHA-256 over paths, modes and code."""
    total = hashlib.sha256()
    for path in sorted(tree):
        entry = tree[path]
        code = _code_of(entry.data) if path.endswith(".py") else None
        name = path.encode("utf-8", "surrogateescape")
        total.update(b"%d %s %d " % (len(name), entry.mode.encode(), code is not None) + name)
        total.update(code if code is not None else _bytes_of(entry.data))
    return total.hexdigest()


def _bytes_of(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# Trees of one trial differ in few files.
@lru_cache(maxsize=8192)
def _code_of(data: bytes) -> bytes | None:
    """A digest of the syntax tree; None for what is no Python, or cannot be read as such."""
    if len(data) > LONGEST:
        return None
    try:
        dumped = ast.dump(ast.parse(data))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return hashlib.sha256(dumped.encode("utf-8", "surrogatepass")).digest()
