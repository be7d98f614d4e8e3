"""Guest modules as the interpreter of a container takes them: ready to be run where it is of our version, else as text.

Compiling them there takes longer than all else that the tool host does before its first call.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import marshal
import struct
import zlib
from collections.abc import Iterable
from functools import cache

# What an interpreter calls the form of its compiled code; equal ones run each other's.
MAGIC = importlib.util.MAGIC_NUMBER
# Modules that nothing but annotations may want; loading typing takes milliseconds.
_OF_HINTS = ("typing", "collections.abc")


@cache
def frame(main: str, modules: tuple[tuple[str, str], ...]) -> bytes:
    """What `guest.LOADER` reads: our magic, the length of what is compiled, that, and all of it as packed JSON.

    Args:
        main: the module whose main() runs.
        modules: names and sources, in the order in which they are made.
    """
    ready = marshal.dumps((main, [(name, _compiled(name, source)) for name, source in modules]))
    text = json.dumps([main, modules]).encode("ascii")
    return MAGIC + struct.pack(">I", len(ready)) + ready + zlib.compress(text)


@cache
def _compiled(name: str, source: str) -> object:
    tree = ast.parse(source)
    if not any(_is_postponing(node) for node in tree.body):
        return compile(tree, f"<roadtest:{name}>", "exec", dont_inherit=True)
    wanted = _named(tree.body)
    tree.body = [node for node in tree.body if not (_is_postponing(node) or _is_for_hints(node, wanted))]
    # As if it still said so: the module of that name need not be loaded for it.
    return compile(tree, f"<roadtest:{name}>", "exec", annotations.compiler_flag, dont_inherit=True)


def _is_postponing(node: ast.stmt) -> bool:
    """Whether a statement says that annotations are never evaluated, and nothing else."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
    return isinstance(node, ast.ImportFrom) and node.module == "__future__" and names == ["annotations"]


def _is_for_hints(node: ast.stmt, wanted: set[str]) -> bool:
    """Whether a statement imports only what annotations name."""
    if not (isinstance(node, ast.ImportFrom) and node.module in _OF_HINTS):
        return False
    return wanted.isdisjoint(alias.asname or alias.name for alias in node.names)


def _named(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that are looked up when these run, and those of what they define."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            found.add(node.id)
        hints = {"annotation", "returns"}
        below = [value for field, value in ast.iter_fields(node) if field not in hints]
        found |= _named(_nodes(below))
    return found


def _nodes(values: Iterable[object]) -> Iterable[ast.AST]:
    for value in values:
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            yield from (one for one in value if isinstance(one, ast.AST))
