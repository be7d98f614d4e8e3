"""Faults of function calls: which labels one call's arguments earn, and how to say it to the candidate.

Labels are those of the project's definitions of figures:

    bad-json             arguments do not parse as RFC 8259 JSON
    not-object           they parse to something other than an object
    unknown-tool         the name is not among the tools offered
    missing-argument     a required property is absent
    unexpected-argument  a property that the schema does not have
    wrong-type           `type` is violated, at any depth
    out-of-range         enum, const, pattern, format, a bound or a length is violated
    malformed-reply      the entry or the reply is not built as a call is
    call-in-text         the reply has no call, and its text holds one
    empty-reply          neither text nor call

Nothing is repaired or coerced here; a call is valid as it was sent, or not run.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from sandbox.detect.formats import FORMATS
from sandbox.exact import integer, real
from sandbox.schema import dotted, known_keys
from sandbox.tooling import Tool

DEEPEST = 500
MOST_SHOWN = 5
LONGEST_SHOWN = 300

_KEYWORD_LABELS = {
    "required": "missing-argument",
    "dependentRequired": "missing-argument",
    "additionalProperties": "unexpected-argument",
    "unevaluatedProperties": "unexpected-argument",
    "type": "wrong-type",
}
_KINDS = {bool: "a boolean", str: "a string", list: "a list", type(None): "null"}
# Room for a schema that refers to itself, held against a value nested as deeply as may be.
_FRAMES, _STACK_BYTES = 30_000, 256 * 2**20
# The recursion limit and the size of stacks are everybody's.
_ROOM = threading.Lock()


class BadJson(ValueError):
    """Text that is not RFC 8259 JSON, or nested deeper than `DEEPEST`."""


def parse_json(text: str) -> Any:
    """Strict JSON: no NaN, no BOM, bounded depth; every number is exactly what was written.

    Raises:
        BadJson: with the reason.
    """
    if not text.strip(" \t\r\n"):
        raise BadJson("there is nothing in them; no arguments are {}")
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_int=integer, parse_float=real)
    except RecursionError as exc:
        raise BadJson(f"nested deeper than {DEEPEST}") from exc
    except ValueError as exc:
        raise BadJson(str(exc)) from exc
    if _deeper_than(value, DEEPEST):
        raise BadJson(f"nested deeper than {DEEPEST}")
    return value


def _no_constant(name: str) -> NoReturn:
    raise BadJson(f"{name} is not JSON")


def _deeper_than(value: Any, most: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        if not level:
            return False
        level = [child for node in level for child in children(node)]
    return bool(level)


def children(node: Any) -> list[Any]:
    """The objects and lists directly inside a JSON value."""
    if isinstance(node, dict):
        return [child for child in node.values() if isinstance(child, dict | list)]
    return [child for child in node if isinstance(child, dict | list)] if isinstance(node, list) else []


def label_arguments(tool: Tool | None, arguments: str) -> tuple[dict[str, Any] | None, list[str], list[str]]:
    """Check one call's raw arguments against its tool's schema.

    Args:
        tool: the tool named, or None if none of that name is offered.
        arguments: the raw string as the candidate sent it.

    Returns:
        the parsed arguments (None unless an object), the labels, the problems in words.
    """
    try:
        value = parse_json(arguments)
    except BadJson as exc:
        return None, ["bad-json"], [f"the arguments are not valid JSON: {exc}"]
    if not isinstance(value, dict):
        return None, ["not-object"], [f"the arguments must be a JSON object, not {_KINDS.get(type(value), 'a number')}"]
    if tool is None:
        return value, [], []
    labels: list[str] = []
    problems: list[str] = []
    for error in _violations(checker(tool), value):
        label = _label(error)
        if label not in labels:
            labels.append(label)
        problems.append(_in_words(error))
    return value, labels, _shown(problems)


def checker(tool: Tool) -> Draft202012Validator:
    """A tool's validator, with every format that is checked here."""
    validator: Any = tool.validator
    evolved: Draft202012Validator = validator.evolve(format_checker=FORMATS)
    return evolved


def _shown(problems: Iterable[str]) -> list[str]:
    said = list(dict.fromkeys(problems))
    return said if len(said) <= MOST_SHOWN else [*said[:MOST_SHOWN], f"and {len(said) - MOST_SHOWN} more"]


def _violations(validator: Draft202012Validator, value: Any) -> list[ValidationError]:
    try:
        return list(_leaves(validator.iter_errors(value)))
    except RecursionError:
        return _with_room(validator, value)


def _with_room(validator: Draft202012Validator, value: Any) -> list[ValidationError]:
    """The violations, found in a thread whose stack is large enough for any value that `parse_json` lets pass."""
    found: list[ValidationError] = []
    thread = threading.Thread(target=lambda: found.extend(_leaves(validator.iter_errors(value))))
    with _ROOM:
        limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK_BYTES)
        try:
            sys.setrecursionlimit(max(limit, _FRAMES))
            thread.start()
            thread.join()
        finally:
            threading.stack_size(size)
            sys.setrecursionlimit(limit)
    return found


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """The violations themselves, below anyOf and its like."""
    for error in errors:
        yield from _alternatives(error) if error.context else (error,)


def _alternatives(error: ValidationError) -> Iterator[ValidationError]:
    """Where no alternative fits: what is wrong by the one that was meant, as far as can be told.

    That is one of the right type if there is any, of the right constants, with the fewest
    violations. Where the type fits none, that is the violation.
    """
    branches: dict[Any, list[ValidationError]] = {}
    for below in error.context or ():
        branches.setdefault(below.relative_schema_path[0], []).extend(_leaves([below]))
    own = len(error.absolute_path)
    types = {
        index: [leaf for leaf in leaves if leaf.validator == "type" and len(leaf.absolute_path) == own]
        for index, leaves in branches.items()
    }
    fitting = [leaves for index, leaves in branches.items() if not types[index]]
    if fitting:
        yield from min(fitting, key=lambda leaves: (any(_is_choice(leaf, own) for leaf in leaves), len(leaves)))
        return
    kinds = dict.fromkeys(kind for found in types.values() for leaf in found for kind in _kinds(leaf))
    message = f"{error.instance!r} is not of type {', '.join(map(repr, kinds))}"
    yield ValidationError(message, validator="type", path=error.absolute_path, instance=error.instance)


def _is_choice(leaf: ValidationError, own: int) -> bool:
    """Whether a property of the value itself says that another alternative was meant."""
    return leaf.validator in ("const", "enum") and len(leaf.absolute_path) == own + 1


def _kinds(leaf: ValidationError) -> list[str]:
    kinds: Any = leaf.validator_value
    return [kinds] if isinstance(kinds, str) else list(kinds) if isinstance(kinds, list) else []


def _label(error: ValidationError) -> str:
    if error.validator is None and error.absolute_path and isinstance(error.absolute_path[-1], str):
        return "unexpected-argument"  # the schema of that property is `false`
    return _KEYWORD_LABELS.get(str(error.validator), "out-of-range")


def _in_words(error: ValidationError) -> str:
    where = dotted(error.absolute_path)
    where = "the arguments" if where == "the document" else f"`{where}`"
    expected: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "required":
        missing = [key for key in expected if key not in instance]
        return f"{where}: required and missing: {', '.join(missing)}"
    if error.validator == "additionalProperties":
        known = known_keys(error)
        return f"{where}: unknown: {', '.join(_extra(error, known))} (known: {', '.join(known) or 'none'})"
    if len(error.message) <= LONGEST_SHOWN:
        return f"{where}: {error.message}"
    rule = repr(expected)
    return f"{where}: violates {error.validator}{f' {rule}' if len(rule) <= LONGEST_SHOWN // 2 else ''}"


def _extra(error: ValidationError, known: list[str]) -> list[str]:
    found: Any = error.schema
    instance: Any = error.instance
    patterns = list(found.get("patternProperties", {}))
    return sorted(key for key in set(instance) - set(known) if not any(re.search(one, key) for one in patterns))
