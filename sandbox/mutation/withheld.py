"""A workspace without the tests that would point at its bugs: they are hidden, so the candidate has no copy of them.

A test goes as a whole, with all its parameters and the comments right above it. Where it
stands nowhere under its own name (inherited from another file, or made at run time), its
file goes.
"""

from __future__ import annotations

import ast
import codecs
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from sandbox.replacing import definitions_in, lines_of, read_module
from sandbox.tree import LINK, Entry, Tree


def without_tests(tree: Tree, ids: Iterable[str]) -> dict[str, Entry]:
    """A tree without some tests.

    Args:
        ids: as pytest says them: `tests/test_a.py::TestB::test_c[param]`.
    """
    tree = dict(tree)
    for path, names in test_functions(ids).items():
        entry = tree.get(path)
        if entry is None:
            continue
        data = None if entry.mode == LINK else _without(entry.data, names)
        if data is None:
            del tree[path]
        else:
            tree[path] = Entry(entry.mode, data)
    return tree


def test_functions(ids: Iterable[str]) -> Mapping[str, set[str]]:
    """The functions that test ids are of, by file: `TestB.test_c` for `…::TestB::test_c[param]`."""
    found: dict[str, set[str]] = defaultdict(set)
    for test in ids:
        path, _, local = test.partition("::")
        found[path].add(local.partition("[")[0].replace("::", "."))
    return found


def _without(data: bytes, names: Iterable[str]) -> bytes | None:
    """A test module without some of its tests; None if they cannot be taken out, or none are left."""
    try:
        _, tree = read_module(data)
    except ValueError:
        return None
    gone: list[ast.stmt] = []
    for name in sorted(names):
        found = list(_named(tree, name.split(".")))
        if not found:
            return None
        gone += found
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    lines = data.removeprefix(mark).splitlines(keepends=True)
    kept = [line for number, line in enumerate(lines) if number not in _lines(tree, gone, lines)]
    shorter = mark + b"".join(kept)
    try:
        _, rest = read_module(shorter)
    except ValueError:
        return None
    return shorter if any(_is_test(node) for node in ast.walk(rest)) else None


def _named(tree: ast.Module, parts: list[str]) -> Iterator[ast.stmt]:
    """Where a test stands: in its class, or in a base of that class in the same file."""
    *classes, name = parts
    scopes: list[ast.AST] = [tree]
    for wanted in classes:
        scopes = [node for scope in scopes for node in definitions_in(scope) if node.name == wanted]
    seen: set[str] = set()
    while scopes:
        found = [node for scope in scopes for node in definitions_in(scope) if node.name == name]
        if found:
            yield from found
            return
        bases = {name for scope in scopes if isinstance(scope, ast.ClassDef) for name in _bases(scope)}
        scopes = [node for node in definitions_in(tree) if node.name in bases - seen]
        seen |= bases


def _bases(scope: ast.ClassDef) -> Iterator[str]:
    return (base.id for base in scope.bases if isinstance(base, ast.Name))


def _lines(tree: ast.Module, gone: list[ast.stmt], lines: list[bytes]) -> set[int]:
    """Numbers of the lines that go: of the tests, comments right above, blank lines below, classes left empty."""
    going = {id(node) for node in gone}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and all(id(child) in going or _is_docstring(child) for child in node.body):
            gone = [*gone, node]
    numbers: set[int] = set()
    for definition in gone:
        assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        first, last = lines_of(definition)
        while first > 0 and lines[first - 1].lstrip().startswith(b"#") and first - 1 not in numbers:
            first -= 1
        while last < len(lines) and not lines[last].strip():
            last += 1
        numbers |= set(range(first, last))
    return numbers


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
