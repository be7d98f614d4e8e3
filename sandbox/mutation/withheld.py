"""A workspace without the tests that would point at its bugs: they are hidden, so the candidate has no copy of them.

A test goes as a whole, with all its parameters and the comments right above it, and with what
its file holds for it alone: tables of expected values, helpers, imports. Where it stands nowhere
under its own name (inherited from another file, or made at run time), its file goes.
"""

from __future__ import annotations

import ast
import codecs
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from sandbox.replacing import Definition, definitions_in, lines_of, read_module
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
        data = None if entry.mode == LINK else _without(entry.data, names, _others(tree, path))
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


def _others(tree: Tree, path: str) -> str:
    """The other modules that may take something in from this one."""
    stem = path.rpartition("/")[2].removesuffix(".py").encode()
    others = (entry.data for other, entry in tree.items() if other != path and other.endswith(".py"))
    return b"\n".join(data for data in others if stem in data).decode("utf-8", "replace")


def _without(data: bytes, names: Iterable[str], others: str) -> bytes | None:
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
    gone += _left_empty(tree, gone)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    lines = data.removeprefix(mark).splitlines(keepends=True)
    # What only what has gone needed is itself needed by nobody, and so on.
    while more := _orphans(tree, gone, lines, others):
        gone += more
    numbers = _lines(gone, lines)
    shorter = mark + b"".join(line for number, line in enumerate(lines) if number not in numbers)
    try:
        _, rest = read_module(shorter)
    except ValueError:
        return None
    return shorter if any(_is_test(node) for node in ast.walk(rest)) else None


def _left_empty(tree: ast.Module, gone: list[ast.stmt]) -> list[ast.stmt]:
    """Classes of which nothing would be left."""
    going = {id(node) for node in gone}
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return [node for node in classes if all(id(child) in going or _is_docstring(child) for child in node.body)]


def _orphans(tree: ast.Module, gone: list[ast.stmt], lines: list[bytes], others: str) -> list[ast.stmt]:
    """Statements of a module that bind only what those that have gone use, and nothing else does."""
    going = {id(node) for node in gone}
    used = {name for node in gone for name in _used(node)}
    found = []
    for node in tree.body:
        bound = _bound(node)
        if id(node) in going or not bound or not bound <= used or _shares_a_line(node, tree.body):
            continue
        numbers = _lines([*gone, node], lines)
        rest = b"".join(line for number, line in enumerate(lines) if number not in numbers).decode("utf-8", "replace")
        elsewhere = rest if isinstance(node, ast.Import | ast.ImportFrom) else rest + others
        if not any(re.search(rf"\b{re.escape(name)}\b", elsewhere) for name in bound):
            found.append(node)
    return found


def _shares_a_line(node: ast.stmt, body: Iterable[ast.stmt]) -> bool:
    first, last = _range(node)
    return any(other is not node and _range(other)[0] < last and first < _range(other)[1] for other in body)


def _used(node: ast.AST) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            yield child.id
        elif isinstance(child, ast.arg):  # a fixture is asked for by the name of an argument
            yield child.arg


def _bound(node: ast.stmt) -> set[str]:
    """The names that a statement binds; none if it may do something besides."""
    if isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and not _is_test(node) and not node.name.startswith("Test"):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom) and getattr(node, "module", None) != "__future__":
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return set()


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


def _lines(gone: Iterable[ast.stmt], lines: list[bytes]) -> set[int]:
    """Numbers of the lines that go: of statements, comments right above them, blank lines below."""
    numbers: set[int] = set()
    for node in gone:
        first, last = _range(node)
        while first > 0 and lines[first - 1].lstrip().startswith(b"#") and first - 1 not in numbers:
            first -= 1
        while last < len(lines) and not lines[last].strip():
            last += 1
        numbers |= set(range(first, last))
    return numbers


def _range(node: ast.stmt) -> tuple[int, int]:
    if isinstance(node, Definition):
        return lines_of(node)
    assert node.end_lineno is not None
    return node.lineno - 1, node.end_lineno


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
