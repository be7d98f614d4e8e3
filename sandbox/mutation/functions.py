"""The functions of a file, each with the lines that it takes up; what is between them stays as it is."""

from __future__ import annotations

import ast
import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.replacing import definitions_in, lines_of, read_module

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function or method with all that is defined within it.

    name: qualified, as `Class.method`. first, last: the half-open range of its lines, from 0, decorators included.
    source: these lines as text.
    """

    name: str
    first: int
    last: int
    source: str

    @property
    def digest(self) -> str:
        """SHA-256 of the source."""
        return digest_of(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A file taken apart. `lines` are bytes without the byte order mark, `encoding` is how they are to be read."""

    mark: bytes
    lines: tuple[bytes, ...]
    encoding: str
    functions: tuple[Function, ...]

    def with_function(self, function: Function, source: str) -> bytes:
        """The file with another source of one of its functions.

        Raises:
            ValueError: its encoding cannot say that, or it would be no Python.
        """
        new = source.encode(self.encoding)
        data = b"".join([self.mark, *self.lines[: function.first], new, *self.lines[function.last :]])
        read_module(data)
        return data


def digest_of(source: str) -> str:
    """SHA-256 of a function's source (64 hex digits)."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


def take_apart(data: bytes) -> Module:
    """The functions of a file, in the order in which they stand.

    Raises:
        ValueError: it is no Python.
    """
    encoding, tree = read_module(data)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    lines = tuple(data.removeprefix(mark).splitlines(keepends=True))
    encoding = encoding.removesuffix("-sig")
    functions = []
    for name, node in _functions(tree, ""):
        first, last = lines_of(node)
        source = b"".join(lines[first:last]).decode(encoding)
        functions.append(Function(name=name, first=first, last=last, source=source))
    return Module(mark=mark, lines=lines, encoding=encoding, functions=tuple(functions))


def _functions(parent: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in definitions_in(parent):
        name = prefix + node.name
        if isinstance(node, _FUNCTIONS):
            yield name, node
        else:
            yield from _functions(node, f"{name}.")
