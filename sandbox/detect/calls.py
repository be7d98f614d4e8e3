"""Faults of function calls: which labels one call earns, and how to say it to the candidate.

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
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from jsonschema.exceptions import ValidationError

from sandbox.schema import dotted, known_keys
from sandbox.tooling import Tool, Toolset

DEEPEST = 500
MOST_SHOWN = 5

_KEYWORD_LABELS = {
    "required": "missing-argument",
    "dependentRequired": "missing-argument",
    "additionalProperties": "unexpected-argument",
    "unevaluatedProperties": "unexpected-argument",
    "type": "wrong-type",
}


class BadJson(ValueError):
    """Text that is not RFC 8259 JSON, or nested deeper than `DEEPEST`."""


def parse_json(text: str) -> Any:
    """Strict JSON: no NaN, no BOM, bounded depth; a number too large for a float stays exact.

    Raises:
        BadJson: with the reason.
    """
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_int=_integer, parse_float=_float)
    except RecursionError as exc:
        raise BadJson(f"nested deeper than {DEEPEST}") from exc
    except ValueError as exc:
        raise BadJson(str(exc)) from exc
    if _deeper_than(value, DEEPEST):
        raise BadJson(f"nested deeper than {DEEPEST}")
    return value


def _no_constant(name: str) -> NoReturn:
    raise BadJson(f"{name} is not JSON")


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= 4000 else Decimal(digits)


def _float(digits: str) -> float | Decimal:
    value = float(digits)
    return value if math.isfinite(value) else Decimal(digits)


def _deeper_than(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most + 1):
        if not level:
            return False
        level = [child for node in level for child in _children(node)]
    return bool(level)


def _children(node: Any) -> list[Any]:
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
        kind = {"NoneType": "null", "str": "a string", "list": "a list"}.get(type(value).__name__, "no object")
        return None, ["not-object"], [f"the arguments must be a JSON object, not {kind}"]
    if tool is None:
        return value, [], []
    labels: list[str] = []
    problems: list[str] = []
    for error in _leaves(tool.validator.iter_errors(value)):
        label = _KEYWORD_LABELS.get(str(error.validator), "out-of-range")
        if label not in labels:
            labels.append(label)
        problems.append(_in_words(error))
    return value, labels, problems[:MOST_SHOWN]


def _leaves(errors: Iterator[ValidationError]) -> Iterator[ValidationError]:
    """The violations themselves, below anyOf and its like."""
    for error in errors:
        if error.context:
            yield from _leaves(iter(error.context))
        else:
            yield error


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
        extra = sorted(set(instance) - set(known))
        return f"{where}: unknown: {', '.join(extra)} (known: {', '.join(known) or 'none'})"
    return f"{where}: {error.message}" if len(error.message) <= 300 else f"{where}: violates {error.validator}"


_TAGGED = re.compile(
    r"<\s*(?:tool_call|function_call|tool_use|invoke|function)\b[^>]*>|<\|?(?:tool_call|python_tag)\w*\|?>|\[TOOL_CALLS\]"
)
_OBJECT_KEYS = ("arguments", "parameters", "args", "input", "tool_input")


def call_in_text(text: str, tools: Toolset) -> bool:
    """Whether text holds a call in some native syntax (a tag, or an object with name and arguments)."""
    if match := _TAGGED.search(text):
        rest = text[match.start() :]
        return any(name in rest for name in tools) or '"name"' in rest
    return any(_is_call(value, tools) for value in _objects(text))


def _is_call(value: dict[str, Any], tools: Toolset) -> bool:
    inner = value.get("function")
    if isinstance(inner, dict):
        value = inner
    name = value.get("name", value.get("tool", value.get("function")))
    return isinstance(name, str) and name in tools and any(key in value for key in _OBJECT_KEYS)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every JSON object that starts somewhere in the text (bounded work)."""
    decoder = json.JSONDecoder()
    position = 0
    for _ in range(200):
        position = text.find("{", position)
        if position < 0:
            return
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            position += 1
            continue
        if isinstance(value, dict):
            yield value
        position = end
