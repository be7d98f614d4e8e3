"""Calls that a model wrote into its text, in whatever syntax it was trained on.

A call names a tool and has a payload. Inside a call tag (an XML-like tag, a special
token, a bracketed or fenced marker) any name counts and the call may be broken; outside,
the name must be one that is offered. Prose about tags, and placeholders, are no calls.
Work is bounded by the length of the text: every pattern stops at the next tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from sandbox.detect.embedded import decoded, objects
from sandbox.tooling import Toolset

_WINDOW = 4000
_MOST_TRIED = 1000
_IDENTIFIER = r"[A-Za-z_][\w.-]*"
_PREFIX = r"(?:(?:functions|default_api|tools)\.)?"
_BAR = "[|｜]"

# --- what opens a call ---

_WORD = r"tool_?calls?|function_?calls?|start_function_call|TOOL_?CALLS?|tool_use|tool_code|tool_request"
_TAG = re.compile(
    rf"<{_BAR}?(?:[a-z]{{2,12}}:|DSML{_BAR})?(?P<word>{_WORD}|invoke|function|tool)"
    rf"(?P<attributes>(?:[\s=][^<>]{{0,300}})?){_BAR}?>"
    rf"|<{_BAR}(?P<token>[^<>|｜\n]{{1,60}}){_BAR}>"
    r"|\[TOOL_(?:CALLS?|REQUEST)\]|\bfunctools(?=\s*\[\s*\{)|✿FUNCTION✿:"
    r"|```(?P<fence>tool_calls?|tool_code|tool_use|function_calls?)(?=\s)"
)
_OPENING_TOKEN = re.compile(
    r"(?:tools?|function)_?calls?(?:_section)?(?:_(?:begin|start))?"
    r"|tool_sep|python_(?:tag|start)|plugin|start_action|action_start|tools_prefix"
)
# Llama's, when it forgets how.
_UNCLOSED = re.compile(rf"<function[=(]{_IDENTIFIER}\)?\s*>?\s*\{{\s*[\"'}}]")
_NAME_ATTRIBUTE = re.compile(rf"(?:\A=|\b(?:name|tool|tool_name)\s*=)\s*[\"']?(?:functions\.)?(?P<name>{_IDENTIFIER})")

# --- what makes it one ---

_JSON = re.compile(r"\s*(?:```\w*\s*)?\[?\s*(?:\{\s*(?:[\"']\w|\w+\s*:)|[\"'](?:name|arguments)[\"']\s*:)")
_NAME_KEY = re.compile(r"[\"']?\b(?:name|tool|tool_name|function|function_name|recipient_name)[\"']?\s*:\s*(?P<value>)")
_PLACEHOLDER = re.compile(r"[\"']?\s*(?:<|\.\.|…|\$|\{+\s*\w|\[)")
_BODY = re.compile(rf"\s*(?:\[?\s*\{{|<{_BAR}?(?:[a-z]+:|DSML{_BAR})?\s*(?:arg|param|/|\w+>))")
_NAME_ELEMENT = re.compile(rf"\s*<tool_name>\s*{_IDENTIFIER}\s*</tool_name>")
_NAME_FIRST = re.compile(
    rf"(?P<gap>[\s\[]*)(?:print\(\s*)?(?:call:)?{_PREFIX}(?P<name>{_IDENTIFIER})(?::\d+)?"
    r"(?:"
    r"\((?:\s*\w+\s*=[^=]|\s*[\"'{\[\d]|\s*\))"
    r"|\s*\{\s*(?:[\"'}]|\w+\s*:)"
    r"|(?:\[CALL_ID\]\w+)?\[ARGS\]\s*(?:\{|\Z)"
    rf"|\s*<{_BAR}(?:tool.sep|tool_call_argument_begin){_BAR}>\s*(?:\{{|```|\Z)"
    r"|\s*<arg_key>\s*[\w.-]*\s*(?:</arg_key>|(?:<[/a-z_]{0,8})?\Z)"
    r"|\s*<(?:param|parameter)[=\s][^<>]{1,200}>"
    r"|\s*```(?:json)?\s*\{"
    r"|\s*✿ARGS✿:"
    r")"
)
_NAME_ALONE = re.compile(rf"\s*(?P<name>{_IDENTIFIER})\s*</tool_call>")
_CODE_CALL = re.compile(
    r"(?<![\w.])(?P<prefix>functions\.|default_api\.|tools\.)?(?P<name>\w+)(?P<call>\.call)?"
    r"\((?P<keyword>\s*\w+\s*=[^=])?"
)

# --- outside tags ---

_HARMONY = re.compile(
    rf"\bto=(?P<prefix>functions\.)?(?P<name>{_IDENTIFIER})"
    rf"(?P<between>[^\n{{<]{{0,60}}(?:<{_BAR}[^<>|｜\n]{{1,20}}{_BAR}>[^\n{{<]{{0,40}}){{0,3}})(?P<payload>\{{|\S|\Z)"
)
_REACT = re.compile(
    r"^[ \t*]*Action:[ \t*]*[`\"']?([\w.-]+)[`\"']?[ \t]*\r?\n\s*\**Action Input:\**\s*\S", re.MULTILINE
)
_RECIPIENT = re.compile(rf"<\|recipient\|>\s*(?P<name>{_IDENTIFIER})\s*<\|content\|>\s*(?P<payload>\S?)")
_NAME_KEYS = ("name", "tool", "tool_name", "function", "function_name", "recipient_name", "toolName", "action")
_ARGUMENT_KEYS = (
    *("arguments", "parameters", "args", "params", "kwargs", "input", "tool_input", "tool_args"),
    *("tool_arguments", "function_args", "function_arguments", "action_input"),
)
_LITERAL = r"(?:[rbfu]{0,2}[\"']|[\[{]|-?\d|(?:True|False|None|true|false|null)\b)"


def call_in_text(text: str, tools: Toolset) -> bool:
    """Whether text holds a call in some native syntax, be it meant as an example."""
    if _has_tagged_call(text, tools) or _UNCLOSED.search(text) or _has_routed_call(text, tools):
        return True
    # Without a tag a tool that is offered must be named; an object may spell it with escapes.
    if not any(name in text for name in tools) and "\\u" not in text:
        return False
    return (
        any(match[1] in tools for match in _REACT.finditer(text))
        or _has_call_by_name(text, tools)
        or any(_is_call(value, tools) for value in objects(text))
    )


def is_function_call(value: Any, tools: Toolset) -> bool:
    """Whether the legacy field `function_call` of a message holds a call: a name or a payload, whatever the name."""
    if isinstance(value, Mapping):
        return any(bool(value.get(key)) for key in ("name", "arguments"))
    if isinstance(value, list):
        return any(isinstance(one, Mapping) and is_function_call(one, tools) for one in value)
    return isinstance(value, str) and call_in_text(value, tools)


def _has_tagged_call(text: str, tools: Toolset) -> bool:
    tags = [match for match in _TAG.finditer(text) if match["token"] is None or _opens(match["token"])]
    ends = [*(tag.start() for tag in tags[1:]), len(text)]
    return any(_is_tagged_call(text, tag, end, tools) for tag, end in zip(tags, ends, strict=False))


def _opens(token: str) -> bool:
    return _OPENING_TOKEN.fullmatch(token.strip().lower().replace("▁", "_").replace(" ", "_")) is not None


def _is_tagged_call(text: str, tag: re.Match[str], end: int, tools: Toolset) -> bool:
    """Whether a tag, up to the next one, is followed by a tool and a payload."""
    start, stop = tag.end(), min(tag.end() + _WINDOW, len(text))
    word, attributes = tag["word"], tag["attributes"] or ""
    if named := _NAME_ATTRIBUTE.search(attributes):
        return _is_named_call(text, tag, named["name"], tools)
    if word in ("function", "tool", "invoke"):
        return word == "invoke" and _NAME_ELEMENT.match(text, start, stop) is not None
    if match := _JSON.match(text, start, stop):
        return _may_name_a_tool(text, match.start(), min(end, stop))
    if "tool_code" in (word, tag["fence"]) or (tag["token"] or "").startswith("python_"):
        return any(_is_code_call(match, tools) for match in _CODE_CALL.finditer(text, start, min(end, stop)))
    if match := _NAME_FIRST.match(text, start, stop):
        # A word of prose may stand before a brace or a bracket too; a name stands right at its tag, or on its own line.
        return match["name"] in tools or not match["gap"] or "\n" in match["gap"] or "[" in match["gap"]
    alone = _NAME_ALONE.match(text, start, stop) or _NAME_ELEMENT.match(text, start, stop)
    return alone is not None and ("tool_name" in alone[0] or _takes_nothing(alone["name"], tools))


def _is_named_call(text: str, tag: re.Match[str], name: str, tools: Toolset) -> bool:
    """A tag that carries the tool's name; XML at large has <function name="…"> and <tool name="…"> too."""
    native = tag["word"] not in ("function", "tool") or tag["attributes"].startswith("=")
    if name not in tools and not native:
        return False
    if tag["attributes"].rstrip().endswith("/"):
        return name in tools
    return _BODY.match(text, tag.end()) is not None


def _may_name_a_tool(text: str, start: int, end: int) -> bool:
    """Whether an object in a tag names a tool, or is too broken to; not if a placeholder stands for the name."""
    values = [match.end() for match in _NAME_KEY.finditer(text, start, end)]
    return not values or any(not _PLACEHOLDER.match(text, value, end) for value in values)


def _takes_nothing(name: str, tools: Toolset) -> bool:
    return name in tools and not tools[name].parameters.get("required")


def _is_code_call(match: re.Match[str], tools: Toolset) -> bool:
    """A call inside a tag for code: of a tool, through the tools' module, or with keywords as calls of tools have."""
    known = match["name"] in tools or match["prefix"] or match["call"]
    return bool(known or (match["keyword"] and match["name"] != "print"))


def _has_routed_call(text: str, tools: Toolset) -> bool:
    """Harmony's `to=functions.NAME`, Functionary's `<|recipient|>NAME`."""
    return any(_is_routed(match, tools) for match in _HARMONY.finditer(text)) or any(
        match["name"] in tools or (match["name"] != "all" and match["payload"] == "{")
        for match in _RECIPIENT.finditer(text)
    )


def _is_routed(match: re.Match[str], tools: Toolset) -> bool:
    if "message" in match["between"]:
        return bool(match["payload"] and (match["prefix"] or match["name"] in tools))
    plain = match["between"].strip() in ("", "code", "json") or "|>" in match["between"]
    return bool(match["payload"] == "{" and plain and match["prefix"] and match["name"] in tools)


# --- by the names of the tools offered ---


@dataclass(frozen=True, slots=True, kw_only=True)
class _ByName:
    """Patterns of calls that need no tag, for tools of certain names.

    with_property: of a name and what must be a property of that tool.
    with_object: of a name and the brace of what must be arguments of that tool.
    plain: of which any match is a call.
    whole: which must fit the whole text.
    """

    with_property: tuple[re.Pattern[str], ...]
    with_object: tuple[re.Pattern[str], ...]
    plain: tuple[re.Pattern[str], ...]
    whole: re.Pattern[str]


@lru_cache(maxsize=16)
def _by_name(names: tuple[str, ...]) -> _ByName:
    tool = f"({'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})"
    called = "".join(rf"(?<!{word} )" for word in ("def", "function", "func", "fn", "class", "fun", "sub"))
    called += rf"(?<![\w.]){_PREFIX}{tool}\("
    element = r"<(?P<tag>tool|tool_name|action|function|name)>"
    return _ByName(
        with_property=(
            re.compile(rf"{called}\s*(\w+)\s*=\s*{_LITERAL}"),
            re.compile(rf"{called}\s*\{{\s*[\"'](\w+)[\"']\s*:"),
            re.compile(rf"<{tool}>\s*<(\w+)>"),
            re.compile(rf"<{tool}\s+(\w+)\s*=\s*[\"']"),
        ),
        with_object=(
            re.compile(
                rf"^(?:>>>[ ]?|<\|assistant\|>)?{_PREFIX}{tool}[ \t]*\r?\n\s*(?:```(?:json)?\s*)?(\{{)", re.MULTILINE
            ),
            re.compile(rf"(?<![\w.])functions\.{tool}(?::\d+)?\s*(\{{)"),
        ),
        plain=(
            re.compile(rf"{element}\s*{tool}\s*</(?P=tag)>\s*<(?:tool_|action_)?(?:param|arg|input)"),
            re.compile(rf"^[ \t*]*Action:[ \t*]*{tool}[\[(][^\s\])]", re.MULTILINE),
        ),
        whole=re.compile(
            rf"(?:```\w*\s*)?\[?\s*(?:print\(\s*)?{_PREFIX}{tool}\(\s*[\"'{{\[\d].*\)\s*\]?\s*(?:```)?", re.S
        ),
    )


def _has_call_by_name(text: str, tools: Toolset) -> bool:
    patterns = _by_name(tuple(tools))
    stripped = text.strip()
    return (
        any(_is_property(match, tools) for one in patterns.with_property for match in one.finditer(text))
        or any(
            _is_payload(text, match, tools)
            for one in patterns.with_object
            for match in islice(one.finditer(text), _MOST_TRIED)
        )
        or any(one.search(text) for one in patterns.plain)
        or (len(stripped) <= _WINDOW and patterns.whole.fullmatch(stripped) is not None)
        or (stripped.startswith("[") and stripped.endswith("()]") and _takes_nothing(stripped[1:-3].strip(), tools))
    )


def _is_property(match: re.Match[str], tools: Toolset) -> bool:
    return match[2] in tools[match[1]].parameters.get("properties", {})


def _is_payload(text: str, match: re.Match[str], tools: Toolset) -> bool:
    """Whether the object on the line after a tool's name holds arguments of that tool."""
    value, _, _ = decoded(text, match.start(2))
    return value is not None and bool(value) and set(value) <= set(tools[match[1]].parameters.get("properties", {}))


# --- objects ---


def _is_call(value: Mapping[str, Any], tools: Toolset) -> bool:
    names = [value[key].removeprefix("functions.") for key in _NAME_KEYS if isinstance(value.get(key), str)]
    payloads = [value[key] for key in _ARGUMENT_KEYS if key in value]
    return any(name in tools and not _all_schemas(payloads, name, tools) for name in names)


def _all_schemas(payloads: Iterable[Any], name: str, tools: Toolset) -> bool:
    """Whether there is no payload: none at all, or the tool's definition in its place."""
    own = tools[name].parameters.get("properties", {})
    return all(
        isinstance(one, dict) and isinstance(one.get("properties"), dict) and "properties" not in own
        for one in payloads
    )
