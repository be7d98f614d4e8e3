"""Operators on statements: branches taken the wrong way, guards and updates left out, statements in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst import matchers as m

from sandbox.mutation.sites import Change, Sites, bound_by, called, is_a_string, is_talk, wearing
from sandbox.mutation.values import OPPOSITES

_LEAVING = m.Return() | m.Raise() | m.Continue() | m.Break()
_MOST_OF_A_GUARD = 2
_IS_NOT_NONE = m.Comparison(comparisons=[m.ComparisonTarget(operator=m.IsNot(), comparator=m.Name("None"))])
_CHECK = _IS_NOT_NONE | m.Call(func=m.Name("isinstance") | m.Name("hasattr")) | m.Name() | m.Attribute()
_UPDATING = m.SimpleStatementLine(body=[m.Expr(m.Call(func=m.Attribute()))])


def swapped_branch(sites: Sites) -> Iterator[Change]:
    """What is done if, and what is done else, are swapped; or a condition means its opposite."""
    for node in sites.nodes:
        if isinstance(node, cst.If):
            if isinstance(node.orelse, cst.Else) and not (_only_raises(node.body) and _only_raises(node.orelse.body)):
                other = node.orelse.with_changes(body=node.body)
                yield Change(old=node, new=node.with_changes(body=node.orelse.body, orelse=other))
            elif not isinstance(node.orelse, cst.Else) and (opposite := _opposite(node.test)) is not None:
                yield Change(old=node.test, new=opposite)
        elif isinstance(node, cst.IfExp):
            yield Change(old=node, new=node.with_changes(body=node.orelse, orelse=node.body))
        elif isinstance(node, cst.CompIf) and (opposite := _opposite(node.test)) is not None:
            yield Change(old=node.test, new=opposite)


def _only_raises(body: cst.BaseSuite) -> bool:
    """Two of these, swapped, would differ in their words."""
    return m.matches(body, m.IndentedBlock(body=[m.SimpleStatementLine(body=[m.Raise()])]))


def _opposite(test: cst.BaseExpression) -> cst.BaseExpression | None:
    """The opposite of a simple condition; what `and` and `or` join has operators of its own."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return wearing(test, test.expression)
    if isinstance(test, cst.Comparison):
        if len(test.comparisons) != 1 or type(test.comparisons[0].operator) not in OPPOSITES:
            return None
        target = test.comparisons[0]
        opposite = OPPOSITES[type(target.operator)]()
        return test.with_changes(comparisons=[target.with_changes(operator=opposite)])
    if isinstance(test, cst.Name | cst.Attribute | cst.Call | cst.Subscript):
        return cst.UnaryOperation(operator=cst.Not(), expression=test)
    return None


def dropped_guard(sites: Sites) -> Iterator[Change]:
    """A check that leaves early, a default for None, or one half of a condition is left out."""
    for node in sites.nodes:
        if isinstance(node, cst.IndentedBlock):
            for index, statement in enumerate(node.body):
                if _is_guard(statement):
                    yield from _without(node, index)
        elif isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.And):
            if m.matches(node.left, _CHECK):
                yield Change(old=node, new=wearing(node, node.right))
            elif isinstance(node.left, cst.BooleanOperation):
                yield Change(old=node, new=wearing(node, node.left))


def _is_guard(statement: cst.CSTNode) -> bool:
    if not isinstance(statement, cst.If) or statement.orelse is not None:
        return False
    body = statement.body.body
    if not body or len(body) > _MOST_OF_A_GUARD:
        return False
    last = body[-1]
    small = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
    if m.matches(small, _LEAVING):
        return True
    # if x is None: x = …
    return (
        len(body) == 1
        and isinstance(small, cst.Assign)
        and any(name in _names_in(statement.test) for target in small.targets for name in bound_by(target.target))
    )


def _names_in(node: cst.CSTNode) -> set[str]:
    return {name.value for name in m.findall(node, m.Name()) if isinstance(name, cst.Name)}


def _without(block: cst.IndentedBlock, index: int) -> Iterator[Change]:
    """A block with one statement less, if that leaves it something to do."""
    body = [statement for number, statement in enumerate(block.body) if number != index]
    if any(not is_a_string(statement) and not m.matches(statement, _NOTHING) for statement in body):
        yield Change(old=block, new=block.with_changes(body=body))


_NOTHING = m.SimpleStatementLine(body=[m.Pass()])


def lost_update(sites: Sites) -> Iterator[Change]:
    """Something that is noted, added, cleared or closed on the way is not."""
    for node in sites.nodes:
        if not isinstance(node, cst.IndentedBlock):
            continue
        for index, statement in enumerate(node.body):
            if _updates(statement):
                yield from _without(node, index)


_OF_SELF = m.AssignTarget(target=m.Attribute(value=m.Name("self")))


def _updates(statement: cst.CSTNode) -> bool:
    if m.matches(statement, m.SimpleStatementLine(body=[m.Assign(targets=[_OF_SELF])])):
        return True
    return m.matches(statement, _UPDATING) and not any(map(_is_of_no_use, m.findall(statement, m.Call())))


def _is_of_no_use(call: cst.CSTNode) -> bool:
    """Without words for people nothing is wrong; without the base class nothing is right."""
    return is_talk(call) or called(call) == "super"


def statement_order(sites: Sites) -> Iterator[Change]:
    """Two neighbouring statements swapped, of which one uses what the other changes."""
    parameters = _names_in(sites.function.params)
    for node in sites.nodes:
        if not isinstance(node, cst.IndentedBlock):
            continue
        for index, (one, two) in enumerate(zip(node.body, node.body[1:], strict=False)):
            if not isinstance(one, cst.SimpleStatementLine) or not isinstance(two, cst.SimpleStatementLine):
                continue
            if _depend(sites, one, two, parameters):
                body = list(node.body)
                body[index], body[index + 1] = two, one
                yield Change(old=node, new=node.with_changes(body=body))


def _depend(sites: Sites, one: cst.SimpleStatementLine, two: cst.SimpleStatementLine, known: set[str]) -> bool:
    """Whether it matters which of two statements comes first, and either way no name is used before it is bound."""
    if is_a_string(one) or not _acts(one) or not _acts(two):
        return False
    bound_by_one, bound_by_two = _bound(one), _bound(two)
    needs_first = bound_by_one & _names_in(two)
    if needs_first - known or bound_by_two & bound_by_one:
        return False
    if needs_first or bound_by_two & _names_in(one):
        return True
    return bool(_places(sites, one, written=True) & _places(sites, two, written=False)) or bool(
        _places(sites, two, written=True) & _places(sites, one, written=False)
    )


def _acts(statement: cst.SimpleStatementLine) -> bool:
    return m.matches(statement, m.SimpleStatementLine(body=[m.Assign() | m.AugAssign() | m.Expr(m.Call())]))


def _bound(statement: cst.SimpleStatementLine) -> set[str]:
    names: set[str] = set()
    for small in statement.body:
        if isinstance(small, cst.Assign):
            names |= {name for target in small.targets for name in bound_by(target.target)}
        elif isinstance(small, cst.AugAssign):
            names |= set(bound_by(small.target))
    return names


def _places(sites: Sites, statement: cst.SimpleStatementLine, *, written: bool) -> set[str]:
    """Attributes as they are written (`self.a.b`) that a statement sets or calls a method of, or else uses."""
    used = {sites.text(node) for node in m.findall(statement, m.Attribute())}
    if not written:
        return used
    found: set[str] = set()
    for small in statement.body:
        if isinstance(small, cst.Assign):
            found |= {sites.text(target.target) for target in small.targets if m.matches(target.target, m.Attribute())}
        elif isinstance(small, cst.AugAssign) and isinstance(small.target, cst.Attribute):
            found.add(sites.text(small.target))
        elif isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
            func = small.value.func
            if isinstance(func, cst.Attribute) and isinstance(func.value, cst.Attribute):
                found.add(sites.text(func.value))
    return found
