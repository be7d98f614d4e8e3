"""Calls that stand behind a tag: an XML-like one, a special token, a bracketed or fenced marker.

Behind a tag any name counts, and the call may be broken. What makes it a call is a tool and a
payload: prose about tags, templates with placeholders, and tags around other things are none.
Work is bounded by the length of the text: what follows a tag is read up to the next one.
"""

from __future__ import annotations

import re

from sandbox.tooling import Toolset

_WINDOW = 4000
_IDENTIFIER = r"[A-Za-z_][\w.-]*"
_PREFIX = r"(?:(?:functions|default_api|tools)\.)?"
_BAR = "[|｜]"
_SPACE_OF_NAMES = rf"(?:[a-z]{{2,12}}:|longcat_|DSML{_BAR}|__)?"

# --- what opens a call ---

_WORD = r"tool_?calls?|function_?calls?|start_function_call|TOOL_?CALLS?|tool_use|use_tool|tool_code|tool_request"
_TAG = re.compile(
    rf"<{_BAR}?{_SPACE_OF_NAMES}(?P<word>{_WORD}|invoke|function|tool|call|(?<!\w<)(?:tool-|Tool|function-|Function)[cC]all)"
    rf"(?P<attributes>(?:[\s=][^<>]{{0,300}})?){_BAR}?>"
    rf"|<{_BAR}(?P<token>[^<>|｜\n]{{1,60}}){_BAR}>"
    r"|\[TOOL_(?:CALLS?|REQUEST)\]|\bfunctools(?=\s*\[\s*\{)|✿FUNCTION✿:|<<function>>"
    r"|```(?P<fence>tool_calls?|tool_code|tool_use|function_calls?)(?=\s)"
)
_STARTS = ("<", "[TOOL_", "functools", "✿", "```")
_OPENING_TOKEN = re.compile(
    r"(?:tools?|function)_?calls?(?:_section)?(?:_(?:begin|start|name))?"
    r"|tool_sep|python_(?:tag|start)|plugin|start_action|action_start|tools_prefix"
)
# Llama's, when it forgets how.
_UNCLOSED = re.compile(rf"<function[=(]{_IDENTIFIER}\)?\s*(?:>\s*)?\{{\s*[\"'}}]")
_NAME_ATTRIBUTE = re.compile(rf"(?:\A=|\b(?:name|tool|tool_name)\s*=)\s*[\"']?(?:functions\.)?(?P<name>{_IDENTIFIER})")
# What smolagents calls tools with; the language alone is that of any other code.
_CODE_BLOCK = re.compile(
    r"^(?:Code|Action)?:?[ \t]*\n?(?:```(?:py|python)?[ \t]*\n|<code>)"
    r"(?P<code>[^`<]*)(?P<end>[^\n]{0,3}\s?<end_code>)?",
    re.M,
)
_THOUGHT = re.compile(r"^Thought:", re.M)

# --- what makes it one ---

_JSON = re.compile(
    r"\s*(?:```\w*\s*)?\[?\s*(?:\{\s*(?:[\"']\w|\w+\s*(?::|=>))|[\"'](?:name|arguments)[\"']\s*:"
    r"|name:\s*[\w.-]+\s*\n\s*(?:arguments|parameters|args)\s*:)"
)
_NAME_KEY = re.compile(
    r"[\"']?\b(?:name|tool|tool_name|function|function_name|recipient_name)[\"']?\s*(?::|=>)\s*(?P<value>)"
)
_PLACEHOLDER = re.compile(
    r"[\"']?\s*(?:<|\.\.|…|[$%]|\{+\s*\w|\[|(?:your|example)[_-]"
    r"|(?:tool|function|func)[ _-]?name\b|NAME\b|[A-Z]+_NAME\b)"
)
_BODY = re.compile(rf"\s*(?:\[?\s*\{{|<{_BAR}?{_SPACE_OF_NAMES}\s*(?:arg|param|/|\w+>))")
_NAME_ELEMENT = re.compile(
    rf"\s*<(?P<tag>tool_name|name|function|tool)>\s*(?P<name>{_IDENTIFIER})\s*</(?P=tag)>(?P<more>\s*<\w)?"
)
_SEPARATOR = rf"<{_BAR}?(?:tool.sep|tool_call_argument_begin|tool_call:args){_BAR}?>"
_NAME_FIRST = re.compile(
    rf"(?P<gap>[\s\[]*)(?:```\w*\s*)?(?:function<tool_sep>\s*|print\(\s*)?(?:call:)?"
    rf"{_PREFIX}(?P<name>{_IDENTIFIER})(?::\d+)?"
    r"(?:"
    r"\((?:\s*\w+\s*=[^=]|\s*[\"'{\[\d]|\s*\))"
    r"|\s*\{\s*(?:[\"'}]|\w+\s*:)"
    r"|(?:\[CALL_ID\]\w+)?\[ARGS\]\s*(?:\{|\Z)"
    rf"|\s*{_SEPARATOR}\s*(?:\{{|```|<|\Z)"
    r"|\s*<(?:longcat_)?arg_key>\s*[\w.-]*\s*(?:</(?:longcat_)?arg_key>|(?:<[/a-z_]{0,16})?\Z)"
    r"|\s*<(?:param|parameter)[=\s][^<>]{1,200}>"
    r"|\s*```(?:json)?\s*\{"
    r"|\s*✿ARGS✿:"
    r")"
)
_NAME_ALONE = re.compile(rf"\s*(?P<name>{_IDENTIFIER})\s*</(?:longcat_)?tool_call>")
_NAME_AND_WORDS = re.compile(rf"(?P<gap>\s*){_PREFIX}(?P<name>{_IDENTIFIER})\s+(?!</)\S(?:(?!</).)*</", re.S)
_NAME_AND_FIELDS = re.compile(rf"\s*(?P<name>{_IDENTIFIER})\s*(?:<(?P<element>\w+)>|\n\s*(?P<key>\w+)\s*[:=]\s*\S)")
_CODE_CALL = re.compile(
    r"(?<![\w.])(?P<prefix>functions\.|default_api\.|tools\.)?(?P<name>\w+)(?P<call>\.call)?"
    r"\((?P<keyword>\s*\w+\s*=[^=])?"
)

# --- who a message goes to ---

_HARMONY = re.compile(
    rf"\bto=(?P<prefix>functions\.)?(?P<name>{_IDENTIFIER})"
    rf"(?P<between>[^\n{{<]{{0,60}}(?:<{_BAR}[^<>|｜\n]{{1,20}}{_BAR}>[^\n{{<]{{0,40}}){{0,3}})(?P<payload>\{{|\S|\Z)"
)
_PEOPLE = ("all", "user", "assistant", "system", "developer", "self")
_RECIPIENT = re.compile(rf"<\|recipient\|>\s*(?P<name>{_IDENTIFIER})\s*<\|content\|>\s*(?P<payload>\S?)")


def has_tagged_call(text: str, tools: Toolset) -> bool:
    """Whether a tag has a tool and a payload behind it, or a message is sent to a tool."""
    return (
        _has_tag_with_call(text, tools)
        or ("<function" in text and _UNCLOSED.search(text) is not None)
        or ("to=" in text and any(_is_routed(match, tools) for match in _HARMONY.finditer(text)))
        or ("<|recipient|>" in text and any(_is_addressed(match, tools) for match in _RECIPIENT.finditer(text)))
        or _has_code_action(text, tools)
    )


def _has_tag_with_call(text: str, tools: Toolset) -> bool:
    if not any(start in text for start in _STARTS):
        return False
    tags = [match for match in _TAG.finditer(text) if match["token"] is None or _opens(match["token"])]
    ends = [*(tag.start() for tag in tags[1:]), len(text)]
    return any(_is_tagged_call(text, tag, end, tools) for tag, end in zip(tags, ends, strict=False))


def _opens(token: str) -> bool:
    plain = token.strip().lower().replace("▁", "_").replace(" ", "_").replace(":", "_")
    return _OPENING_TOKEN.fullmatch(plain) is not None


def _is_tagged_call(text: str, tag: re.Match[str], end: int, tools: Toolset) -> bool:
    """Whether a tag, up to the next one, is followed by a tool and a payload."""
    start, stop = tag.end(), min(tag.end() + _WINDOW, len(text))
    word, attributes = tag["word"], tag["attributes"] or ""
    if named := _NAME_ATTRIBUTE.search(attributes):
        return _is_named_call(text, tag, named["name"], tools)
    if word in ("function", "tool", "invoke", "call"):
        element = _NAME_ELEMENT.match(text, start, stop)
        return word == "invoke" and element is not None and element["tag"] == "tool_name"
    if match := _JSON.match(text, start, stop):
        return _may_name_a_tool(text, match.start(), min(end, stop))
    if "tool_code" in (word, tag["fence"]) or (tag["token"] or "").startswith("python_"):
        return any(_is_code_call(match, tools) for match in _CODE_CALL.finditer(text, start, min(end, stop)))
    if match := _NAME_FIRST.match(text, start, stop):
        # A word of prose may stand before a brace or a bracket too; a name stands right at its tag, or on its own line.
        return match["name"] in tools or not match["gap"] or "\n" in match["gap"] or "[" in match["gap"]
    match = _NAME_AND_WORDS.match(text, start, min(end, stop))
    if match and match["name"] in tools and (not match["gap"] or "\n" in match["gap"]):
        return True
    return _is_name_with_elements(text, start, stop, tools)


def _is_name_with_elements(text: str, start: int, stop: int, tools: Toolset) -> bool:
    if element := _NAME_ELEMENT.match(text, start, stop):
        return element["tag"] == "tool_name" or element["more"] is not None
    if fields := _NAME_AND_FIELDS.match(text, start, stop):
        own = tools[fields["name"]].parameters.get("properties", {}) if fields["name"] in tools else {}
        return fields["element"] in own or fields["key"] in own
    alone = _NAME_ALONE.match(text, start, stop)
    return alone is not None and takes_nothing(alone["name"], tools)


def _is_named_call(text: str, tag: re.Match[str], name: str, tools: Toolset) -> bool:
    """A tag that carries the tool's name; XML at large has <function name="…"> and <tool name="…"> too."""
    if name not in tools and (_PLACEHOLDER.match(name) or _is_common(tag)):
        return False
    if tag["attributes"].rstrip().endswith("/"):
        return name in tools
    return _BODY.match(text, tag.end()) is not None


def _is_common(tag: re.Match[str]) -> bool:
    return tag["word"] in ("function", "tool", "call") and not tag["attributes"].startswith("=")


def _may_name_a_tool(text: str, start: int, end: int) -> bool:
    """Whether an object in a tag names a tool, or is too broken to; not if a placeholder stands for the name."""
    values = [match.end() for match in _NAME_KEY.finditer(text, start, end)]
    return not values or any(not _PLACEHOLDER.match(text, value, end) for value in values)


def takes_nothing(name: str, tools: Toolset) -> bool:
    """Whether that is a tool that can be called without arguments."""
    return name in tools and not tools[name].parameters.get("required")


def _is_code_call(match: re.Match[str], tools: Toolset) -> bool:
    """A call inside a tag for code: of a tool, through the tools' module, or with keywords as calls of tools have."""
    known = match["name"] in tools or match["prefix"] or match["call"]
    return bool(known or (match["keyword"] and match["name"] != "print"))


def _has_code_action(text: str, tools: Toolset) -> bool:
    """Code as an action: a block of code behind a thought or before its own end token that calls a tool."""
    if "Thought:" not in text and "<end_code>" not in text:
        return False
    thinks = _THOUGHT.search(text) is not None
    return any(
        (call["name"] in tools and bool(call["keyword"] or text[call.end() : call.end() + 1] in ("'", '"')))
        for block in _CODE_BLOCK.finditer(text)
        if thinks or block["end"]
        for call in _CODE_CALL.finditer(block["code"])
    )


def _is_routed(match: re.Match[str], tools: Toolset) -> bool:
    """Harmony's `to=functions.NAME`."""
    if "message" in match["between"]:
        return bool(match["payload"]) and match["name"] not in _PEOPLE
    plain = match["between"].strip() in ("", "code", "json") or "|>" in match["between"]
    return bool(match["payload"] == "{" and plain and match["prefix"] and match["name"] in tools)


def _is_addressed(match: re.Match[str], tools: Toolset) -> bool:
    """Functionary's `<|recipient|>NAME`."""
    return match["name"] in tools or (match["name"] not in _PEOPLE and match["payload"] == "{")
