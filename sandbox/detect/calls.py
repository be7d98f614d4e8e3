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
from decimal import Decimal, InvalidOperation
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
    if math.isfinite(value):
        return value
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent that no Decimal holds either
        return Decimal("-Infinity" if digits.startswith("-") else "Infinity")


def _deeper_than(value: Any, most: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
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
    return value, labels, list(dict.fromkeys(problems))[:MOST_SHOWN]


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


# Ways in which models write calls when they miss the channel for them.
_TAG = re.compile(
    r"<\s*(?:tool_calls?|function_calls?|tool_use|tool_code|invoke|function)\b[^<>]*>"
    r"|<[|｜][^<>|｜\n]{0,40}(?:tool|function|python_tag)[^<>|｜\n]{0,40}[|｜]>"
    r"|\[TOOL_CALLS\]"
)
_IDENTIFIER = r"(?:functions\.)?([A-Za-z_][\w.-]*)"
_NAME_IN_TAG = re.compile(rf"(?:=|\bname\s*=)\s*[\"']?{_IDENTIFIER}")
_NAME_KEY = re.compile(r"\"(?:name|tool|tool_name|function)\"\s*:")
_NAME_FIRST = re.compile(rf"[\s\[]*{_IDENTIFIER}(?::\d+)?(?:\(|\s*(?:\{{|\[ARGS\]|<[|｜]|<\s*(?:arg|param)|```))")
_PAYLOAD = re.compile(r"\s*(?:\{|<\s*(?:arg|param|/))")
_TO_FUNCTION = re.compile(rf"\bto=functions\.{_IDENTIFIER}[^\n{{]{{0,200}}\{{")
_REACT = re.compile(r"^[ \t]*Action:[ \t]*`?([\w.-]+)`?[ \t]*\r?\n\s*Action Input:[ \t]*\S", re.MULTILINE)
_KEYWORD = r"\(\s*(\w+)\s*=\s*(?:[\"'\[{\d-]|True\b|False\b)"
_NAME_KEYS = ("name", "tool", "tool_name", "function", "function_name", "action")
_ARGUMENT_KEYS = ("arguments", "parameters", "args", "kwargs", "input", "tool_input", "action_input")
_WINDOW = 4000


def call_in_text(text: str, tools: Toolset) -> bool:
    """Whether text holds a call in some native syntax, be it meant as an example.

    A call tag counts with whatever name and payload follow it, broken or not; without
    a tag the name must be one that is offered.
    """
    return (
        any(_is_tagged_call(text, match) for match in _TAG.finditer(text))
        or any(match[1] in tools for match in (*_TO_FUNCTION.finditer(text), *_REACT.finditer(text)))
        or any(_is_pythonic(text, tool) for tool in tools.values())
        or any(_is_call(value, tools) for value in _objects(text))
    )


def _is_tagged_call(text: str, tag: re.Match[str]) -> bool:
    """Whether a tag is followed by a tool and a payload."""
    rest = text[tag.end() : tag.end() + _WINDOW]
    if rest.lstrip().startswith(("{", "[")) and _NAME_KEY.search(rest):
        return True
    if _NAME_IN_TAG.search(tag[0]):
        return bool(_PAYLOAD.match(rest))
    return bool(_NAME_FIRST.match(rest))


def _is_pythonic(text: str, tool: Tool) -> bool:
    """Whether a tool is called as a Python function, with its own keywords."""
    known = tool.parameters.get("properties", {})
    return any(match[1] in known for match in re.finditer(rf"(?<![\w.]){re.escape(tool.name)}{_KEYWORD}", text))


def _is_call(value: dict[str, Any], tools: Toolset) -> bool:
    names = [value[key] for key in _NAME_KEYS if isinstance(value.get(key), str)]
    return any(name in tools for name in names) and any(key in value for key in _ARGUMENT_KEYS)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every JSON object in the text, those inside others too (bounded work)."""
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
        level = [value]
        while level:
            yield from (node for node in level if isinstance(node, dict))
            level = [child for node in level for child in _children(node)]
        position = end
