"""Calls written as code: `bash(command="ls")`.

Any program has such lines, so the place decides whether a tool was meant:

- the whole text is calls and nothing else, `[bash(command="ls"), submit()]` too; arguments may then be in order;
- a whole fenced block is calls, with comments at most, in no language or in one that models choose for calls;
- a line of its own in prose is one call, or a list of calls in brackets;
- in the middle of prose, as a code span or bare: all that the tool requires is given and nothing unknown, and the
  sentence announces the call ("I will run …", "Next: …"), gives it as the right one or ends with it behind a colon;
  what a sentence tells about (`search(pattern='a')` now returns …, the test covers `search(pattern='a')`, users who
  call `search(pattern='a')`) is code, and so are what an error names, a cell of a table and what a heading such as
  "Before:" or "I replaced" gives out as code;
- through the module that only tools have (`functions.`, `default_api.`): anywhere.

Everywhere the arguments are literals, and one at least is an argument of that tool. An assignment, a
definition, a method, a doctest, a traceback, a diff, a block or paragraph with other code in it are no calls.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sandbox.detect.literals import Arguments, Effort, read_arguments
from sandbox.detect.text_tags import takes_nothing
from sandbox.tooling import Toolset

_AROUND = 300
_TOKENS_A_PLACE = 100
_MODULE = r"(?:functions|default_api|tools)\."
_LANGUAGES = ("", "python", "py", "text", "txt", "plaintext", "tool", "tool_call", "function", "json", "bash", "sh")
_FENCE = re.compile(r"^[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[\w+-]*)[^\n`]*$", re.M)
_BETWEEN = re.compile(r"(?:[\s,;\[\]]|#[^\n]*(?:\n|\Z))*")
_ANY_CALL = re.compile(rf"(?:print\(\s*)?(?:await )?(?:{_MODULE})?(?P<name>[A-Za-z_][\w.]*)\(")
_DEFINED = re.compile(r"\b(?:def|function|func|fn|class|fun|sub) $")

# --- what stands around a call ---

_START_OF_LINE = re.compile(r"\s{0,3}(?:>[ ]?)?(?:[-*•][ ]|\d{1,2}[.)][ ])?[*`\[]{0,3}")
_LISTED = re.compile(r"\s*(?:[-*•][ ]|\d{1,2}[.)][ ]|```|~~~)")
_IN_LIST = re.compile(r"\s{0,3}\[\s*[A-Za-z_][\w.]*\(")
_END_OF_LINE = re.compile(r"[ \t]*(?:[*`;.,\]]|<\|?\w+\|?>){0,3}[ \t]*")
_CODE_LINE = re.compile(
    r"\s*(?:(?:import|from|def|class|return|raise|assert|async|await|const|let|var|public|func|fn)\b"
    r"|(?:if|elif|else|for|while|with|try|except|switch)\b[^\n]*[:{]\s*$"
    r"|[@#+}]|//|>>>|\.\.\.|-\S|File \"|Traceback|E  |\$ |\d{4}-\d\d|\[?\d\d:\d\d"
    r"|\w*(?:Error|Exception|Warning)\b|[A-Z]{4,}\b|[\w.\[\]\"']+(?:: *\w+)? *=(?!=)|[A-Za-z_][\w.]*\()"
    r"|\s{4,}\S|[^\n]*[;{]\s*$"
)
_VERB = (
    r"(?:(?:call|run|use|invoke|execute|try|send|do|issue|make)\b"
    r"|(?:call|runn|us|invok|execut|try|send|do|issu|mak)ing\b)"
)
_OBJECT = r"(?: (?:the |a )?(?:tool |function |command )?(?:call )?)?[\s:,`*\"'(]{0,4}$"
_WILL = r"(?:will|would|could|can|should|must|shall|may|need to|want to|have to)"
_ANNOUNCED = re.compile(
    rf"(?:\b(?:(?:I|we|you)(?: {_WILL}|['’](?:ll|d|m|re)|(?: now| then)?(?= {_VERB}))|[Ii] am"
    r"|(?i:let me|let['’]s|next|now|then|first|please|going to))\b[^.!?;\n]{0,40}?\b"
    rf"|^\W*(?i:(?={_VERB})))(?i:{_VERB}){_OBJECT}"
)
# "When you call …", "users who call …": of whoever does, nobody is about to.
_OF_WHOEVER = re.compile(
    r"\b(?i:if|when|whenever|once|users?|people|callers?|anyone|who|that|which|because)\b[^.!?;:,\n]*$"
)
_AS_RIGHT = re.compile(
    r"(?i:\b(?:right|correct|proper|next|needed) (?:tool |function )?(?:call|command|step)(?: is| would be)"
    r"|\bfor example|\be\.g\.|\bone (?:would|could|should|must) (?:write|call|run|use))[,\s`*\"'(]{0,6}$"
)
_REPORTS = re.compile(
    r"(?i:^\W*(?:before|after|old|new|was|now|from|to|by|with|expected|actual|previously)\W*$"
    r"|\b(?:replaced|changed|added|removed|fixed|covers?|covered|reproduce[sd]?|used to|no longer|works?|crashe[sd]"
    r"|fail(?:s|ed)|raise[sd]|return(?:s|ed))\b)"
)
_GOES_ON = re.compile(
    r"(?i:\b(?:next|so|let me|let['’]s|(?:I|we)(?:['’](?:ll|d|m)| will| would| need| want| now)|going to)\b)"
)
_INTRODUCED = re.compile(r".*[A-Za-z].*[:.!?][\s`*]{1,4}$")
_ACCUSED = re.compile(
    r"\w*(?:Error|Exception|Warning|Exit)\b|\b[A-Z]{4,}\b|^\s*(?:E |\d+[-:/]|\[)"
    r"|(?i:\b(?:error|failed|fails?|failure|bug|fixed|added|removed|changed|deprecated|feat|fix|chore|raised|changelog|log|expected|actual|got|output|result)\b)"
)
_TOLD_BEFORE = re.compile(
    r"(?i:\b(?:that|when|if|because|why|whether|of|for|from|than|calls|called|and|where|in|after|before))\W*$"
)
_TOLD_AFTER = re.compile(
    r"[`*\s,:]*(?:->|→|=>|[=!]=|and gets?\b)"
    r"|[`*\s,:]*(?:now(?= (?!and|to|then)\w)|no longer|returns?|returned|raises?|raised|fails?|failed|is|was|were"
    r"|takes|took|accepts?|used to|did|does|doesn|didn|gave|gives|works?|worked|yields?|still|had|has|would|should"
    r"|must|will|crash\w*|hangs?)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A call of a tool that is offered, with literal arguments, from `start` to `end`."""

    name: str
    module: str
    start: int
    end: int
    arguments: Arguments


@lru_cache(maxsize=16)
def _call_of(names: tuple[str, ...]) -> re.Pattern[str]:
    tool = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"(?<![\w.@])(?P<module>{_MODULE})?(?P<name>{tool})\(")


def has_code_call(text: str, tools: Toolset) -> bool:
    """Whether a tool is called as code, in one of the places of this module's description."""
    if "(" not in text:
        return False
    effort, stripped = Effort.on(text), text.strip()
    if _only_calls(stripped, tools, effort, in_order=True):
        return True
    blocks = fences(text)
    past = 0
    for call in _calls(text, tools, effort):
        given = call.arguments.named or call.arguments.positional
        if call.module in ("functions.", "default_api.") and (given or takes_nothing(call.name, tools)):
            return True
        if call.start < past or not _is_known(call.name, call.arguments, tools):
            continue
        effort.left -= _TOKENS_A_PLACE
        if (around := _fence_around(call.start, blocks)) is not None:
            start, past, language = around
            wanted = language.lower() in _LANGUAGES and not _is_reported(text, text.rfind("\n", 0, start))
            if wanted and _only_calls(text[start:past], tools, effort, in_order=False):
                return True
        elif _is_meant(text, call, tools):
            return True
    return False


def _calls(text: str, tools: Toolset, effort: Effort) -> Iterator[_Call]:
    """The calls of tools with literal arguments, those inside another's arguments left out."""
    position = 0
    while effort.left > 0 and (match := _call_of(tuple(tools)).search(text, position)):
        position = match.end()
        arguments = read_arguments(text, position, effort)
        if arguments is None or _DEFINED.search(text, max(0, match.start() - 12), match.start()):
            continue
        position = arguments.end
        module = match["module"] or ""
        yield _Call(name=match["name"], module=module, start=match.start(), end=position, arguments=arguments)


def _is_known(name: str, arguments: Arguments, tools: Toolset) -> bool:
    """Whether an argument is one of the tool's, and says more than that there is nothing."""
    own = tools[name].parameters.get("properties", {})
    return any(key in own and value is not None for key, value in arguments.named.items())


def _only_calls(text: str, tools: Toolset, effort: Effort, *, in_order: bool) -> bool:
    """Whether text is calls, one of a tool at least, beside commas, brackets and comments (a fence around it too).

    in_order: whether arguments need no names.
    """
    if (fence := _FENCE.match(text)) and text.endswith(fence["mark"]) and in_order:
        return fence["language"].lower() in _LANGUAGES and _only_calls(
            text[fence.end() : -len(fence["mark"])], tools, effort, in_order=True
        )
    found, position = False, _after(_BETWEEN, text, 0)
    listed = "[" in text[:position]
    while position < len(text):
        match = _ANY_CALL.match(text, position)
        arguments = read_arguments(text, match.end(), effort) if match else None
        if match is None or arguments is None:
            return False
        name, position = match["name"], arguments.end
        if name in tools:
            given = _is_known(name, arguments, tools) or (in_order and arguments.positional > 0)
            found |= given or (listed and not arguments.named and takes_nothing(name, tools))
        if match[0].startswith("print"):
            if not text.startswith(")", position) or not in_order:
                return False
            position += 1
        position = _after(_BETWEEN, text, position)
    return found


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def fences(text: str) -> list[tuple[int, int, str]]:
    """Start and end of what each fence holds, and its language; the last may be open."""
    found: list[tuple[int, int, str]] = []
    opened: re.Match[str] | None = None
    for match in _FENCE.finditer(text):
        if opened is None:
            opened = match
        elif match["mark"].startswith(opened["mark"]) and not match["language"]:
            found.append((opened.end(), match.start(), opened["language"]))
            opened = None
    return [*found, (opened.end(), len(text), opened["language"])] if opened else found


def _fence_around(place: int, blocks: Sequence[tuple[int, int, str]]) -> tuple[int, int, str] | None:
    index = bisect_right(blocks, place, key=lambda block: block[0]) - 1
    return blocks[index] if index >= 0 and place < blocks[index][1] else None


def _is_meant(text: str, call: _Call, tools: Toolset) -> bool:
    """Whether a call outside fences is one that was wanted, by what stands around it."""
    first = text.rfind("\n", max(0, call.start - _AROUND), call.start) + 1 or max(0, call.start - _AROUND)
    last = text.find("\n", call.end, call.end + _AROUND)
    last = min(len(text), call.end + _AROUND) if last < 0 else last
    before, after = text[first : call.start], text[call.end : last]
    if _START_OF_LINE.fullmatch(before) and _END_OF_LINE.fullmatch(after):
        return _is_prose(text, first, last, tools) and not _is_reported(text, first)
    if _IN_LIST.match(before + text[call.start : call.end]) and after.lstrip()[:1] in (",", "]"):
        return _is_prose(text, first, last, tools)
    if not _fits(call, tools) or _TOLD_AFTER.match(after) or before.lstrip().startswith("|"):
        return False
    if _OF_WHOEVER.search(before[-120:]):
        return False
    if _ANNOUNCED.search(before[-120:]):
        return True
    if _ACCUSED.search(before) or _TOLD_BEFORE.search(before):
        return False
    return bool(_AS_RIGHT.search(before[-120:]) or (_INTRODUCED.match(before) and _END_OF_LINE.fullmatch(after)))


def _is_reported(text: str, place: int) -> bool:
    """Whether the last words above a line give out what follows as code that was changed or tried."""
    lines = [line for line in text[max(0, place - _AROUND) : max(0, place)].split("\n") if line.strip()]
    above = next((line for line in reversed(lines) if not _LISTED.match(line)), "")
    return bool(_REPORTS.search(above)) and not _GOES_ON.search(above)


def _fits(call: _Call, tools: Toolset) -> bool:
    """Whether the tool is given all that it requires and nothing that it does not know."""
    schema, given = tools[call.name].parameters, set(call.arguments.named)
    known = given <= set(schema.get("properties", {})) and given >= set(schema.get("required", ()))
    return known and not call.arguments.positional


def _is_prose(text: str, first: int, last: int, tools: Toolset) -> bool:
    """Whether the lines around those from `first` to `last`, up to empty ones, are no code; calls of tools are none."""
    above = text[max(0, first - _AROUND) : first].rpartition("\n\n")[2]
    below = text[last : last + _AROUND].lstrip("\n") if text[last : last + 2] != "\n\n" else ""
    lines = [*above.split("\n"), *below.partition("\n\n")[0].split("\n")]
    calls = _call_of(tuple(tools))
    return not any(_CODE_LINE.match(line) and not calls.match(line) for line in lines)
