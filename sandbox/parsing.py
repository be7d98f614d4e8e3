"""Parsing Python source in one thread at a time.

CPython 3.11 counts the depth of a syntax tree in making for all threads together; a thread that was interrupted by
another was seen to end with SystemError, "AST constructor recursion depth mismatch".
"""

from __future__ import annotations

import ast
import threading

_lock = threading.Lock()


def module(source: str | bytes) -> ast.Module:
    """The syntax tree of a module, as `ast.parse` makes it.

    Raises:
        SyntaxError: it is no Python.
        ValueError: it holds NUL bytes.
        RecursionError, MemoryError: it is nested too deeply.
    """
    with _lock:
        return ast.parse(source)
