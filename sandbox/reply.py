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

from sandbox.detect.calls import call_in_text, label_arguments
from sandbox.errors import ProviderError
from sandbox.tooling import Toolset

# Neither marks nor spaces by their category, and yet nothing to see.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_THINK = re.compile(r"\A<think>.*?(?:</think>|\Z)", re.DOTALL)
MOST_QUOTED = 300
_MALFORMED_FINISH = re.compile(r"malformed|invalid_tool|unexpected_tool", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One entry of `tool_calls`. `id` is unique within the trial; `raw` is the argument string as sent."""

    id: str
    name: str | None
    raw: str | None
    arguments: Mapping[str, Any] | None
    labels: tuple[str, ...]
    problems: tuple[str, ...]

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
        text = _sendable(self.text)
        message: dict[str, Any] = {"role": "assistant", "content": text or None}
        if self.calls:
            message["tool_calls"] = [_history_entry(call) for call in self.calls]
        elif not self.text:
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
    return any(not _is_invisible(character) for character in text)


def _is_invisible(character: str) -> bool:
    selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return selector or character in _BLANK or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def _history_entry(call: Call) -> dict[str, Any]:
    arguments = call.arguments if call.arguments is not None else {}
    name = call.name if call.name and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", call.name) else "invalid"
    text = json.dumps(arguments, default=str)
    return {"id": call.id, "type": "function", "function": {"name": name, "arguments": text}}


def parse_reply(body: Any, tools: Toolset, *, number: int) -> Reply:
    """Read a chat-completion body.

    Args:
        body: the provider's body, as JSON data.
        tools: the tools that were offered.
        number: which reply of the trial this is, for call ids.

    Raises:
        ProviderError: the body is no object, or an error in place of a completion.
    """
    if not isinstance(body, Mapping):
        raise ProviderError("the provider answered with something that is no JSON object", kind="server")
    if body.get("error") and not body.get("choices"):
        raise ProviderError(f"the provider answered with an error: {_dumped(body['error'])[:300]}", kind="server")
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, Mapping):
        return _malformed("the reply has no choices")
    message = choice.get("message")
    finish = choice.get("finish_reason")
    finish = finish if isinstance(finish, str) else None
    if not isinstance(message, Mapping):
        return _malformed("the reply has no message", finish=finish)
    text = text_of(message)
    entries = message.get("tool_calls")
    if entries is not None and not isinstance(entries, list):
        return _malformed("`tool_calls` is not a list", text=text, finish=finish)
    if _says_malformed(choice, message):
        return _malformed("the provider reports a malformed call; nothing was run", text=text, finish=finish)
    if entries:
        return Reply(text=text, calls=_calls(entries, tools, number), labels=(), problem=None, finish=finish)
    return _without_calls(message, text, tools, finish)


def _without_calls(message: Mapping[str, Any], text: str, tools: Toolset, finish: str | None) -> Reply:
    if message.get("function_call"):
        return Reply(text=text, calls=(), labels=("call-in-text",), problem=None, finish=finish)
    if not is_visible(text):
        problem = "The reply was empty. Call a tool, or say in words that you are done."
        return Reply(text="", calls=(), labels=("empty-reply",), problem=problem, finish=finish)
    labels = ("call-in-text",) if call_in_text(text, tools) else ()
    return Reply(text=text, calls=(), labels=labels, problem=None, finish=finish)


def _malformed(what: str, *, text: str = "", finish: str | None = None) -> Reply:
    problem = f"The reply could not be read: {what}. Send an ordinary message or tool call."
    return Reply(text=text, calls=(), labels=("malformed-reply",), problem=problem, finish=finish)


def _says_malformed(choice: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    places = [choice, message, choice.get("provider_specific_fields"), message.get("provider_specific_fields")]
    reasons = [
        place.get(key)
        for place in places
        if isinstance(place, Mapping)
        for key in ("finish_reason", "native_finish_reason")
    ]
    return any(isinstance(reason, str) and _MALFORMED_FINISH.search(reason) for reason in reasons)


def text_of(message: Mapping[str, Any]) -> str:
    """What a user would read: a string or text parts, a refusal, without a leading thought."""
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get(part.get("type")) for part in content if _is_text_part(part)]
        content = "".join(part for part in parts if isinstance(part, str))
    text = _without_thought(content) if isinstance(content, str) else ""
    refusal = message.get("refusal")
    return refusal if isinstance(refusal, str) and not is_visible(text) else text


def _is_text_part(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("type") in ("text", "refusal")


def _without_thought(text: str) -> str:
    start = next((index for index, character in enumerate(text) if not _is_invisible(character)), len(text))
    return _THINK.sub("", text[start:]) if text.startswith("<think>", start) else text


def _calls(entries: list[Any], tools: Toolset, number: int) -> tuple[Call, ...]:
    given = [entry.get("id") if isinstance(entry, Mapping) else None for entry in entries]
    times = Counter(name for name in given if isinstance(name, str) and name)
    return tuple(
        _call(entry, tools, f"call_{number}_{index}", shared=isinstance(name, str) and times[name] > 1)
        for index, (entry, name) in enumerate(zip(entries, given, strict=True))
    )


def _call(entry: Any, tools: Toolset, call_id: str, *, shared: bool) -> Call:
    function = entry.get("function") if isinstance(entry, Mapping) else None
    if not isinstance(function, Mapping):
        return _refused(call_id, None, None, "the entry has no function")
    name, raw = function.get("name"), function.get("arguments")
    name = _sendable(name) if isinstance(name, str) else None
    if shared:
        return _refused(call_id, name, raw, "its id is used by another call of the same reply")
    if not isinstance(raw, str):
        return _refused(call_id, name, raw, "`arguments` is not a string")
    tool = tools.get(name) if name else None
    arguments, labels, problems = label_arguments(tool, raw)
    if tool is None:
        labels = ["unknown-tool", *labels]
        shown = "without a name" if name is None else _quoted(repr(name))
        problems = [f"there is no tool {shown} (offered: {', '.join(tools)})", *problems]
    said = tuple(_quoted(problem) for problem in problems)
    return Call(id=call_id, name=name, raw=raw, arguments=arguments, labels=tuple(labels), problems=said)


def _refused(call_id: str, name: str | None, raw: Any, what: str) -> Call:
    text = raw if isinstance(raw, str) or raw is None else _dumped(raw)[:2000]
    return Call(id=call_id, name=name, raw=text, arguments=None, labels=("malformed-reply",), problems=(what,))


def _dumped(value: Any) -> str:
    try:
        return json.dumps(value, default=str)
    except (ValueError, RecursionError):  # a number of too many digits, or nested too deeply
        return "(cannot be shown)"
