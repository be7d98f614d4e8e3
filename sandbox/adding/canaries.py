"""Calls of a package that give plain values, to make canaries of: arguments of ours, tried out by the caller. Pure.

Nothing is taken over from the package but the names of what it offers.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sandbox.tree import FILE, LINK, Entry, Tree

# Where the module lies that tries calls out, in a workspace.
MODULE = "roadtest_calls.py"
MOST_NAMES = 10
CANARIES = 2

ARGUMENTS = (
    "'a b'",
    "'1.2.3'",
    "{'a': {'b': 7}}, '/a/b'",
    "{'a': 1}, {'a': 2}",
    "{'a': 1}",
    "[['a', 1], ['b', 2]]",
    "[3, 1, 2]",
    "7",
    "'<a><b>7</b></a>'",
    "'select 1'",
    "'a=1; b=2'",
    "'2020-01-31'",
    "'a', 'b'",
    "[1, 2], [3]",
    "b'a=1'",
    "",
)
# Tried in this order, each only if the one before gave too little.
FORMS = ("{}", "list({})", "str({})")
UNLIKELY = re.compile(r"_|main$|run$|test|exit|quit|cli$|setup$|.*(Error|Exception|Warning)$")
ALL = "*"

_TEXT = """\
import ast
import importlib

import pytest

CALLS = {calls!r}


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_call(number):
    setup, call = CALLS[number]
    found = []
    for _ in range(2):
        names = {{}}
        exec(setup, names)
        found.append(eval(call, names))
    text = repr(found[0])
    assert found[0] and text not in ("'None'", "True") and len(text) < 200 and " at 0x" not in text
    assert type(ast.literal_eval(text)) is type(found[0]) and ast.literal_eval(text) == found[0] == found[1]
"""


def candidates(tree: Tree, import_name: str, tests: Tree, form: str) -> list[tuple[str, str]]:
    """Set-up and call of what might be called, the likeliest first.

    Args:
        tree: the workspace. tests: hidden tests; what they call often is what matters.
        form: of `FORMS`.
    """
    called = Counter(name for entry in tests.values() for name in re.findall(rb"(\w+)\(", entry.data))
    modules = _modules(tree, import_name)
    owners: dict[str, str] = {}
    for module, names in modules.items():
        for name in names:
            if name.isidentifier() and not UNLIKELY.match(name) and f"{module}.{name}" not in modules:
                owners.setdefault(name, module)
    # The sort is stable: of names that are called alike, the package's own come before those of its modules.
    found = sorted(owners.items(), key=lambda row: -called[row[0].encode()])
    return [
        (f"import {module}", form.format(f"{module}.{name}({arguments})"))
        for name, module in found[:MOST_NAMES]
        for arguments in ARGUMENTS
    ]


def _modules(tree: Tree, import_name: str) -> Mapping[str, Sequence[str]]:
    """What each module of the package defines or takes in, by the module's full name."""
    root = import_name.replace(".", "/")
    found: dict[str, list[str]] = {}
    for path in sorted(tree, key=lambda path: (path.count("/"), path)):
        inner = path.removeprefix("src/")
        if path.endswith(".py") and tree[path].mode != LINK and (inner == f"{root}.py" or inner.startswith(f"{root}/")):
            name = inner.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            if all(part.isidentifier() and not part.startswith("_") for part in name.split(".")):
                found[name] = list(dict.fromkeys(_names(tree[path].data, import_name)))
    everything = [name for names in found.values() for name in names]
    return {module: list(dict.fromkeys(everything)) if ALL in names else names for module, names in found.items()}


def _names(source: bytes, import_name: str) -> Iterator[str]:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith(import_name)):
            yield from (alias.asname or alias.name for alias in node.names)


def trial(calls: Sequence[tuple[str, str]]) -> dict[str, Entry]:
    """A test module that tries calls: those whose test passes give the same plain value each time."""
    return {MODULE: Entry(FILE, _TEXT.format(calls=list(calls)).encode())}


def ids(calls: Sequence[tuple[str, str]]) -> list[str]:
    """The ids of the module's tests, in the order of the calls."""
    return [f"{MODULE}::test_call[{number}]" for number in range(len(calls))]


def chosen(calls: Sequence[tuple[str, str]], outcomes: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """The calls that worked every time, one of each function."""
    functions: dict[str, tuple[str, str]] = {}
    for call, test in zip(calls, ids(calls), strict=True):
        if all(one[test] == "passed" for one in outcomes):
            functions.setdefault(function_of(call), call)
    return list(functions.values())


def function_of(call: tuple[str, str]) -> str:
    """The name of what is called; a function may be had from more than one module."""
    return re.sub(r"^(list|str)\(", "", call[1]).partition("(")[0].rpartition(".")[2]
