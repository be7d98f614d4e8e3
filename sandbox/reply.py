"""Reading one reply of a candidate, from the raw body that its provider sent.

    raw body ──parse_reply──▶ Reply
                              ├── text        what a user would read
                              ├── calls       one `Call` for each entry, in order, each valid or faulty
                              ├── labels      faults of the reply as a whole
                              └── problem     what to answer when the reply as a whole is at fault

A faulty call is refused with words that name the argument and the rule; valid
ones beside it are run. Nothing is repaired. `for_history` gives the message that
goes back to the model: the same, made safe for providers that choke on it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.detect.calls import checker, label_arguments
from sandbox.detect.in_text import call_in_text, is_function_call
from sandbox.detect.provider import failure_in, first_choice, malformed_call_in
from sandbox.detect.repair import Effort, is_repairable
from sandbox.errors import ProviderError
from sandbox.exact import MOST_DIGITS, integer
from sandbox.tooling import Toolset

# Neither marks nor spaces by their category, and yet nothing to see.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0")
_INVISIBLE_CATEGORIES = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))
MOST_QUOTED = 300
MOST_KEPT = 2000
_TEXT_PARTS = {"text": "text", "output_text": "text", "refusal": "refusal"}
_THINK, _THINK_END = "<think>", "</think>"
# Strings of a JSON text, and whole numbers of more digits than Python's parser and others take.
_LONG = re.compile(rf'"(?:[^"\\]+|\\.)*+"|(-?\d{{{MOST_DIGITS + 1},}}+)(?![.eE])', re.DOTALL)
# Escapes in a JSON text: a pair of surrogates, one that stands alone, any other.
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One entry of `tool_calls`.

    id: unique within the trial.
    raw: the argument string as sent.
    position, among: which entry of how many in its reply, from 1.
    repairable: whether arguments that do not parse could be mended into valid ones; None where they parse.
    """

    id: str
    name: str | None
    raw: str | None
    arguments: Mapping[str, Any] | None
    labels: tuple[str, ...]
    problems: tuple[str, ...]
    position: int = 1
    among: int = 1
    repairable: bool | None = None

    @property
    def valid(self) -> bool:
        """Whether the call may run."""
        return not self.labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply. `finish` is the provider's own word for why it stopped."""

    text: str
    calls: tuple[Call, ...]
    labels: tuple[str, ...]
    problem: str | None
    finish: str | None

    def for_history(self) -> dict[str, Any]:
        """The assistant message as it is sent back, with bad arguments and ids made safe."""
        # Some providers take no message of white space alone, and say so with an error.
        text = _sendable(self.text) if is_visible(self.text) else None
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if self.calls:
            message["tool_calls"] = [_history_entry(call) for call in self.calls]
        elif text is None:
            message["content"] = "(no readable reply)"
        return message


def _sendable(text: str) -> str:
    """JSON can carry lone surrogates, the UTF-8 of the next request cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _quoted(text: str) -> str:
    """What is said about a call, short enough to be said."""
    text = _sendable(text)
    return text if len(text) <= MOST_QUOTED else text[: MOST_QUOTED - 1] + "…"


def is_visible(text: str) -> bool:
    """Whether a reader would see anything: not with spaces, controls and joiners alone."""
    return not all(map(_is_invisible, set(text)))


def _is_invisible(character: str) -> bool:
    ignorable = "\ufe00" <= character <= "\ufe0f" or "\U000e0000" <= character <= "\U000e0fff"
    return ignorable or character in _BLANK or unicodedata.category(character) in _INVISIBLE_CATEGORIES


def _history_entry(call: Call) -> dict[str, Any]:
    name = call.name if call.name and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", call.name) else "invalid"
    return {"id": call.id, "type": "function", "function": {"name": name, "arguments": _arguments_text(call)}}


def _arguments_text(call: Call) -> str:
    """Arguments that parse, with the same numbers as sent and without lone surrogates."""
    try:
        text = json.dumps(call.arguments if call.arguments is not None else {})
    except TypeError:  # a number that only its own digits can write
        # An exponent makes it a number that parsers round or call infinite, where they refuse so many digits.
        text = _LONG.sub(lambda found: f"{found[1]}e0" if found[1] else found[0], call.raw or "{}")
    return _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], _sendable(text))


def parse_body(data: bytes) -> Any:
    """The JSON of a provider's body, numbers of any length included.

    Raises:
        ProviderError: it is no JSON.
    """
    try:
        return json.loads(data, parse_int=integer)
    except (ValueError, RecursionError) as exc:
        raise ProviderError("the provider answered with something that is no JSON", kind="server") from exc


def parse_reply(body: Any, tools: Toolset, *, number: int) -> Reply:
    """Read a chat-completion body.

    Args:
        body: the provider's body, as JSON data.
        tools: the tools that were offered.
        number: which reply of the trial this is, for call ids.

    Raises:
        ProviderError: it is no reply but a failure of the provider, see `sandbox.detect.provider`.
    """
    if failure := failure_in(body):
        raise failure
    reported, choice = malformed_call_in(body), first_choice(body)
    if choice is None:
        return _malformed(reported or "the reply has no choices")
    message = choice.get("message")
    finish = choice.get("finish_reason")
    finish = finish if isinstance(finish, str) else None
    if not isinstance(message, Mapping):
        return _malformed(reported or "the reply has no message", finish=finish)
    text = text_of(message)
    entries = message.get("tool_calls")
    if entries is not None and not isinstance(entries, list):
        return _malformed("`tool_calls` is not a list", text=text, finish=finish)
    if reported:
        return _malformed(f"{reported}; nothing was run", text=text, finish=finish)
    if entries:
        return Reply(text=text, calls=_calls(entries, tools, number), labels=(), problem=None, finish=finish)
    return _without_calls(message, text, tools, finish)


def _without_calls(message: Mapping[str, Any], text: str, tools: Toolset, finish: str | None) -> Reply:
    if is_function_call(message.get("function_call"), tools):
        return Reply(text=text, calls=(), labels=("call-in-text",), problem=None, finish=finish)
    if not is_visible(text):
        problem = "The reply was empty. Call a tool, or say in words that you are done."
        return Reply(text="", calls=(), labels=("empty-reply",), problem=problem, finish=finish)
    labels = ("call-in-text",) if call_in_text(text, tools) else ()
    return Reply(text=text, calls=(), labels=labels, problem=None, finish=finish)


def _malformed(what: str, *, text: str = "", finish: str | None = None) -> Reply:
    problem = f"The reply could not be read: {what}. Send an ordinary message or tool call."
    return Reply(text=text, calls=(), labels=("malformed-reply",), problem=problem, finish=finish)


def text_of(message: Mapping[str, Any]) -> str:
    """What a user would read: a string or text parts, a refusal, without leading thoughts."""
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(map(_text_of_part, content))
    text = _without_thoughts(content) if isinstance(content, str) else ""
    refusal = message.get("refusal")
    return refusal if isinstance(refusal, str) and not is_visible(text) else text


def _text_of_part(part: Any) -> str:
    """The text of a part; one that does not say of which type it is counts as text."""
    if isinstance(part, str):
        return part
    kind = part.get("type", "text") if isinstance(part, Mapping) else None
    text = part.get(_TEXT_PARTS[kind]) if isinstance(kind, str) and kind in _TEXT_PARTS else None
    return text if isinstance(text, str) else ""


def _without_thoughts(text: str) -> str:
    blank = "".join(filter(_is_invisible, set(text)))
    visible = re.compile(f"[^ {re.escape(blank)}]")
    position = 0
    while (first := visible.search(text, position)) and text.startswith(_THINK, first.start()):
        end = text.find(_THINK_END, first.start())
        position = end + len(_THINK_END) if end >= 0 else len(text)
    return text[position:]


def _calls(entries: list[Any], tools: Toolset, number: int) -> tuple[Call, ...]:
    given = [_given_id(entry) for entry in entries]
    times, effort = Counter(given), Effort()
    return tuple(
        _call(
            *(entry, tools, f"call_{number}_{index}", (index + 1, len(entries)), effort),
            shared=bool(name) and times[name] > 1,
        )
        for index, (entry, name) in enumerate(zip(entries, given, strict=True))
    )


def _given_id(entry: Any) -> str:
    """An entry's id as text, such that 1 and "1" differ; "" for none."""
    name = entry.get("id") if isinstance(entry, Mapping) else None
    return "" if name is None or name == "" else _dumped(name)


def _call(entry: Any, tools: Toolset, call_id: str, place: tuple[int, int], effort: Effort, *, shared: bool) -> Call:
    function = entry.get("function") if isinstance(entry, Mapping) else None
    function = function if isinstance(function, Mapping) else None
    name, raw = (function.get("name"), function.get("arguments")) if function is not None else (None, None)
    name = _sendable(name) if isinstance(name, str) else None
    tool = tools.get(name) if name else None
    arguments: Mapping[str, Any] | None = None
    labels, problems = _entry_faults(function, shared=shared)
    if function is not None and tool is None:
        labels.append("unknown-tool")
        shown = "without a name" if not name else _quoted(repr(name))
        problems.append(f"there is no tool {shown} (offered: {', '.join(tools)})")
    mendable = None
    if isinstance(raw, str):
        arguments, more, said = label_arguments(tool, raw)
        labels, problems = [*labels, *more], [*problems, *said]
        if "bad-json" in more:
            mendable = tool is not None and is_repairable(raw, checker(tool), effort)
    return Call(
        id=call_id,
        name=name,
        raw=raw if isinstance(raw, str) or raw is None else _dumped(raw)[:MOST_KEPT],
        arguments=arguments,
        labels=tuple(labels),
        problems=tuple(map(_quoted, problems)),
        position=place[0],
        among=place[1],
        repairable=mendable,
    )


def _entry_faults(function: Mapping[str, Any] | None, *, shared: bool) -> tuple[list[str], list[str]]:
    """Labels and problems of an entry that is not built as a call is."""
    problems = []
    if function is None:
        problems.append("the entry has no function")
    elif "arguments" not in function:
        problems.append("`arguments` is missing")
    elif not isinstance(function["arguments"], str):
        problems.append("`arguments` is not a string that holds a JSON object")
    if shared:
        problems.append("its id is used by another call of the same reply")
    return ["malformed-reply"] if problems else [], problems


def _dumped(value: Any) -> str:
    try:
        return json.dumps(value, default=str)
    except (ValueError, RecursionError):  # a number of too many digits, or nested too deeply
        return "(cannot be shown)"
