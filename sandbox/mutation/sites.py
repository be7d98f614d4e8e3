"""Which parts of a function may be changed: what it does, and not what it says about itself.

Left alone are annotations, decorators, docstrings, assertions, messages (whatever is
raised, warned about, logged or printed) and `__repr__`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import libcst as cst
from libcst import matchers as m

# A function alone is a module only if its margin is explained; this does.
_HEADER = "if 1:"
_SILENT_FUNCTIONS = frozenset({"__repr__"})
_TALKING = frozenset(
    {
        "warn",
        "warn_explicit",
        "warning",
        "debug",
        "info",
        "error",
        "exception",
        "critical",
        "log",
        "print",
        "echo",
        "deprecated",
    }
)
_ERRORS = ("Error", "Exception", "Warning")
_MESSAGES = frozenset({"msg", "message", "err_msg", "error_message", "errmsg"})
_JOINING = (cst.Subscript, cst.Comparison, cst.BinaryOperation, cst.Call)
_SAYING_NOTHING = (cst.Annotation, cst.Decorator, cst.Raise, cst.Assert, cst.Import, cst.ImportFrom)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One part of a function and what could stand there instead."""

    old: cst.CSTNode
    new: cst.CSTNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """A function taken apart.

    module: the function, below `header` if it is indented. function: its node.
    nodes: what may be changed, in the order in which it stands, and what each stands in.
    read: names among them that are read.
    """

    module: cst.Module
    header: str
    function: cst.FunctionDef
    nodes: tuple[cst.CSTNode, ...]
    parents: Mapping[cst.CSTNode, cst.CSTNode]
    read: tuple[cst.Name, ...]

    def around(self, name: cst.Name) -> cst.CSTNode | None:
        """The smallest expression of several parts that a name stands in."""
        node = self.parents.get(name)
        while node is not None and not isinstance(node, _JOINING):
            node = None if isinstance(node, cst.BaseSmallStatement | cst.BaseStatement) else self.parents.get(node)
        return node

    def text(self, node: cst.CSTNode) -> str:
        """A part of the function as it is written."""
        return self.module.code_for_node(node)

    def with_change(self, change: Change) -> str:
        """The function's source with one change."""
        changed = self.module.deep_replace(change.old, change.new)
        assert isinstance(changed, cst.Module)
        return changed.code.removeprefix(self.header)


def sites_of(source: str) -> Sites:
    """Take a function apart.

    Args:
        source: its lines, as they stand in the file.

    Raises:
        ValueError: libcst cannot read it, or would not give it back as it was.
    """
    header = ""
    if source[:1] in (" ", "\t", "\f"):
        line = source.splitlines(keepends=True)[0]
        header = _HEADER + (line[len(line.rstrip("\r\n")) :] or "\n")
    try:
        module = cst.parse_module(header + source)
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError) as exc:
        raise ValueError(f"cannot be taken apart: {type(exc).__name__}") from exc
    if module.code != header + source:
        raise ValueError("cannot be taken apart without loss")
    body = module.body[0]
    inner = body.body.body[0] if header and isinstance(body, cst.If) else body
    if not isinstance(inner, cst.FunctionDef):
        raise ValueError("is no function")
    collector = _Collector()
    if inner.name.value not in _SILENT_FUNCTIONS and not _is_a_stub(inner):
        inner.visit(collector)
    return Sites(
        module=module,
        header=header,
        function=inner,
        nodes=tuple(collector.nodes),
        parents=collector.parents,
        read=tuple(collector.read),
    )


class _Collector(cst.CSTVisitor):
    """Gathers what may be changed."""

    def __init__(self) -> None:
        self.nodes: list[cst.CSTNode] = []
        self.read: list[cst.Name] = []
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self._above: list[cst.CSTNode] = []
        self._not_read: set[int] = set()

    def on_leave(self, original_node: cst.CSTNode) -> None:
        self._above.pop()

    def on_visit(self, node: cst.CSTNode) -> bool:
        if self._above:
            self.parents[node] = self._above[-1]
        self._above.append(node)
        return self._enter(node)

    def _enter(self, node: cst.CSTNode) -> bool:
        if isinstance(node, _SAYING_NOTHING) or is_talk(node):
            return False
        if isinstance(node, cst.FunctionDef) and node.name.value in _SILENT_FUNCTIONS:
            return False
        self._not_read.update(id(name) for name in _not_read_in(node))
        self.nodes.append(node)
        if isinstance(node, cst.Name) and id(node) not in self._not_read:
            self.read.append(node)
        return True


def _is_a_stub(function: cst.FunctionDef) -> bool:
    marks = {_last_name(decorator.decorator) for decorator in function.decorators}
    return bool(marks & {"overload", "abstractmethod"})


def is_talk(node: cst.CSTNode) -> bool:
    """Whether a node only makes words for people."""
    if isinstance(node, cst.Call):
        name = _last_name(node.func)
        return name in _TALKING or name.endswith(_ERRORS)
    if isinstance(node, cst.Assign):
        return any(_last_name(target.target) in _MESSAGES for target in node.targets)
    return is_a_string(node)


def is_a_string(node: cst.CSTNode) -> bool:
    """Whether a statement is nothing but a string, as a docstring is."""
    return m.matches(node, m.SimpleStatementLine(body=[m.Expr(m.SimpleString() | m.ConcatenatedString())]))


def _last_name(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Call):
        return _last_name(node.func)
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def called(node: cst.CSTNode) -> str:
    """The last name of what a call calls (`lower` of `a.b.lower()`); empty if it is no call or has no name."""
    return _last_name(node.func) if isinstance(node, cst.Call) else ""


def _not_read_in(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Names among a node's children that stand for no value that is read."""
    if isinstance(node, cst.Attribute):
        yield node.attr
    elif isinstance(node, cst.Arg) and node.keyword is not None:
        yield node.keyword
    elif isinstance(node, cst.Param | cst.FunctionDef | cst.ClassDef | cst.NameItem):
        yield node.name
    elif isinstance(
        node, cst.AssignTarget | cst.AugAssign | cst.AnnAssign | cst.For | cst.CompFor | cst.NamedExpr | cst.Del
    ):
        yield from _plain_names(node.target)
    elif isinstance(node, cst.AsName):
        yield from _plain_names(node.name)
    elif isinstance(node, cst.MatchAs | cst.MatchStar | cst.MatchKeywordElement):
        yield from (name for name in node.children if isinstance(name, cst.Name))


def _plain_names(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The names that a target binds; what is indexed or looked into is read."""
    if isinstance(node, cst.Name):
        yield node
    elif isinstance(node, cst.Tuple | cst.List):
        for element in node.elements:
            yield from _plain_names(element.value)


def bound_by(target: cst.CSTNode) -> list[str]:
    """The names that a target binds, in order."""
    return [node.value for node in _plain_names(target) if isinstance(node, cst.Name)]


def wearing(outer: cst.BaseExpression, inner: cst.BaseExpression) -> cst.BaseExpression:
    """An expression that takes the place of another, with the parentheses of both."""
    return inner.with_changes(lpar=[*outer.lpar, *inner.lpar], rpar=[*inner.rpar, *outer.rpar])


def is_atom(node: cst.BaseExpression) -> bool:
    """Whether an expression needs no parentheses wherever it stands."""
    return isinstance(node, cst.Name | cst.Attribute | cst.Subscript | cst.Call)
