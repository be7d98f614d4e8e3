"""Operators that mix up what is there: order, and names of the same kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import libcst as cst
from libcst import matchers as m

from sandbox.mutation.sites import Change, Sites, bound_by, called
from sandbox.mutation.values import without_argument

# The other way round these raise at once, or do the same.
_ONE_WAY = frozenset(
    {"isinstance", "issubclass", "getattr", "setattr", "hasattr", "delattr", "super", "range", "cast", "map", "filter"}
    | {"enumerate", "max", "min", "compile", "format", "type", "namedtuple", "iter", "open", "reduce"}
)
_REVERSED = m.Call(func=m.Name("reversed"), args=[m.Arg()])


def order(sites: Sites) -> Iterator[Change]:
    """Two arguments, operands, elements or neighbouring branches swapped; a sorting or a reversal left out."""
    for node in sites.nodes:
        if isinstance(node, cst.Call):
            yield from _other_arguments(sites, node)
            yield from _unsorted(node)
        elif isinstance(node, cst.For | cst.CompFor) and m.matches(node.iter, _REVERSED):
            yield Change(old=node.iter, new=cst.ensure_type(node.iter, cst.Call).args[0].value)
        elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Subtract):
            if not isinstance(node.left, cst.BinaryOperation) or node.left.lpar:
                yield Change(old=node, new=node.with_changes(left=node.right, right=node.left))
        elif isinstance(node, cst.Return | cst.Assign) and isinstance(node.value, cst.Tuple):
            if (swapped := _swapped(sites, node.value.elements)) is not None:
                yield Change(old=node.value, new=node.value.with_changes(elements=swapped))
        elif isinstance(node, cst.If) and isinstance(node.orelse, cst.If):
            after = node.orelse
            other = after.with_changes(test=node.test, body=node.body)
            yield Change(old=node, new=node.with_changes(test=after.test, body=after.body, orelse=other))


def _other_arguments(sites: Sites, node: cst.Call) -> Iterator[Change]:
    if called(node) in _ONE_WAY:
        return
    for index, (one, two) in enumerate(zip(node.args, node.args[1:], strict=False)):
        if one.keyword or two.keyword or one.star or two.star or sites.text(one.value) == sites.text(two.value):
            continue
        args = list(node.args)
        args[index], args[index + 1] = one.with_changes(value=two.value), two.with_changes(value=one.value)
        yield Change(old=node, new=node.with_changes(args=args))


def _unsorted(node: cst.Call) -> Iterator[Change]:
    name = called(node)
    if m.matches(node.func, m.Name("sorted")) or name == "sort":
        for index, arg in enumerate(node.args):
            if arg.keyword is not None:
                yield Change(old=node, new=without_argument(node, index))
        if name == "sorted" and len(node.args) == 1:
            yield Change(old=node.func, new=cst.Name("list"))


def _swapped(sites: Sites, elements: Sequence[cst.BaseElement]) -> list[cst.BaseElement] | None:
    one, two, *rest = elements if len(elements) > 1 else (None, None)
    if not isinstance(one, cst.Element) or not isinstance(two, cst.Element):
        return None
    if sites.text(one.value) == sites.text(two.value):
        return None
    return [one.with_changes(value=two.value), two.with_changes(value=one.value), *[e for e in rest if e is not None]]


def wrong_variable(sites: Sites) -> Iterator[Change]:
    """Another parameter of the same kind is read, or the other name that a loop or an assignment binds with it."""
    others = _parameters(sites)
    partners: dict[str, str] = {}
    for node in sites.nodes:
        if isinstance(node, cst.For | cst.CompFor | cst.AssignTarget):
            names = bound_by(node.target)
            if len(set(names)) == len(names) > 1:
                partners |= dict(zip(names, [*names[1:], names[0]], strict=True))
    targets = {name for node in sites.nodes if isinstance(node, cst.CompFor) for name in bound_by(node.target)}
    for name in sites.read:
        other = partners.get(name.value) or others.get(name.value)
        # A name of a comprehension is known within that alone, and which it is cannot be told from here.
        if other is None or "_" in (name.value, other) or (other in targets) > (name.value in targets):
            continue
        around = sites.around(name)
        # Nobody writes doc[doc].
        if around is None or not m.findall(around, m.Name(other)):
            yield Change(old=name, new=name.with_changes(value=other))


def _parameters(sites: Sites) -> dict[str, str]:
    """For each parameter the next one with the same annotation and the same kind of default."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    params = sites.function.params
    for param in (*params.posonly_params, *params.params, *params.kwonly_params):
        name = param.name.value
        if name in ("self", "cls"):
            continue
        annotation = sites.text(param.annotation.annotation) if param.annotation else ""
        kind = type(param.default).__name__ if param.default is not None else ""
        groups[annotation, kind].append(name)
    rounds = [names for names in groups.values() if len(names) > 1]
    return {name: other for names in rounds for name, other in zip(names, [*names[1:], names[0]], strict=True)}
