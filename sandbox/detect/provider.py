"""What a provider's body says in place of a completion: that it failed, or that the model made no readable call. Pure.

Whose fault a body is gets decided here and nowhere else: the client asks before it answers, `parse_reply` asks again,
and a replay comes to the same from the same bytes, for the status line plays no part.

    no object                                               the provider's
    an error that tells of a call it could not read         the candidate's (malformed-reply), whatever the status was
    an error without choices, or inside the first choice    the provider's; or the conversation outgrew the model
    a native reason of a malformed call                     the candidate's
    anything else                                           the candidate's; without choices it is malformed-reply

An error is what stands under `error`, an object that calls itself one (`error_code`, `success: false`, a code that is
none of success), or one that holds the words of an error (`detail`, `message`) and nothing of a completion.
A complaint about a call in what was sent (`messages[2]`, "the request body") is the provider's: we sent it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.errors import ProviderError

MOST_READ = 4000
MOST_QUOTED = 300
_DEEPEST = 4
_MOST_PARTS = 50
_STATUSES = {
    413: "context-length",
    401: "authentication",
    403: "authentication",
    404: "not-found",
    402: "quota",
    408: "timeout",
    429: "rate-limit",
}
# How they say that an account is used up, under the status of being asked too often.
_QUOTA = re.compile(
    r"insufficient_quota|exceeded your current quota|insufficient (?:balance|credits?|funds)|credit balance is too low"
    r"|billing_hard_limit|out of credits",
    re.IGNORECASE,
)
# How providers say that a conversation has outgrown the model.
_OVERFLOW = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum (?:context|model|prompt|input|sequence) length"
    r"|exceed(?:s|ed|ing)? (?:the |its |this )?(?:model(?:'s)? )?(?:maximum |max |available |allowed )?"
    r"(?:context|(?:input|prompt|sequence) (?:length|size|limit)\b)"
    r"|(?:input|prompt|conversation)\b.{0,60}\bexceed(?:s|ed)? (?:the )?max(?:imum|\.)? (?:allowed |supported |input )*"
    r"(?:number of (?:input )?tokens|length|tokens)"
    r"|(?:input|prompt|context) (?:tokens?|length|size|window) (?:is |was |has been |limit )?exceeded\b(?! per)"
    r"|context (?:window|length|size)(?: limit)? (?:of \d+ (?:tokens )?)?"
    r"(?:is |was |has been )?(?:exceeded|full|overflow)"
    r"|(?:larger|longer|bigger|more tokens) than (?:the |its )?(?:model(?:'s)? )?(?:maximum |max )?context"
    r"|range of input length should be|too many (?:input|prompt) tokens(?! per)"
    r"|reduce (?:the (?:length|size) of (?:the |your )?|your )(?:messages|prompt|input|conversation)"
    r"|too large for model with|(?:prompt|input|conversation) is too (?:long|large)\b",
    re.IGNORECASE,
)
# Where words about what went wrong stand in an error; what the model wrote (failed_generation) is not among them.
_WORDS = (
    *("message", "code", "type", "status", "detail", "details", "msg", "error_msg", "error_message", "errorMessage"),
    *("errmsg", "err_msg", "status_msg", "Message", "faultstring", "reason", "error_code", "errorCode", "base_resp"),
    *("error", "errors", "metadata", "raw", "title", "fault"),
)
_SAID = ("message", "Message", "msg", "detail", "title", "reason")
# What only an answer of a model has; a provider that failed may send it along with nothing in it.
_OF_COMPLETION = ("model", "usage", "created", "choices", "output", "content", "text", "response", "candidates", "role")
_CALLED_AN_ERROR = re.compile(r"(?i:err|errors?|err(?:or)?_?(?:code|no|msg|message|type)|fault|exception)")
_CODES = ("code", "status", "status_code", "statusCode", "error_code", "errorCode")
_FINE = re.compile(r"(?i:0+|2\d\d|ok|success|succeeded|none|)")
_FAILED = re.compile(r"(?i:[1-9]\d*|-\d+|err\w*|fail\w*|\w+(?:error|exception|failed|exceeded))")
_UNREADABLE_CODE = re.compile(r"\b(?:tool_use_failed|output_parse_failed)\b")
# Of Ollama, llama.cpp, Amazon Nova and harmony parsers, at the beginning of what they say; a complaint about the
# arguments in what was sent to it ("tool call arguments as JSON") is none of them.
_UNREADABLE = re.compile(
    r"error parsing tool call|failed to parse input at pos \d|failed to parse tool call(?!s? arguments)"
    r"|xml syntax error on line \d|expected element type <(?:function|tool_call)>"
    r"|model produced (?:invalid sequence as part of tooluse|output that does not match the expected)"
    r"|unexpected tokens remaining in message header|no reverse mapping found for function name",
    re.IGNORECASE,
)
_BEGINNING = 200
# Where a thing stands that was sent: said before the provider quotes what the model wrote.
_SENT = re.compile(
    r"\bmessages\b|\bmessage ?(?:\[|#|no\b|number\b|at\b|index\b|\d)|\b\d+(?:st|nd|rd|th) message"
    r"|\b(?:previous|earlier|prior|input|incoming|past) (?:message|turn|assistant|tool)|\bturn \d"
    r"|\b(?:conversation|history|request (?:body|payload|json)|body of|prompt|chat template)\b"
    r"|\b(?:in|of|from) (?:the|your|this) (?:request|input)\b",
    re.IGNORECASE,
)
_QUOTING = re.compile(r"raw ?=|at pos \d+:|[{<\n`]")
_SENT_PLACES = ("messages", "tools", "body", "input", "request")
_REASON_KEYS = ("finishreason", "stopreason")
# As providers say it, written together: MALFORMED_FUNCTION_CALL, unparseable_tool_call, tool_parse_error …
# Not TOO_MANY_TOOL_CALLS: that is about their number, and each may be sound.
# Not MALFORMED alone, nor of output at large: the call beside it may be sound.
_MALFORMED_REASON = re.compile(
    r"malformed.*(?:tool|function|call)|(?:tool|function|call).*malformed|(?:invalid|unexpected|unparse?able)(?:tool|function)"
    r"|(?:tool|function)(?:calls?|use)?pars(?:e|er|ing)(?:error|fail|invalid)"
    r"|(?:tool|function)(?:calls?|use)(?:error|fail|invalid)"
)


def failure_in(body: Any) -> ProviderError | None:
    """The provider's failure that a body tells of; None where it is a reply of the candidate, readable or not."""
    if not isinstance(body, Mapping):
        return ProviderError("the provider answered with something that is no JSON object", kind=kind_of(body))
    choice = first_choice(body)
    error = _error_in(body, choice)
    if error is None or malformed_call_in(body) is not None:
        return None
    said = " ".join(" ".join(words_of(error)).split())[:MOST_QUOTED] or "without words"
    kind = kind_of(error)
    if choice is not None and kind not in ("context-length", "rate-limit"):
        # It had begun to answer, so nothing is wrong with the question.
        kind = "server"
    return ProviderError(f"the provider answered with an error: {said}", kind=kind)


def malformed_call_in(body: Any) -> str | None:
    """What the provider says of a call of the model that it could not read, in words; None if it says no such thing."""
    if not isinstance(body, Mapping):
        return None
    choice = first_choice(body)
    if any(_MALFORMED_REASON.search(re.sub(r"[\W_]", "", reason.lower())) for reason in _reasons(body, choice)):
        return "the provider reports a malformed call"
    error = _error_in(body, choice)
    if error is None:
        return None
    words = list(words_of(error))
    if _is_about_what_was_sent(error, words):
        return None
    generated = isinstance(error, Mapping) and "failed_generation" in error
    if generated or any(_UNREADABLE_CODE.search(word) or _UNREADABLE.search(word[:_BEGINNING]) for word in words):
        return f"the provider could not read the call in it: {' '.join(words[:1])[:MOST_QUOTED]}".rstrip(".: ")
    return None


def _is_about_what_was_sent(error: Any, words: Sequence[str]) -> bool:
    """Whether the complaint is about a message of ours: by the parameter it names, or by its words."""
    for part in (error, error.get("error") if isinstance(error, Mapping) else None):
        param = part.get("param") if isinstance(part, Mapping) else None
        if isinstance(param, str) and param.startswith(_SENT_PLACES):
            return True
    spoken = (
        _QUOTING.split(word[:_BEGINNING], maxsplit=1)[0] for word in words if _UNREADABLE.search(word[:_BEGINNING])
    )
    return any(_SENT.search(word) for word in spoken)


def first_choice(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The only choice that counts; None if there is none that is an object."""
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, Mapping) else None


def kind_of(error: Any) -> str:
    """The kind of `ProviderError` by an error's own words and code; server if they say nothing more."""
    words = list(words_of(error))
    if tells_of_overflow(" ".join(words)):
        return "context-length"
    codes = [str(error[name])[:4] for name in _CODES if name in error] if isinstance(error, Mapping) else []
    return next((kind_of_status(int(code)) for code in codes if re.fullmatch(r"4\d\d", code)), "server")


def kind_of_status(status: int) -> str:
    """The kind of `ProviderError` by a status of HTTP other than a good one."""
    return "server" if status < 300 or status >= 500 else _STATUSES.get(status, "bad-request")


def tells_of_quota(words: str) -> bool:
    """Whether a refusal for asking too much means that no more is paid for, and no wait would help."""
    return _QUOTA.search(words[:MOST_READ]) is not None


def tells_of_overflow(words: str) -> bool:
    """Whether somebody says that a conversation has outgrown the model."""
    return _OVERFLOW.search(words[:MOST_READ]) is not None


def words_of(error: Any) -> Iterator[str]:
    """The words of an error, the plainest first: a bounded part of what stands where words are expected."""
    level: list[Any] = [error]
    for _ in range(_DEEPEST):
        yield from (part[:MOST_READ] for part in level if isinstance(part, str))
        level = [inner for part in level for inner in _inside(part)][:_MOST_PARTS]


def _inside(part: Any) -> Sequence[Any]:
    if isinstance(part, Mapping):
        return [part[name] for name in _WORDS if name in part]
    return part[:_MOST_PARTS] if isinstance(part, list) else []


def _error_in(body: Mapping[str, Any], choice: Mapping[str, Any] | None) -> Any:
    """What a body gives as its error; None if it gives none."""
    if choice is not None:
        ended = "the reply ended in an error" if choice.get("finish_reason") == "error" else None
        return choice.get("error") or ended
    if body.get("choices"):
        return None
    error = body.get("error")
    if error or isinstance(error, Mapping):
        return error
    if "error" in (body.get("object"), body.get("type")) or _fails(body):
        return body
    is_completion = any(body.get(name) for name in _OF_COMPLETION)
    return body if _says_something(body) and not is_completion else None


def _fails(body: Mapping[str, Any]) -> bool:
    """Whether a body calls itself a failure: by a key of errors, by `success`, or by a code beside words."""
    if any(_CALLED_AN_ERROR.fullmatch(name) and _is_bad(value) for name, value in body.items()):
        return True
    response = body.get("base_resp")
    if isinstance(response, Mapping) and _has_bad_code(response):
        return True
    refused = any(body.get(name) is False for name in ("success", "ok"))
    return refused or (_has_bad_code(body) and any(isinstance(body.get(name), str) for name in _SAID))


def _is_bad(value: Any) -> bool:
    return bool(value) and not (isinstance(value, str | int) and _FINE.fullmatch(str(value)[:MOST_QUOTED]))


def _has_bad_code(place: Mapping[str, Any]) -> bool:
    codes = [place[name] for name in _CODES if isinstance(place.get(name), str | int)]
    return any(_is_bad(code) and _FAILED.fullmatch(str(code)[:MOST_QUOTED]) for code in codes if code is not True)


def _says_something(body: Mapping[str, Any]) -> bool:
    """Whether the words of an error stand there, and no code of success beside them."""
    codes = [body[name] for name in ("code", "status", "success", "ok") if isinstance(body.get(name), str | int)]
    if any(code is True or (str(code) and _FINE.fullmatch(str(code)[:MOST_QUOTED])) for code in codes):
        return False
    return bool(body.get("detail")) or any(isinstance(body.get(name), str) and body[name] for name in _SAID)


def _reasons(body: Mapping[str, Any], choice: Mapping[str, Any] | None) -> Iterator[str]:
    """Every word for why a reply ended, wherever a provider puts it."""
    message = choice.get("message") if choice is not None else None
    for place in (body, choice, message):
        if isinstance(place, Mapping):
            yield from _reasons_beside(place)
            yield from _reasons_below(place.get("provider_specific_fields"))


def _reasons_beside(place: Mapping[str, Any]) -> Iterator[str]:
    for name, reason in place.items():
        if isinstance(reason, str) and name.lower().replace("_", "").endswith(_REASON_KEYS):
            yield reason[:MOST_QUOTED]


def _reasons_below(fields: Any) -> Iterator[str]:
    if isinstance(fields, str):
        yield fields[:MOST_QUOTED]
    level = [fields]
    for _ in range(_DEEPEST):
        places = [part for part in level if isinstance(part, Mapping)]
        for place in places:
            yield from _reasons_beside(place)
        level = [inner for place in places for inner in place.values()][:_MOST_PARTS]
