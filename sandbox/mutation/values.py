"""Operators on expressions. Each takes a function apart and yields changes, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst import matchers as m

from sandbox.mutation.sites import Change, Sites, called, is_atom, wearing

_EDGES: dict[type[cst.BaseCompOp], type[cst.BaseCompOp]] = {
    cst.LessThan: cst.LessThanEqual,
    cst.LessThanEqual: cst.LessThan,
    cst.GreaterThan: cst.GreaterThanEqual,
    cst.GreaterThanEqual: cst.GreaterThan,
}
OPPOSITES: dict[type[cst.BaseCompOp], type[cst.BaseCompOp]] = {
    cst.Equal: cst.NotEqual,
    cst.NotEqual: cst.Equal,
    cst.In: cst.NotIn,
    cst.NotIn: cst.In,
    cst.Is: cst.IsNot,
    cst.IsNot: cst.Is,
}
_SISTERS = {
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "startswith": "endswith",
    "endswith": "startswith",
    "lstrip": "rstrip",
    "rstrip": "lstrip",
    "find": "rfind",
    "rfind": "find",
    "split": "rsplit",
    "rsplit": "split",
    "partition": "rpartition",
    "rpartition": "partition",
    "floor": "ceil",
    "ceil": "floor",
    "popleft": "pop",
}
_COPIES = frozenset({"list", "dict", "set", "copy", "deepcopy"})
_STEPS = frozenset(
    {"lower", "upper", "casefold", "strip", "lstrip", "rstrip", "title", "capitalize", "replace", "removeprefix"}
)
_CONVERSIONS = frozenset({"abs", "int", "str", "float", "round", "escape", "quote", "unquote", "frozenset", "tuple"})
_ONE = m.Integer(value="1")
_WORDS = m.SimpleString() | m.FormattedString() | m.ConcatenatedString() | m.List() | m.Tuple()


def boundary(sites: Sites) -> Iterator[Change]:
    """`<` for `<=`, one too many or too few in a range, slice or index."""
    for node in sites.nodes:
        if isinstance(node, cst.ComparisonTarget) and type(node.operator) in _EDGES:
            yield Change(old=node.operator, new=_instead(node.operator, _EDGES[type(node.operator)]))
        elif isinstance(node, cst.BinaryOperation) and m.matches(
            node, m.BinaryOperation(operator=m.Add() | m.Subtract(), right=_ONE)
        ):
            yield Change(old=node, new=wearing(node, node.left))
        elif isinstance(node, cst.Call) and m.matches(node.func, m.Name("range")) and 1 <= len(node.args) <= 2:
            if is_atom(node.args[-1].value):
                yield Change(old=node.args[-1].value, new=_shifted(node.args[-1].value, cst.Subtract()))
        elif isinstance(node, cst.Slice):
            for end in (node.lower, node.upper):
                if end is not None and (moved := _moved(end)) is not None:
                    yield Change(old=end, new=moved)
        elif isinstance(node, cst.Index) and (moved := _moved_index(node.value)) is not None:
            yield Change(old=node.value, new=moved)


def _moved(end: cst.BaseExpression) -> cst.BaseExpression | None:
    """An end of a slice one further on; None where that is done elsewhere or would be odd."""
    if isinstance(end, cst.Integer) and end.value.isdecimal():
        return end.with_changes(value=str(int(end.value) + 1))
    if m.matches(end, m.UnaryOperation(operator=m.Minus(), expression=m.Integer())):
        number = cst.ensure_type(cst.ensure_type(end, cst.UnaryOperation).expression, cst.Integer)
        return end.with_changes(expression=cst.Integer(str(int(number.value, 0) + 1)))
    return _shifted(end, cst.Add()) if is_atom(end) else None


def _moved_index(index: cst.BaseExpression) -> cst.BaseExpression | None:
    if isinstance(index, cst.Integer) and index.value in ("0", "1"):
        return index.with_changes(value="1" if index.value == "0" else "0")
    if m.matches(index, m.UnaryOperation(operator=m.Minus(), expression=_ONE)):
        return cst.Integer("0")
    return None


def _shifted(value: cst.BaseExpression, way: cst.BaseBinaryOp) -> cst.BaseExpression:
    return cst.BinaryOperation(left=value, operator=way, right=cst.Integer("1"))


def _instead(old: cst.BaseCompOp, new: type[cst.BaseCompOp]) -> cst.BaseCompOp:
    """Another comparison, spaced like the one that it stands for."""
    spaces = {name: getattr(old, name) for name in ("whitespace_before", "whitespace_after")}
    return new(**spaces)


def operator(sites: Sites) -> Iterator[Change]:
    """`and` for `or`, plus for minus, `==` for `!=`, `any` for `all`, and functions that are mistaken alike."""
    for node in sites.nodes:
        if isinstance(node, cst.BooleanOperation):
            other = cst.Or if isinstance(node.operator, cst.And) else cst.And
            yield Change(old=node.operator, new=other(**_spaces(node.operator)))
        elif isinstance(node, cst.BinaryOperation):
            yield from _other_sum(node)
        elif isinstance(node, cst.AugAssign) and not _is_of_words(node.value):
            if isinstance(node.operator, cst.AddAssign):
                yield Change(old=node.operator, new=cst.SubtractAssign(**_spaces(node.operator)))
            elif isinstance(node.operator, cst.SubtractAssign):
                yield Change(old=node.operator, new=cst.AddAssign(**_spaces(node.operator)))
        elif isinstance(node, cst.ComparisonTarget) and type(node.operator) in OPPOSITES:
            yield Change(old=node.operator, new=_instead(node.operator, OPPOSITES[type(node.operator)]))
        elif isinstance(node, cst.Call) and called(node) in _SISTERS and not _is_plain_split(node):
            name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
            yield Change(old=name, new=cst.ensure_type(name, cst.Name).with_changes(value=_SISTERS[called(node)]))


def _is_plain_split(node: cst.Call) -> bool:
    """Without a bound on their number, parts are the same from either end."""
    return called(node) in ("split", "rsplit") and len(node.args) < 2


def _other_sum(node: cst.BinaryOperation) -> Iterator[Change]:
    if _is_of_words(node):
        return
    if isinstance(node.operator, cst.Add):
        yield Change(old=node.operator, new=cst.Subtract(**_spaces(node.operator)))
    elif isinstance(node.operator, cst.Subtract):
        yield Change(old=node.operator, new=cst.Add(**_spaces(node.operator)))
    elif isinstance(node.operator, cst.FloorDivide):
        yield Change(old=node.operator, new=cst.Modulo(**_spaces(node.operator)))


def _is_of_words(node: cst.BaseExpression) -> bool:
    """Whether it is plainly a string or a sequence, or put together from some: these have no minus."""
    if isinstance(node, cst.BinaryOperation):
        return _is_of_words(node.left) or _is_of_words(node.right)
    if isinstance(node, cst.IfExp):
        return _is_of_words(node.body) or _is_of_words(node.orelse)
    return m.matches(node, _WORDS)


def _spaces(old: cst.BaseBooleanOp | cst.BaseBinaryOp | cst.BaseAugOp) -> dict[str, cst.BaseParenthesizableWhitespace]:
    return {name: getattr(old, name) for name in ("whitespace_before", "whitespace_after")}


def default(sites: Sites) -> Iterator[Change]:
    """Another default value, a default that is missing or shared, an option that is not passed on."""
    for node in sites.nodes:
        if isinstance(node, cst.Param) and node.default is not None:
            if (other := _other_constant(node.default)) is not None:
                yield Change(old=node.default, new=other)
        elif isinstance(node, cst.BooleanOperation):
            if isinstance(node.operator, cst.Or) and m.matches(node.right, _PLAIN):
                yield Change(old=node, new=wearing(node, node.left))
        elif isinstance(node, cst.Call):
            yield from _default_of_call(node)


_PLAIN = m.SimpleString() | m.Integer() | m.List(elements=[]) | m.Dict(elements=[]) | m.Tuple() | m.Call(args=[])
_WITH_DEFAULT = {"get": 2, "pop": 2, "getattr": 3}


def _other_constant(value: cst.BaseExpression) -> cst.BaseExpression | None:
    if isinstance(value, cst.Name) and value.value in ("True", "False"):
        return value.with_changes(value="False" if value.value == "True" else "True")
    if isinstance(value, cst.Integer) and value.value.isdecimal():
        return value.with_changes(value="0" if value.value == "1" else str(int(value.value) + 1))
    return None


def _default_of_call(node: cst.Call) -> Iterator[Change]:
    plain = all(arg.keyword is None and not arg.star for arg in node.args)
    if plain and _WITH_DEFAULT.get(called(node)) == len(node.args):
        yield Change(old=node, new=without_argument(node, len(node.args) - 1))
    for index, arg in enumerate(node.args):
        if arg.keyword is None or called(node) in ("sorted", "sort", "dict"):
            continue
        if (other := _other_constant(arg.value)) is not None:
            yield Change(old=arg.value, new=other)
        elif isinstance(arg.value, cst.Name | cst.Attribute) and not m.matches(arg.value, m.Name("None")):
            yield Change(old=node, new=without_argument(node, index))


def without_argument(node: cst.Call, index: int) -> cst.Call:
    """A call with one argument less."""
    args = [arg for number, arg in enumerate(node.args) if number != index]
    if args and index == len(args):
        last = node.args[index]
        args[-1] = args[-1].with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    return node.with_changes(args=args)


def missing_copy(sites: Sites) -> Iterator[Change]:
    """What is handed on is the thing itself and no copy of it."""
    for node in sites.nodes:
        if isinstance(node, cst.Call) and called(node) in _COPIES:
            if isinstance(node.func, cst.Attribute) and not node.args and called(node) == "copy":
                yield Change(old=node, new=wearing(node, node.func.value))
            elif (only := _only_argument(node)) is not None:
                yield Change(old=node, new=wearing(node, only))
        elif isinstance(node, cst.Subscript) and m.matches(node, _WHOLE):
            yield Change(old=node, new=wearing(node, node.value))


_WHOLE = m.Subscript(slice=[m.SubscriptElement(slice=m.Slice(lower=None, upper=None, step=None))])


def _only_argument(node: cst.Call) -> cst.BaseExpression | None:
    if len(node.args) != 1 or node.args[0].keyword is not None or node.args[0].star:
        return None
    value = node.args[0].value
    return value if isinstance(value, cst.Name | cst.Attribute | cst.Subscript) else None


def lost_step(sites: Sites) -> Iterator[Change]:
    """A step that makes values alike is left out: case, margins, types, escapes."""
    for node in sites.nodes:
        if not isinstance(node, cst.Call):
            continue
        if isinstance(node.func, cst.Attribute) and called(node) in _STEPS:
            yield Change(old=node, new=wearing(node, node.func.value))
        elif called(node) in _CONVERSIONS and (only := _only_argument(node)) is not None:
            yield Change(old=node, new=wearing(node, only))
