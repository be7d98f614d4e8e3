"""Calls that a model wrote into its text, in whatever syntax it was trained on, be it meant as an example.

A call names a tool and has a payload. Four rooms know the syntaxes: `text_tags` (tags, special
tokens), `text_lines` (labels, names before arguments, elements), `text_code` (calls as in a program)
and this one (objects). Outside a tag the tool must be one that is offered. The payload of an object is an object, or a
string that parses to one: with a list or another string beside a name it is configuration.
An object without a key for arguments (`{"bash": {"command": "ls"}}`, `{"tool": "bash", "command": "ls"}`) must stand
alone and hold what the tool requires and nothing else. Records of what was called, and what a tag calls a result,
are no calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from sandbox.detect.calls import BadJson, parse_json
from sandbox.detect.embedded import object_at, objects
from sandbox.detect.literals import Effort
from sandbox.detect.text_code import fences, has_code_call
from sandbox.detect.text_lines import has_call_on_lines
from sandbox.detect.text_tags import has_tagged_call, takes_nothing
from sandbox.tooling import Toolset

# Space beyond this says nothing; it would only be read again and again.
_WIDE = re.compile(r"\s{40,}")
_LEGACY = ("function_call", "functionCall")
_NAME_KEYS = (
    *("name", "tool", "tool_name", "function", "function_name", "recipient_name", "toolName", "action"),
    *("functionName", "func", "fn", "api_name", "call"),
)
_ARGUMENT_KEYS = (
    *("arguments", "parameters", "tool_input", "tool_args", "tool_arguments", "tool_parameters"),
    *("function_args", "function_arguments", "action_input", "toolInput", "toolArgs"),
)
# These are everybody's: what they hold must look like arguments of the tool.
_COMMON_KEYS = ("args", "params", "kwargs", "input")
# LangChain's agents hand over words too.
_WORDED = (("action", "action_input"), ("tool", "tool_input"))
_FLAT_KEYS = ("tool", "tool_name", "toolName")
# What stands beside a call and is no argument.
_ASIDE = ("id", "type", "thought", "thoughts", "reasoning")
_LINE_OBJECT = re.compile(r"^[ \t]*(\{[^\n]*\})[ \t]*$", re.M)
_MOST_ALONE = 200
# Of records: what only a log says of a call, and what comes out of one.
_LOGGED = re.compile(
    r"(?i:duration\w*|took\w*|elapsed\w*|latency\w*|timestamp|ts|level|log_?level|logger|(?:trace|span)_?id|\w+_ms)"
)
_OUTCOMES = ("result", "results", "output", "outputs", "status", "error", "response", "returned", "exit_code")
_LOG_LINE = re.compile(
    r"^[ \t>]*\[?(?:\d{4}-\d\d-\d\d[T ,]|\d\d:\d\d(?::\d\d)?\b"
    r"|(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL)\b[\]:| ])"
    r"[^\n]*",
    re.M,
)
_RESULT_TAG = re.compile(
    r"(?<!`)<(?P<closes>/?)(?P<tag>tool_results?|tool_responses?|tool_outputs?|function_results?|function_responses?|observation)"
    r"(?:\s[^<>]{0,200})?>|\[(?P<ends>/?)TOOL_RESULTS\]"
)
_OF_SCHEMAS = ("type", "description", "$ref", "in", "schema")


def call_in_text(text: str, tools: Toolset) -> bool:
    """Whether text holds a call in some native syntax, be it meant as an example."""
    text = _without_results(_WIDE.sub(lambda space: space[0][:20] + space[0][-20:], text))
    if has_tagged_call(text, tools):
        return True
    named = any(name in text for name in tools)
    # Without a tag a tool that is offered must be named; an object may spell it with escapes.
    if not named and "\\u" not in text and not any(key in text for key in _LEGACY):
        return False
    if named and (has_call_on_lines(text, tools) or has_code_call(text, tools)):
        return True
    found = objects(_LOG_LINE.sub("", text))
    return any(_is_call(value, tools) for value in found) or (named and _is_bare_call(text, tools))


def _without_results(text: str) -> str:
    """The text without what tags say a tool has answered."""
    if "<" not in text and "[" not in text:
        return text
    kept, position, opened = [], 0, None
    for match in _RESULT_TAG.finditer(text):
        if not (match["closes"] or match["ends"]):
            opened = opened or match
        elif opened is not None and match["tag"] == opened["tag"]:
            kept.append(text[position : opened.start()])
            position, opened = match.end(), None
    return " ".join([*kept, text[position:]])


def _is_bare_call(text: str, tools: Toolset) -> bool:
    """Whether an object alone in the text, a fence or a line holds arguments without a key for them."""
    effort = Effort.on(text)
    blocks = [block for block in fences(text) if block[2].lower() in ("", "json", "tool", "text")]
    alone = [text, *(text[start:end] for start, end, _ in blocks[:_MOST_ALONE])]
    for whole in (value for part in alone for value in _whole(part.strip(), effort)):
        if _is_keyed(whole, tools) or _is_flat(whole, tools):
            return True
    lines = islice(_LINE_OBJECT.finditer(text), _MOST_ALONE)
    return any(_is_flat(value, tools) for line in lines for value in _whole(line[1], effort))


def _whole(part: str, effort: Effort) -> list[Any]:
    """The object that a part is from end to end, or those in the list that it is."""
    if part.startswith("["):
        try:
            found = parse_json(part)
        except BadJson:
            return []
        return found if isinstance(found, list) else []
    read = object_at(part, 0, effort) if part.startswith("{") else None
    return [read[0]] if read is not None and read[1] == len(part) else []


def _is_keyed(value: Any, tools: Toolset) -> bool:
    """`{"bash": {"command": "ls"}}`: every key is a tool, with its arguments."""
    if not isinstance(value, dict) or not any(value.values()):
        return False
    return all(name in tools and isinstance(given, dict) and _fits(name, given, tools) for name, given in value.items())


def _is_flat(value: Any, tools: Toolset) -> bool:
    """`{"tool": "bash", "command": "ls"}`: a tool beside its arguments."""
    key = next((key for key in _FLAT_KEYS if isinstance(value, dict) and isinstance(value.get(key), str)), None)
    if key is None or _bare(value[key]) not in tools:
        return False
    name = _bare(value[key])
    own = tools[name].parameters.get("properties", {})
    given = {one: held for one, held in value.items() if one != key and (one in own or one not in _ASIDE)}
    return bool(given) and _fits(name, given, tools)


def _fits(name: str, given: Mapping[str, Any], tools: Toolset) -> bool:
    """Whether that is all that a tool requires and nothing that it does not know; a description of it is not."""
    schema = tools[name].parameters
    own = schema.get("properties", {})
    return set(schema.get("required", ())) <= set(given) <= set(own) and not _is_schema(given, own)


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
    if any(_LOGGED.fullmatch(one) for one in value):
        return False
    for first, second in _WORDED:
        if key == first and isinstance(value.get(second), str) and (value[second] or takes_nothing(name, tools)):
            return True
    payloads = [_payload(value[one]) for one in _ARGUMENT_KEYS if one in value]
    if any(one is not None and not _is_schema(one, own) for one in payloads):
        return True
    if any(one in value for one in _OUTCOMES):
        return False
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
