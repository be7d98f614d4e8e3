"""Calls that need neither tag nor code: lines with labels, a name before its arguments, elements named as a tool.

Only tools that are offered count, and what follows the name must be arguments of that tool: an
object with none but its properties, or elements that are all properties.
An element named as a tool (`<read_file><path>a.py</path></read_file>`, as Cline and Roo have it) is a call only when
it gives what the tool requires, and is whole or cut off by the end of the text behind its first argument:
configuration has elements of such names too. One with attributes is XML at large.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from sandbox.detect.embedded import object_at
from sandbox.detect.literals import Effort
from sandbox.detect.text_tags import takes_nothing
from sandbox.tooling import Toolset

_MOST_TRIED = 1000
_MODULE = r"(?:(?:functions|default_api|tools)\.)?"
_REACT = re.compile(
    r"^[ \t*]*Action(?: ?\d{1,3})?\*{0,2}:[ \t*]*[`\"']?([\w.-]+)[`\"']?[ \t]*\r?\n"
    r"\s*\**Action[ _]?Input(?: ?\d{1,3})?\*{0,2}:\**\s*\S",
    re.MULTILINE | re.IGNORECASE,
)
_REACT_INPUT = re.compile(r"action[ _]?input", re.IGNORECASE)
_END_OF_LINE = re.compile(r"[ \t]*[`*;,.)]{0,3}[ \t]*(?:<\|?\w+\|?>[^\n]*)?(?:\n|\Z)")
_OPENED = re.compile(r"\s*<(\w+)>")

_DECORATION = r"[ \t>*#_`\[-]{0,8}(?:\d{1,2}[.)] )?[*_`]{0,3}"
_LABEL = (
    r"(?i:(?:using |calling |call |use |invoking )?(?:tool|function)s?(?:[ _-]?(?:call|use|used|name|to (?:use|call)))?"
    r"(?: \d+)?|invoking|calling|action|(?:tool )?call)"
)
_GIVEN = r"(?i:(?:tool |action |function |call )?(?:input|args|arguments?|parameters?|params|payload)s?)"
_QUOTE = r"[`*\"'_ \t]{0,5}"
_FENCED = r"(?:```\w*\s{0,8})?`?"
_PASSED = rf"(?:(?:with|and)\b[ \t]{{0,4}}(?:the )?(?:following )?)?(?:{_QUOTE}{_GIVEN}{_QUOTE}:?{_QUOTE}\s{{0,8}})?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """One way to write calls, for tools of certain names.

    pattern: its first group is the tool.
    needs: what a text must hold for the pattern to be worth a try.
    means: what makes a match a call. `property`: the second group is one of the tool; `object`: the second group
        is the brace of its arguments; `labelled`: there may be none; `line`: nothing follows them on their line;
        `element`, `wrapped`: what stands in it; `nothing`: the tool needs none; `call`: the match itself.
    """

    means: str
    needs: str
    pattern: re.Pattern[str]


@lru_cache(maxsize=16)
def _forms(names: tuple[str, ...]) -> tuple[_Form, ...]:
    tool = f"({'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})"
    gap = rf"(?:[,;|:—–-]?[ \t]{{0,4}}|\r?\n\s{{0,8}}){_PASSED}{_FENCED}"
    verb = r"(?i:\b(?:run|(?:invok|call|us|runn|execut)(?:ing|e)?)\b):?(?: the)?(?: tool| function)?:? [`*\"']{0,2}"
    element = r"<(?P<tag>tool|tool_name|action|function|name)>"
    rows = (
        ("property", "call:", rf"\bcall:[ ]?{_MODULE}{tool}\s*\{{\s*[\"']?(\w+)[\"']?\s*:"),
        ("object", "\n", rf"^(?:>>>[ ]?|<\|\w{{1,30}}\|>)?{_MODULE}{tool}[ \t]*\r?\n\s*(?:```(?:json)?\s*)?(\{{)"),
        ("object", "functions.", rf"(?<![\w.])functions\.{tool}(?::\d+)?\s*(\{{)"),
        ("object", "<", rf"<{tool}>\s*(\{{)"),
        (
            "labelled",
            "{",
            rf"^{_DECORATION}{_LABEL}{_QUOTE}(?::|is\b){_QUOTE}{_MODULE}{tool}\b(?:\(\))?{_QUOTE}\]?{gap}\(?(\{{)",
        ),
        ("labelled", "{", rf"^{_DECORATION}{verb}{tool}\b[`*\"']{{0,2}}:[ \t]{{0,4}}\(?(\{{)"),
        (
            "labelled",
            " with",
            rf"{verb}{tool}\b[`*\"']{{0,2}}(?: tool| function)? (?=with\b){_PASSED}{_FENCED}(\{{)",
        ),
        ("line", "{", rf"^[ \t>*`@/!-]{{0,8}}{_MODULE}{tool}[`*]{{0,3}}[ \t]{{0,4}}(\{{)"),
        ("call", "</", rf"{element}\s*{tool}\s*</(?P=tag)>\s*<(?:tool_|action_)?(?:param|arg|input)"),
        ("labelled", "```", rf"^{_MODULE}{tool}[ \t]*\r?\n\s*```(?:json)?\s*(\{{)\s*\}}\s*```\s*\Z"),
        ("call", ":", rf"^[ \t*]*(?i:Action)(?: ?\d{{1,3}})?:[ \t*]*{tool}[\[(][^\s\])]"),
        ("nothing", ":", rf"^[ \t*]*(?i:Action)(?: ?\d{{1,3}})?:[ \t*`]*{tool}(?:\(\)|\[\])"),
        ("wrapped", "_", rf"(?<!`)<(?:execute|run|call|use|invoke)_{tool}>"),
        ("call", "#E", rf"^[ \t]*#E\d+ ?= ?{tool}[\[(][^\s\])]"),
        ("call", "tool_call(", rf"^[ \t]*{tool}[ \t]*\r?\n\s*```(?:python)?\s*tool_call\(\s*\w+\s*="),
        ("element", "<", rf"<{tool}>"),
    )
    return tuple(_Form(means=means, needs=needs, pattern=re.compile(row, re.M)) for means, needs, row in rows)


def has_call_on_lines(text: str, tools: Toolset) -> bool:
    """Whether a tool that is offered is called in one of these ways."""
    if _REACT_INPUT.search(text) and any(match[1] in tools for match in _REACT.finditer(text)):
        return True
    effort = Effort.on(text)
    return any(
        _is_call(form.means, text, match, tools, effort)
        for form in _forms(tuple(tools))
        if form.needs in text
        for match in islice(form.pattern.finditer(text), _MOST_TRIED)
    )


def _is_call(means: str, text: str, match: re.Match[str], tools: Toolset, effort: Effort) -> bool:
    if means == "property":
        return match[2] in _properties(match[1], tools)
    if means == "element":
        return _is_element(text, match, tools, effort)
    if means == "wrapped":
        return _is_wrapped(text, match, effort)
    if means == "nothing":
        return takes_nothing(match[1], tools)
    return means == "call" or _is_payload(
        text, match, tools, effort, empty=means == "labelled", whole_line=means == "line"
    )


def _properties(name: str, tools: Toolset) -> set[str]:
    return set(tools[name].parameters.get("properties", {}))


def _gives_enough(name: str, given: set[str], tools: Toolset) -> bool:
    return bool(given) and set(tools[name].parameters.get("required", ())) <= given <= _properties(name, tools)


def _is_payload(
    text: str, match: re.Match[str], tools: Toolset, effort: Effort, *, empty: bool = False, whole_line: bool = False
) -> bool:
    """Whether the object at the second group holds arguments of the tool in the first.

    empty: whether none will do for a tool that needs none.
    """
    read = object_at(text, match.start(2), effort)
    if read is None or (whole_line and not _END_OF_LINE.match(text, read[1])):
        return False
    if not read[0]:
        return empty and takes_nothing(match[1], tools)
    return set(read[0]) <= _properties(match[1], tools)


def _is_wrapped(text: str, match: re.Match[str], effort: Effort) -> bool:
    """Whether `<execute_bash>` holds anything; open to the end of the text, it must stand on a line of its own."""
    name, start = match[0][1:-1], match.end()
    end = text.find(f"</{name}>", start) if effort.left > 0 else -1
    effort.left -= 1 + ((end if end >= 0 else len(text)) - start) // 1000
    if end >= 0:
        return not text[start:end].isspace() and end > start
    return _begins_line(text, match.start()) and re.compile(r"[ \t]*\n\s*[^\s<]").match(text, start) is not None


def _begins_line(text: str, place: int) -> bool:
    return not text[text.rfind("\n", max(0, place - 80), place) + 1 : place].strip()


def _is_element(text: str, match: re.Match[str], tools: Toolset, effort: Effort) -> bool:
    """Whether an element named as a tool holds all that it requires as elements, and is whole or cut behind the first.

    Nothing but the end of the text may cut it.
    """
    name, position, given = match[1], match.end(), set[str]()
    while effort.left >= 0 and (opened := _OPENED.match(text, position)):
        if opened[1] not in _properties(name, tools):
            return False
        end = text.find(f"</{opened[1]}>", opened.end())
        effort.left -= 1 + ((end if end >= 0 else len(text)) - position) // 1000
        if end < 0:
            enough = _gives_enough(name, given | {opened[1]}, tools)
            return bool(given) and enough and _begins_line(text, match.start())
        given.add(opened[1])
        position = end + len(opened[1]) + 3
    rest, closing = text[position : position + 200].lstrip(), f"</{name}>"
    cut = closing.startswith(rest) and len(text) - position < 200 and _begins_line(text, match.start())
    return effort.left >= 0 and (rest.startswith(closing) or cut) and _gives_enough(name, given, tools)
