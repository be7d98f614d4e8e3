"""Calls that a model wrote into its text, in whatever syntax it was trained on, be it meant as an example.

A call names a tool and has a payload. Four rooms know the syntaxes: `text_tags` (tags, special
tokens), `text_lines` (labels, names before arguments, elements), `text_code` (calls as in a program)
and this one (objects). Outside a tag the tool must be one that is offered. The payload of an object is an object, or a
string that parses to one: with a list or another string beside a name it is configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.detect.calls import BadJson, parse_json
from sandbox.detect.embedded import objects
from sandbox.detect.text_code import has_code_call
from sandbox.detect.text_lines import has_call_on_lines
from sandbox.detect.text_tags import has_tagged_call, takes_nothing
from sandbox.tooling import Toolset

# Space beyond this says nothing; it would only be read again and again.
_WIDE = re.compile(r"\s{40,}")
_LEGACY = ("function_call", "functionCall")
_NAME_KEYS = (
    *("name", "tool", "tool_name", "function", "function_name", "recipient_name", "toolName", "action"),
    *("functionName", "func", "api_name", "call"),
)
_ARGUMENT_KEYS = (
    *("arguments", "parameters", "tool_input", "tool_args", "tool_arguments", "tool_parameters"),
    *("function_args", "function_arguments", "action_input", "toolInput", "toolArgs"),
)
# These are everybody's: what they hold must look like arguments of the tool.
_COMMON_KEYS = ("args", "params", "kwargs", "input")
# LangChain's agents hand over words too.
_WORDED = (("action", "action_input"), ("tool", "tool_input"))
_OF_SCHEMAS = ("type", "description", "$ref", "in", "schema")


def call_in_text(text: str, tools: Toolset) -> bool:
    """Whether text holds a call in some native syntax, be it meant as an example."""
    text = _WIDE.sub(lambda space: space[0][:20] + space[0][-20:], text)
    if has_tagged_call(text, tools):
        return True
    named = any(name in text for name in tools)
    # Without a tag a tool that is offered must be named; an object may spell it with escapes.
    if not named and "\\u" not in text and not any(key in text for key in _LEGACY):
        return False
    if named and (has_call_on_lines(text, tools) or has_code_call(text, tools)):
        return True
    return any(_is_call(value, tools) for value in objects(text))


def is_function_call(value: Any, tools: Toolset) -> bool:
    """Whether the legacy field `function_call` of a message holds a call: a name or a payload, whatever the name."""
    if isinstance(value, Mapping):
        return any(bool(value.get(key)) for key in ("name", "arguments"))
    if isinstance(value, list):
        return any(isinstance(one, Mapping) and is_function_call(one, tools) for one in value)
    return isinstance(value, str) and call_in_text(value, tools)


def _is_call(value: Mapping[str, Any], tools: Toolset) -> bool:
    if any(_is_legacy(value.get(key)) for key in _LEGACY) or (value.get("type") in _LEGACY and _is_legacy(value)):
        return True
    names = {key: _bare(value[key]) for key in _NAME_KEYS if isinstance(value.get(key), str)}
    return any(_is_call_of(name, key, value, tools) for key, name in names.items() if name in tools)


def _bare(name: str) -> str:
    return name.removeprefix("functions.").removeprefix("default_api.")


def _is_legacy(value: Any) -> bool:
    """What a message holds under `function_call`: a name, whoever's, and arguments."""
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str) or not value["name"]:
        return False
    return any(isinstance(value.get(key), str | dict) for key in ("arguments", "args", "parameters"))


def _is_call_of(name: str, key: str, value: Mapping[str, Any], tools: Toolset) -> bool:
    own = tools[name].parameters.get("properties", {})
    if any(key == first and isinstance(value.get(second), str) and value[second] for first, second in _WORDED):
        return True
    payloads = [_payload(value[one]) for one in _ARGUMENT_KEYS if one in value]
    if any(one is not None and not _is_schema(one, own) for one in payloads):
        return True
    common = [_payload(value[one]) for one in _COMMON_KEYS if one in value]
    return any(
        one is not None
        and not _is_schema(one, own)
        and (_has_own(one, own) or (not one and takes_nothing(name, tools)))
        for one in common
    )


def _payload(value: Any) -> Mapping[str, Any] | None:
    """Arguments: an object, or a string that is one or was to be one."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    try:
        parsed = parse_json(value)
    except BadJson:
        return {"": value}
    return parsed if isinstance(parsed, dict) else None


def _has_own(payload: Mapping[str, Any], own: Iterable[str]) -> bool:
    return any(key in own for key in payload)


def _is_schema(payload: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Whether a tool's definition stands in the place of arguments: the schema, or a description of each."""
    if isinstance(payload.get("properties"), dict) and "properties" not in own:
        return True
    if payload.get("type") == "object" and "type" not in own:
        return True
    described = [one for one in payload.values() if isinstance(one, dict) and any(key in one for key in _OF_SCHEMAS)]
    return bool(payload) and len(described) == len(payload)
