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


MALFORMED = [
    "tool_parse_error",
    "unparseable_tool_call",
    "UNPARSABLE_TOOL_CALL",
    "tool_call_parsing_failed",
    "MALFORMED",
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
    "reason", ["TOO_MANY_TOOL_CALLS", "tool_calls", "tool_use", "stop", "tool_calls_parsed", "OTHER"]
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
