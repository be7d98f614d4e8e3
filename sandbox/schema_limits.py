"""Whether a JSON Schema that others wrote can be offered, and held against any arguments without harm. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError

from sandbox.schema import compiled

MOST_BYTES = 128 * 1024
DEEPEST = 60
# Keywords of schemas below, by how they hold them.
ONE = frozenset(
    {
        *("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"),
        *("contentSchema", "unevaluatedItems", "unevaluatedProperties"),
    }
)
LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
TABLES = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
# Of these, what is held against the very value that the schema itself is.
_SAME_VALUE_ONE = frozenset({"else", "if", "not", "then"})
_SAME_VALUE_LISTS = frozenset({"allOf", "anyOf", "oneOf"})
_ADDRESSES = ("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor")


def why_unfit(schema: Any) -> str | None:
    """Why a schema cannot be that of a tool's arguments; None if it can."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return "is no schema of an object"
    try:
        size = len(json.dumps(schema))
    except (TypeError, ValueError, RecursionError):
        return "is nested too deeply, or no JSON"
    if size > MOST_BYTES:
        return f"is larger than {MOST_BYTES >> 10} KiB"
    if _depth(schema) > DEEPEST:
        return f"is nested deeper than {DEEPEST}"
    try:
        # Patterns are those of ECMA-262, and looked at below.
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(formats=()))
    except SchemaError as exc:
        return f"is no JSON Schema: {exc.message[:200]}"
    except RecursionError:
        return "is nested too deeply"
    return next(_troubles(schema), None)


def below(schema: Any) -> Iterator[tuple[str, Any]]:
    """The schemas directly inside a schema, each with the path to it."""
    if not isinstance(schema, Mapping):
        return
    for key, value in schema.items():
        if key in ONE:
            yield key, value
        elif key in LISTS and isinstance(value, list):
            yield from ((f"{key}[{index}]", inner) for index, inner in enumerate(value))
        elif key in TABLES and isinstance(value, Mapping):
            yield from ((f"{key}.{name}", inner) for name, inner in value.items())


def resolved(root: Any, ref: str) -> Any:
    """What a reference within a document names.

    Raises:
        LookupError: nothing in it.
    """
    if ref != "#" and not ref.startswith("#/"):
        raise LookupError(ref)
    node = root
    for token in ref[2:].split("/") if ref != "#" else ():
        key = unquote(token).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and key.isascii() and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        elif isinstance(node, Mapping) and key in node:
            node = node[key]
        else:
            raise LookupError(ref)
    return node


def _depth(schema: Any) -> int:
    deepest, level = 0, [schema]
    while level:
        deepest += 1
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
    return deepest


def _troubles(root: Mapping[str, Any]) -> Iterator[str]:
    waiting, seen = [root], set()
    while waiting:
        schema = waiting.pop()
        if not isinstance(schema, Mapping) or id(schema) in seen:
            continue
        seen.add(id(schema))
        yield from (f"uses {key}, which is not supported" for key in _ADDRESSES if key in schema)
        yield from _bad_patterns(schema)
        if "$ref" in schema:
            try:
                waiting.append(resolved(root, schema["$ref"]))
            except LookupError:
                yield f"refers to {str(schema['$ref'])[:100]!r}, which is not in it"
                continue
        waiting += [inner for _, inner in below(schema)]
    if _goes_round(root):
        yield "refers to itself without end"


def _bad_patterns(schema: Mapping[str, Any]) -> Iterator[str]:
    patterns = [schema["pattern"]] if isinstance(schema.get("pattern"), str) else []
    inner = schema.get("patternProperties")
    for pattern in [*patterns, *(inner if isinstance(inner, Mapping) else ())]:
        try:
            compiled(pattern)
        except (re.error, OverflowError, RecursionError) as exc:
            yield f"has a pattern that cannot be used: {pattern[:100]!r} ({exc})"


def _goes_round(root: Mapping[str, Any]) -> bool:
    """Whether holding a value against it would come back to the same schema and the same value."""
    state: dict[int, bool] = {}

    def visit(schema: Any) -> bool:
        if not isinstance(schema, Mapping):
            return False
        if id(schema) in state:
            return state[id(schema)]
        state[id(schema)] = True
        found = any(map(visit, _same_value(root, schema)))
        state[id(schema)] = False
        return found

    waiting: list[Any] = [root]
    seen = set()
    while waiting:
        schema = waiting.pop()
        if isinstance(schema, Mapping) and id(schema) not in seen:
            seen.add(id(schema))
            if visit(schema):
                return True
            waiting += [inner for _, inner in below(schema)]
    return False


def _same_value(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Any]:
    if isinstance(schema.get("$ref"), str):
        try:
            yield resolved(root, schema["$ref"])
        except LookupError:
            return
    yield from (schema[key] for key in _SAME_VALUE_ONE if key in schema)
    for key in _SAME_VALUE_LISTS & schema.keys():
        yield from schema[key]
    if isinstance(schema.get("dependentSchemas"), Mapping):
        yield from schema["dependentSchemas"].values()
