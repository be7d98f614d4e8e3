"""Whose fault a body is: the provider's, the candidate's, or nobody's."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.detect.provider import failure_in, malformed_call_in
from sandbox.detect.repair import Effort, is_repairable
from sandbox.errors import ProviderError
from sandbox.reply import parse_reply
from tests.support.builders import make_body, make_call, make_text, make_tools

TOOLS = make_tools()

CANDIDATES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no choices": {"id": "x", "usage": {}},
    "no error": {"error": None},
    "an empty error": {"error": ""},
    "an error beside choices": {"error": {"message": "x"}, **make_text("Done.")},
    "a message that is none": {"message": {"role": "assistant", "content": "Done."}},
    "no bad code": {"choices": None, "model": "x", "base_resp": {"status_code": 0, "status_msg": "success"}},
    "a code of success": {"code": 0, "msg": "success", "data": None},
    "nothing wrong": {"id": "x", "choices": [], "error_code": 0, "errors": [], "success": True},
    "an answer of another kind": {"message": "x", "output": [{"type": "message"}]},
    "words and a model": {"message": "hello", "model": "x"},
    "an empty error in a choice": {"choices": [{"message": {"content": "Done."}, "error": {}}]},
}


@pytest.mark.parametrize("body", CANDIDATES.values(), ids=CANDIDATES)
def test_these_are_replies(body: dict[str, Any]) -> None:
    assert failure_in(body) is None
    assert malformed_call_in(body) is None
    parse_reply(body, TOOLS, number=0)


PROVIDERS: dict[str, tuple[Any, str]] = {
    "text": ("x", "server"),
    "an empty error": ({"error": {}}, "server"),
    "an object": ({"object": "error", "message": "x"}, "server"),
    "a type": ({"type": "error", "id": 1}, "server"),
    "a detail": ({"detail": "x"}, "server"),
    "details": ({"detail": [{"msg": "x"}]}, "server"),
    "a message": ({"message": "x", "code": 500}, "server"),
    "too many": ({"error": {"code": "429"}}, "rate-limit"),
    "no key": ({"error": {"code": 401}}, "authentication"),
    "in a choice": ({"choices": [{"error": "x"}]}, "server"),
    "in a choice, too many": ({"choices": [{"error": {"code": 429}}]}, "rate-limit"),
    "in a choice, bad": ({"choices": [{"error": {"code": 400}, "message": {"content": "x"}}]}, "server"),
    "ended in one": ({"choices": [{"finish_reason": "error", "message": {"content": "I"}}]}, "server"),
    "MiniMax": (
        {"id": "1", "choices": None, "model": "x", "base_resp": {"status_code": 1002, "status_msg": "rate limit"}},
        "server",
    ),
    "Baidu": ({"error_code": 17, "error_msg": "limit reached"}, "server"),
    "Cloudflare": ({"success": False, "errors": [{"code": 7009}], "result": None, "messages": []}, "server"),
    "no success": ({"success": False, "result": None}, "server"),
    "a code and words": ({"code": 500, "msg": "internal", "data": None}, "server"),
    "a code of words": ({"code": "InternalError", "message": "x", "model": "m"}, "server"),
    "a code of rates": ({"code": 429, "msg": "slow down", "data": None}, "rate-limit"),
    "a status and words": ({"status": 401, "title": "Unauthorized", "traceId": "1"}, "authentication"),
    "a detail and more": ({"detail": "x", "extra": 1}, "server"),
    "a message and a trace": ({"message": "x", "trace_id": "1"}, "server"),
    "a message in capitals": ({"Message": "x", "__type": "Throttling"}, "server"),
    "a fault": ({"fault": {"faultstring": "x"}}, "server"),
    "empty choices, and words": ({"choices": [], "message": "overloaded"}, "server"),
    "too long": ({"error": "prompt is too long: 3 tokens > 2"}, "context-length"),
    "too long, below": ({"error": {"error": {"message": "maximum context length"}}}, "context-length"),
}


@pytest.mark.parametrize(("body", "kind"), PROVIDERS.values(), ids=PROVIDERS)
def test_these_are_failures_of_the_provider(body: Any, kind: str) -> None:
    failure = failure_in(body)
    assert failure is not None
    assert (failure.kind, malformed_call_in(body)) == (kind, None)
    with pytest.raises(ProviderError):
        parse_reply(body, TOOLS, number=0)


def test_words_are_read_up_to_a_bound() -> None:
    deep: Any = "maximum context length"
    for _ in range(3000):
        deep = {"error": deep}
    for body in (deep, {"error": {"message": "x" * 10**6}}, {"error": ["x"] * 10**5}):
        failure = failure_in(body)
        assert failure is not None
        assert failure.kind == "server"
        assert len(str(failure)) < 400


@pytest.mark.parametrize(
    "error",
    [
        "XML syntax error on line 7: unexpected EOF",
        {"message": "litellm.BadRequestError: GroqException - {'error': {'code': 'tool_use_failed'}}"},
        {"code": "output_parse_failed", "message": "Parsing failed."},
        {"failed_generation": "maximum context length"},
        {"message": "The model produced output that does not match the expected peg-native format"},
    ],
    ids=str,
)
def test_a_call_that_could_not_be_read_is_the_candidates(error: Any) -> None:
    for body in ({"error": error}, {"choices": [{"error": error}]}):
        assert failure_in(body) is None
        assert parse_reply(body, TOOLS, number=0).labels == ("malformed-reply",)


@pytest.mark.parametrize(
    "message", ["x" * 300 + " error parsing tool call", "Failed to parse tool call arguments as JSON", "parse error"]
)
def test_other_complaints_are_not(message: str) -> None:
    assert failure_in({"error": {"message": message}}) is not None


SENT = [
    "error parsing tool call arguments in messages[2]: expected object",
    "Invalid request: error parsing tool call in message 3 of the conversation",
    "Failed to parse tool calls in assistant message 4",
    "XML syntax error on line 3: the request body",
    "Failed to parse tool call in messages.5.content",
    "error parsing tool call in the 3rd message",
    "Failed to parse tool call of a previous assistant turn",
    "error parsing tool call in your request: raw='{'",
    "XML syntax error on line 3 of the chat template",
]


@pytest.mark.parametrize("message", SENT)
def test_a_complaint_about_what_was_sent_is_the_providers(message: str) -> None:
    for error in (message, {"message": message, "type": "invalid_request_error"}):
        assert malformed_call_in({"error": error}) is None
        assert failure_in({"error": error}) is not None


@pytest.mark.parametrize(
    "param", ["messages[2].tool_calls[0].function.arguments", "messages.2", "tools", "body.messages"]
)
def test_a_parameter_that_was_sent_is_named_by_its_key(param: str) -> None:
    assert failure_in({"error": {"message": "error parsing tool call: EOF", "param": param}}) is not None
    assert failure_in({"error": {"message": "error parsing tool call: EOF", "param": None}}) is None


@pytest.mark.parametrize(
    "message",
    [
        """error parsing tool call: raw='{"text": "in messages[2] of the conversation"', err=unexpected end""",
        "Failed to parse input at pos 12: the request body of message 3",
        "Failed to parse tool call: <tool_call>see the previous message",
    ],
)
def test_what_the_model_wrote_may_speak_of_messages(message: str) -> None:
    assert malformed_call_in({"error": {"message": message}}) is not None


OVERFLOWS = [
    "input length and max_tokens exceed context limit: 1 + 2 > 3",
    "Input length 40000 exceeds maximum allowed length 32768",
    "Input length 40000 exceeds the maximum length 32768",
    "ValidationException: Input Tokens Exceeded",
    "Range of input length should be [1, 30720]",
    "Please reduce your prompt; or completion length.",
    "The prompt is longer than the model's context window",
    "context window of 8192 tokens exceeded",
    "Prompt length exceeds the maximum input length",
    "The conversation is too long",
]


@pytest.mark.parametrize("words", OVERFLOWS)
def test_these_say_that_the_conversation_outgrew_the_model(words: str) -> None:
    failure = failure_in({"error": {"message": words, "code": 400}})
    assert failure is not None
    assert failure.kind == "context-length"


@pytest.mark.parametrize(
    "words",
    [
        "Rate limit exceeded for input tokens per minute",
        "Too many tokens, please wait before trying again.",
        "The image exceeds the maximum allowed size",
        "max_tokens exceeds the maximum output of 4096",
        "Maximum number of requests exceeded",
    ],
)
def test_these_say_something_else(words: str) -> None:
    failure = failure_in({"error": {"message": words}})
    assert failure is not None
    assert failure.kind == "server"


MALFORMED = [
    "tool_parse_error",
    "unparseable_tool_call",
    "UNPARSABLE_TOOL_CALL",
    "tool_call_parsing_failed",
    "MALFORMED_FUNCTION_CALL",
    "tool_call_malformed",
    "malformed_tool_use",
]


@pytest.mark.parametrize("reason", MALFORMED)
@pytest.mark.parametrize("where", ["body", "choice", "message"])
@pytest.mark.parametrize(
    "form",
    [
        lambda reason: {"native_finish_reason": reason},
        lambda reason: {"provider_specific_fields": {"original_finish_reason": reason}},
        lambda reason: {"provider_specific_fields": {"google": {"finishReason": reason}}},
        lambda reason: {"provider_specific_fields": reason},
    ],
    ids=["native", "original", "nested", "text"],
)
def test_a_native_reason_counts_wherever_it_stands(reason: str, where: str, form: Any) -> None:
    body = make_body(make_call())
    places = {"body": body, "choice": body["choices"][0], "message": body["choices"][0]["message"]}
    places[where].update(form(reason))
    reply = parse_reply(body, TOOLS, number=0)
    assert (reply.labels, reply.calls) == (("malformed-reply",), ())


@pytest.mark.parametrize(
    "reason",
    [
        "TOO_MANY_TOOL_CALLS",
        "tool_calls",
        "tool_use",
        "stop",
        "tool_calls_parsed",
        "OTHER",
        "MALFORMED",
        "malformed_model_output",
    ],
)
def test_other_native_reasons_are_no_fault(reason: str) -> None:
    body = make_body(make_call())
    body["choices"][0]["native_finish_reason"] = reason
    assert parse_reply(body, TOOLS, number=0).calls[0].valid


@pytest.mark.parametrize("content", [[{"text": "Done."}], ["Done."], [{"type": "thinking", "text": "x"}, "Done."]])
def test_text_without_a_type_is_text(content: Any) -> None:
    reply = parse_reply(make_text(content), TOOLS, number=0)
    assert (reply.text, reply.labels) == ("Done.", ())


def test_white_space_does_not_go_back() -> None:
    assert parse_reply(make_body(make_call(), content=" \n"), TOOLS, number=0).for_history()["content"] is None
    broken = parse_reply(make_body(tool_calls={}, content=" \n"), TOOLS, number=0)
    assert broken.for_history()["content"] == "(no readable reply)"


@pytest.mark.parametrize(
    ("arguments", "back"),
    [
        ('{"command": "a\\ud800b"}', '{"command": "a\\ufffdb"}'),
        ('{"command": "x", "\\udfff": 1}', '{"command": "x", "\\ufffd": 1}'),
        ('{"command": "\\ud83d\\ude00"}', '{"command": "\\ud83d\\ude00"}'),
        ('{"command": "\\\\ud800"}', '{"command": "\\\\ud800"}'),
        ('{"command": "\ud800"}', '{"command": "\\ufffd"}'),
    ],
)
def test_lone_surrogates_do_not_go_back(arguments: str, back: str) -> None:
    message = parse_reply(make_body(make_call("bash", arguments)), TOOLS, number=0).for_history()
    assert message["tool_calls"][0]["function"]["arguments"] == back


def test_mending_is_bounded_for_a_reply_as_a_whole() -> None:
    effort = Effort(3000)
    validator = TOOLS["bash"].validator
    found = [is_repairable('{"command": "ls"', validator, effort) for _ in range(20)]
    assert found[0]
    assert not found[-1]
    calls = [make_call("bash", "{'command': [" * 3000, id=str(number)) for number in range(50)]
    reply = parse_reply(make_body(*calls, make_call("bash", '{"command": "ls"', id="x")), TOOLS, number=0)
    assert [call.repairable for call in reply.calls] == [False] * 51
