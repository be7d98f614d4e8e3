"""A function or class of a file gives way to another of the same name; the file's other bytes stay as they are."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings
from collections.abc import Iterator

from sandbox import parsing

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# Python ends lines at these three only, and so does bytes.splitlines; str.splitlines knows more.
_ENDING = re.compile(r"\r\n|\r|\n")
_MARGIN = re.compile(rb"[ \t\f]*")


def only_definition(source: str, name: str) -> str:
    """The one definition that a file of ours holds, without the comments around it.

    Args:
        source: the file's text.
        name: what the definition must be called.

    Raises:
        ValueError: it is no Python, holds anything else, or defines another name.
    """
    body = _parsed(source).body
    if len(body) != 1 or not isinstance(body[0], Definition):
        raise ValueError("must hold one function or class and nothing else")
    if body[0].name != name:
        raise ValueError(f"defines {body[0].name}, not {name}")
    first, last = lines_of(body[0])
    return "\n".join(_ENDING.split(source)[first:last]) + "\n"


def replace_definition(data: bytes, name: str, definition: str) -> bytes:
    """A file with one of its definitions replaced, decorators included.

    Encoding, line endings and indentation are the file's.

    Args:
        data: the file.
        name: of the definition, qualified: `function`, `Class`, `Class.method`.
        definition: from `only_definition`.

    Raises:
        LookupError: the file holds no such definition, or several.
        ValueError: the file is no Python, or would be none afterwards, or its encoding cannot say the new text.
    """
    encoding, tree = read_module(data)
    first, last = lines_of(_only(tree, name))
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    lines = data.removeprefix(mark).splitlines(keepends=True)
    margin = _MARGIN.match(lines[first])
    assert margin is not None
    new = _indented(definition, margin[0].decode("ascii")).encode(encoding.removesuffix("-sig"))
    new = new.replace(b"\n", _ending(lines[first]) or b"\n")
    if not _ending(lines[last - 1]):
        new = new.rstrip(b"\r\n")
    replaced = b"".join([mark, *lines[:first], new, *lines[last:]])
    read_module(replaced)
    return replaced


def _parsed(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            # What Python thinks of an escape in somebody's string is no concern of ours.
            warnings.simplefilter("ignore")
            return parsing.module(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
        raise ValueError(f"is no Python: {exc}") from exc


def read_module(data: bytes) -> tuple[str, ast.Module]:
    """The encoding of a module, and what it says.

    Raises:
        ValueError: it is no Python.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, ValueError) as exc:
        raise ValueError(f"is no Python: {exc}") from exc
    return encoding, _parsed(text)


def lines_of(node: Definition) -> tuple[int, int]:
    """The half-open range of lines, from 0, that a definition and its decorators take up. It shares none."""
    assert node.end_lineno is not None
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1, node.end_lineno


def _only(tree: ast.Module, name: str) -> Definition:
    level: list[ast.AST] = [tree]
    for part in name.split("."):
        level = [node for parent in level for node in definitions_in(parent) if node.name == part]
    if len(level) != 1:
        how_many = "no definition of" if not level else f"{len(level)} definitions of"
        raise LookupError(f"{how_many} {name}")
    found = level[0]
    assert isinstance(found, Definition)
    return found


def definitions_in(parent: ast.AST) -> Iterator[Definition]:
    """What is defined in a body, under an `if` or `try` as well, but not inside other definitions."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, Definition):
            yield node
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from definitions_in(node)


def _ending(line: bytes) -> bytes:
    return line[len(line.rstrip(b"\r\n")) :]


def _indented(definition: str, margin: str) -> str:
    """A definition moved to the right, but for what lies inside strings that are no docstrings."""
    tree = _parsed(definition)
    fixed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno is not None:
            fixed |= set(range(node.lineno, node.end_lineno))
    for node in ast.walk(tree):
        if isinstance(node, Definition) and ast.get_docstring(node, clean=False) is not None:
            docstring = node.body[0]
            assert docstring.end_lineno is not None
            fixed -= set(range(docstring.lineno, docstring.end_lineno))
    lines = definition.removesuffix("\n").split("\n")
    moved = [margin + line if line.strip() and index not in fixed else line for index, line in enumerate(lines)]
    return "\n".join(moved) + "\n"
