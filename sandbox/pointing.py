"""What points to a fix: the files and functions that it touches, and a hidden test that fails without it. Pure.

Read off what differs between the workspace and the reference, by syntax: comments, docstrings and layout are nothing.
"""

from __future__ import annotations

import ast
import fnmatch
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sandbox import parsing
from sandbox.judge import PASSING
from sandbox.parts import Parts
from sandbox.task import Task
from sandbox.tree import LINK, Entry, Tree

# A fix that touches more than this is no longer a place to be pointed at.
MOST_NAMES = 12
# Said of a package in every release, and nothing of its behaviour.
_BOOKKEEPING = frozenset({"__version__", "__all__", "__author__", "version", "VERSION"})
_NO_PACKAGE = ("setup.py", "docs/*", "doc/*", "examples/*", "tools/*", "benchmark*", "noxfile.py", "*.pyi")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """places: names that the fix touches, by file, as `Class.method`. tests: ids and sources of those of its bugs."""

    places: Mapping[str, tuple[str, ...]]
    tests: tuple[tuple[str, str], ...]

    def text(self, given: Collection[str], outcomes: Mapping[str, str]) -> str:
        """What is said of it; of `condition.GIVEN` only what is given.

        Args:
            outcomes: of hidden tests in the untouched workspace, by id. Not every test of a bug need fail there.
        """
        said = []
        if "function" in given:
            places = [f"{_listed(names)} in `{file}`" for file, names in self.places.items()]
            said.append(f"The fault lies in {' and '.join(places)}.")
        elif "file" in given:
            said.append(f"The fault lies in {_listed(self.places)}.")
        failing = [test for test in self.tests if outcomes.get(test[0]) not in PASSING]
        if "failing-test" in given and failing:
            name, source = failing[0]
            said.append(
                f"This test fails now and has to pass; others will be run too:\n\n```python\n# {name}\n{source}\n```"
            )
        return "\n\n".join(said)


def _listed(names: Iterable[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def point_to(task: Task, parts: Parts) -> Pointer:
    """What points to a task's fix.

    Raises:
        LookupError: it lies in no function, or in too many, or no failing test can be shown; says so.
    """
    places = dict(_places(parts))
    count = sum(map(len, places.values()))
    if not count:
        raise LookupError("its fix lies in no function that is there before")
    if count > MOST_NAMES:
        raise LookupError(f"its fix touches {count} functions, too many to be pointed at")
    sources = {test: _test_source(test, parts.tests) for bug in task.bugs for test in bug.tests}
    tests = tuple((test, source) for test, source in sources.items() if source is not None)
    if not tests:
        raise LookupError("none of its failing tests is written down as a function")
    return Pointer(places=places, tests=tests)


def _places(parts: Parts) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path in sorted({*parts.solution, *parts.removed}):
        old, new = (_parsed(tree.get(path)) for tree in (parts.workspace, parts.solution))
        if old is not None and not any(fnmatch.fnmatchcase(path, glob) for glob in _NO_PACKAGE):
            names = tuple(_changed(old, new))
            if names:
                yield path, names


def _parsed(entry: Entry | None) -> ast.Module | None:
    if entry is None or entry.mode == LINK:
        return None
    try:
        return parsing.module(entry.data)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _changed(old: ast.Module, new: ast.Module | None) -> Iterator[str]:
    """Names of the old file that are otherwise in the new one, or not there; where only something is new, its class."""
    before, after = _units(old), {} if new is None else _units(new)
    found = {name for name, dump in before.items() if after.get(name) != dump}
    owners = {name.rpartition(".")[0] for name in after.keys() - before.keys()}
    # A method that is new in a class: the class is the place.
    found |= {owner for owner in owners & before.keys() if not any(name.startswith(f"{owner}.") for name in found)}
    return iter(sorted(found, key=list(before).index))


def _units(module: ast.Module) -> dict[str, str]:
    """What a file defines, by qualified name, each without what is defined in it under a name of its own."""
    found: dict[str, str] = {}
    for name, node in _defined(module.body, ""):
        found[name] = found.get(name, "") + _dump(node)
    return found


def _defined(body: Iterable[ast.stmt], owner: str) -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield f"{owner}{node.name}", node
            if isinstance(node, ast.ClassDef):
                # What a class says besides its methods belongs to itself.
                yield from (
                    (name, inner) for name, inner in _defined(node.body, f"{owner}{node.name}.") if _is_own(inner)
                )
        elif not owner and isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            yield from ((name, node) for name in names if name not in _BOOKKEEPING)
        elif not owner and isinstance(node, ast.If | ast.Try):
            yield from _defined([*node.body, *node.orelse], owner)


def _is_own(node: ast.stmt) -> bool:
    return isinstance(node, (*_FUNCTIONS, ast.ClassDef))


def _dump(node: ast.stmt) -> str:
    if isinstance(node, ast.ClassDef):
        body = [one for one in _without_docstring(node.body) if not _is_own(one)]
        bare = ast.ClassDef(node.name, node.bases, node.keywords, body, node.decorator_list)
        return ast.dump(bare)
    if isinstance(node, _FUNCTIONS):
        parts = [
            node.args,
            *node.decorator_list,
            *_without_docstring(node.body),
            *([node.returns] if node.returns else []),
        ]
        return "".join(map(ast.dump, parts))
    return ast.dump(node)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return body[1:]
    return body


def _test_source(test: str, tests: Tree) -> str | None:
    """The source of a test alone: from its file, else from where a function of its name is the only one."""
    path, _, rest = test.partition("::")
    *owners, name = rest.partition("[")[0].split("::")
    found = list(_functions(tests.get(path), owners, name))
    if not found:
        found = [source for entry in tests.values() for source in _functions(entry, [], name, anywhere=True)]
    return found[-1] if len(found) == 1 else None


def _functions(entry: Entry | None, owners: list[str], name: str, *, anywhere: bool = False) -> Iterator[str]:
    module = _parsed(entry)
    if module is None or entry is None:
        return
    lines = entry.data.decode("utf-8", "replace").splitlines()
    for found, node in _defined(module.body, ""):
        fits = found.rpartition(".")[2] == name if anywhere else found == ".".join([*owners, name])
        if fits and isinstance(node, _FUNCTIONS):
            yield _source(node, lines)


def _source(node: _Definition, lines: list[str]) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno]))
