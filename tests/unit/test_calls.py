"""Labels of calls and replies, from the raw body on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.agent import Turn, take_turn
from sandbox.course import Stage
from sandbox.detect.calls import BadJson, label_arguments, parse_json
from sandbox.detect.in_text import call_in_text
from sandbox.errors import ProviderError
from sandbox.events import Event
from sandbox.journal import Journal
from sandbox.limits import Limits, Meter
from sandbox.llm.scripted import ScriptedClient
from sandbox.reply import Reply, parse_reply
from sandbox.schema import check
from tests.support.builders import make_body, make_call, make_text, make_tool, make_tools

TOOLS = make_tools()
HUGE = "1" + "0" * 5000


def read(body: Any) -> Reply:
    return parse_reply(body, TOOLS, number=3)


def labels(arguments: Any, name: Any = "bash") -> tuple[str, ...]:
    (call,) = read(make_body(make_call(name, arguments))).calls
    assert call.valid == (not call.labels)
    assert bool(call.problems) == bool(call.labels)
    return call.labels


# --- arguments ---

BAD_JSON = {
    "empty": "",
    "blank": " ",
    "cut": '{"command": "ls',
    "NaN": '{"command": NaN}',
    "Infinity": '{"command": "x", "timeout": Infinity}',
    "-Infinity": '{"command": "x", "timeout": -Infinity}',
    "BOM": '\ufeff{"command": "ls"}',
    "comment": '{"command": "ls"} // list',
    "trailing comma": '{"command": "ls",}',
    "single quotes": "{'command': 'ls'}",
    "bare key": '{command: "ls"}',
    "two values": '{"command": "ls"}{"command": "ls"}',
    "fence": '```json\n{"command": "ls"}\n```',
    "control character": '{"command": "a\nb"}',
    "leading zero": '{"command": "ls", "timeout": 01}',
    "plus": '{"command": "ls", "timeout": +1}',
    "hex": '{"command": "ls", "timeout": 0x10}',
    "Python": '{"command": None}',
    "no-break space": '\u00a0{"command": "ls"}',
    "too deep": '{"command": ' + "[" * 500 + "]" * 500 + "}",
    "far too deep": "[" * 100_000 + "]" * 100_000,
    "deep and cut": "[" * 100_000,
}


@pytest.mark.parametrize("arguments", BAD_JSON.values(), ids=BAD_JSON)
def test_what_rfc_8259_does_not_have_is_bad_json(arguments: str) -> None:
    assert labels(arguments) == ("bad-json",)


@pytest.mark.parametrize(
    "arguments", ["null", "[]", '[{"command": "ls"}]', '"{\\"command\\": \\"ls\\"}"', "7", "true", HUGE, "1e400"]
)
def test_json_that_is_no_object_is_not_object(arguments: str) -> None:
    assert labels(arguments) == ("not-object",)


SCHEMA_FAULTS = [
    ("{}", ("missing-argument",)),
    ('{"cmd": "ls"}', ("missing-argument", "unexpected-argument")),
    ('{"command": "ls", "cwd": "/"}', ("unexpected-argument",)),
    ('{"command": ["ls"]}', ("wrong-type",)),
    ('{"command": null}', ("wrong-type",)),
    ('{"command": "ls", "timeout": "9"}', ("wrong-type",)),
    ('{"command": "ls", "timeout": true}', ("wrong-type",)),
    ('{"command": "ls", "timeout": 1.5}', ("wrong-type",)),
    ('{"command": "ls", "timeout": 0}', ("out-of-range",)),
    ('{"command": "ls", "timeout": 601}', ("out-of-range",)),
    (f'{{"command": "ls", "timeout": {HUGE}}}', ("out-of-range",)),
    ('{"command": "ls", "timeout": -1e400}', ("out-of-range",)),
    ('{"command": "ls", "timeout": 1e99999999999999999999}', ("out-of-range",)),
    (f'{{"command": "ls", "timeout": {HUGE}.5}}', ("wrong-type", "out-of-range")),
    ('{"command": 1, "timeout": 0, "x": 1}', ("unexpected-argument", "wrong-type", "out-of-range")),
]


@pytest.mark.parametrize(("arguments", "expected"), SCHEMA_FAULTS, ids=lambda value: str(value)[:40])
def test_each_violation_of_a_schema_has_its_label(arguments: str, expected: tuple[str, ...]) -> None:
    assert sorted(labels(arguments)) == sorted(expected)


CLEAN = {
    "plain": '{"command": "ls"}',
    "white space": ' \t\r\n{ "command" : "ls" }\n',
    "escapes": '{"command": "\\u006cs \\ud800 \\u0000"}',
    "as is": '{"command": "é 😀 \u2028"}',
    "empty string": '{"command": ""}',
    "integral float": '{"command": "ls", "timeout": 5.0}',
    "exponent": '{"command": "ls", "timeout": 1E2}',
    "ten megabytes": json.dumps({"command": "x" * 10_000_000}),
}


@pytest.mark.parametrize("arguments", CLEAN.values(), ids=CLEAN)
def test_odd_arguments_that_hold_are_clean(arguments: str) -> None:
    assert labels(arguments) == ()


@pytest.mark.parametrize("number", [HUGE, "9" * 30, "1e400", "1e99999999999999999999"])
def test_huge_numbers_are_integers_and_valid(number: str) -> None:
    assert labels(f'{{"path": "x", "offset": {number}}}', "read_file") == ()


def test_huge_numbers_are_not_converted() -> None:
    value, found, _ = label_arguments(None, f'{{"a": {HUGE}, "b": 1e400}}')
    assert (value, found) == ({"a": Decimal(HUGE), "b": Decimal("1e400")}, [])


def test_a_duplicate_key_is_no_fault_and_the_last_one_counts() -> None:
    (call,) = read(make_body(make_call("bash", '{"command": 1, "command": "ls"}'))).calls
    assert call.valid
    assert call.arguments == {"command": "ls"}


@pytest.mark.parametrize(("depth", "fine"), [(499, True), (500, True), (501, False), (900, False)])
def test_nesting_may_be_500_deep(depth: int, fine: bool) -> None:
    for text in ("[" * depth + "]" * depth, '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)):
        if fine:
            parse_json(text)
        else:
            with pytest.raises(BadJson, match="nested deeper than 500"):
                parse_json(text)


def test_a_violation_below_any_of_is_labelled_as_itself() -> None:
    tool = make_tool("t", {"x": {"anyOf": [{"type": "string"}, {"type": "null"}]}})
    assert label_arguments(tool, '{"x": 1}')[1] == ["wrong-type"]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ({"enum": ["a"]}, '"b"'),
        ({"const": 1}, "2"),
        ({"pattern": "^a$"}, '"a\\n"'),
        ({"format": "ipv4"}, '"1.2.3"'),
        ({"minLength": 2}, '"a"'),
        ({"maxItems": 1}, "[1, 2]"),
        ({"uniqueItems": True}, "[1, 1.0]"),
        ({"multipleOf": 2}, "3"),
        ({"exclusiveMaximum": 3}, "3"),
    ],
)
def test_bounds_of_every_kind_are_out_of_range(rule: dict[str, Any], value: str) -> None:
    assert label_arguments(make_tool("t", {"x": rule}), f'{{"x": {value}}}')[1] == ["out-of-range"]


@pytest.mark.parametrize(
    ("value", "unique"),
    [
        ("[]", True),
        ("[1, 1.0]", False),
        ("[100, 1e2]", False),
        ("[0, -0.0]", False),
        ("[0.1, 0.10]", False),
        ("[0.1, 0.1000000000000000000001]", True),
        ("[1e400, 10e399]", False),
        ("[1, true]", True),
        ("[0, false, null]", True),
        ('["1e0", 1]', True),
        ('["a", "b", "a"]', False),
        ('[{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}]', False),
        ('[{"a": 1}, {"a": true}]', True),
        ('[[1], ["1"], [[1]]]', True),
        ("[" + "[" * 490 + "]" * 490 + "]", True),
    ],
)
def test_items_are_unique_by_value(value: str, unique: bool) -> None:
    tool = make_tool("t", {"x": {"uniqueItems": True}})
    assert label_arguments(tool, f'{{"x": {value}}}')[1] == ([] if unique else ["out-of-range"])


def test_many_items_are_compared_in_no_time() -> None:
    tool = make_tool("t", {"x": {"uniqueItems": True}})
    started = time.process_time()
    items = [{"a": number, "b": [number]} for number in range(10_000)]
    assert label_arguments(tool, json.dumps({"x": items}))[1] == []
    assert label_arguments(tool, json.dumps({"x": [*items, items[0]]}))[1] == ["out-of-range"]
    # Each with each takes a minute.
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"^ORD-\d+$", "ORD-12", True),
        (r"^ORD-\d+$", "ORD-١٢٣٤", False),
        (r"^ORD-\d+$", "ORD-12\n", False),
        (r"^[\d-]+$", "1-٢", False),
        (r"^\D+$", "٢", True),
        (r"^\w+$", "é", False),
        (r"^\W+$", "é", True),
        (r"\bfoo", "éfoo", True),
        (r"^a\sb$", "a\u00a0b", True),
        (r"^a\sb$", "a\u2003b", True),
        (r"^a\sb$", "a\ufeffb", True),
        (r"^a\sb$", "a\x1cb", False),
        (r"^a\Sb$", "a\x85b", True),
        (r"^\S+$", "a\u00a0b", False),
        (r"^[\s\S]+$", "a\u2028\n\U0001f600", True),
        (r"^[^\s]+$", "a\u3000", False),
        (r"^.$", "\u2028", False),
        (r"^[.$]+$", "$.", True),
        (r"^[.$]+$", "x", False),
        (r"^\$\.$", "$.", True),
        (r"^[\]a]$", "]", True),
        (r"^(?<year>\d{4})$", "2026", True),
        (r"(?<=a)b(?<!x)$", "ab", True),
    ],
)
def test_patterns_are_those_of_ecma(pattern: str, text: str, fits: bool) -> None:
    tool = make_tool("t", {"x": {"pattern": pattern}})
    assert label_arguments(tool, json.dumps({"x": text}))[1] == ([] if fits else ["out-of-range"])
    named = make_tool("t", {"x": {"patternProperties": {pattern: {}}, "additionalProperties": False}})
    assert label_arguments(named, json.dumps({"x": {text: 1}}))[1] == ([] if fits else ["unexpected-argument"])


def test_properties_by_pattern_and_others_keep_their_rules() -> None:
    rule = {"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": {"type": "integer"}}
    tool = make_tool("t", {"x": rule})
    assert label_arguments(tool, '{"x": {"x-a": "1", "b": 1}}')[1] == []
    assert label_arguments(tool, '{"x": {"x-a": 1}}')[1:] == (["wrong-type"], ["`x.x-a`: 1 is not of type 'string'"])
    assert label_arguments(tool, '{"x": {"b": "1"}}')[1:] == (["wrong-type"], ["`x.b`: '1' is not of type 'integer'"])


def test_a_number_too_large_to_divide_does_not_break_the_check() -> None:
    assert label_arguments(make_tool("t", {"x": {"multipleOf": 0.5}}), '{"x": 1e400}')[1] == []


def test_the_candidate_is_told_the_argument_and_the_rule_once() -> None:
    tool = make_tool("edit", {"path": {"type": "string"}, "old": {"type": "string"}}, ("path", "old"))
    assert label_arguments(tool, "{}")[2] == ["the arguments: required and missing: path, old"]
    assert sorted(label_arguments(tool, '{"path": 1, "old": "", "x": 1, "y": 2}')[2]) == [
        "`path`: 1 is not of type 'string'",
        "the arguments: unknown: x, y (known: old, path)",
    ]


# --- entries ---


@pytest.mark.parametrize(
    "name", ["", None, 5, "Bash", " bash", "bash\n", "<|channel|>bash", "functions.bash", "x" * 10**6]
)
def test_a_name_that_is_not_offered_is_an_unknown_tool(name: Any) -> None:
    assert labels("{}", name) == ("unknown-tool",)


def test_an_absent_name_is_an_unknown_tool() -> None:
    (call,) = read(make_body({"id": "a", "function": {"arguments": "{}"}})).calls
    assert call.labels == ("unknown-tool",)


def test_an_unknown_tool_with_arguments_that_do_not_parse_has_both_labels() -> None:
    assert labels("{", "nope") == ("unknown-tool", "bad-json")
    assert labels("[]", "nope") == ("unknown-tool", "not-object")


@pytest.mark.parametrize("arguments", [None, {"command": "ls"}, ["ls"], 5, True])
def test_arguments_that_are_no_string_make_that_entry_malformed(arguments: Any) -> None:
    reply = read(make_body(make_call("bash", arguments), make_call(id="other")))
    assert [call.labels for call in reply.calls] == [("malformed-reply",), ()]
    assert reply.labels == ()


@pytest.mark.parametrize(
    "entry",
    [None, "bash", [], {}, {"function": None}, {"function": "bash"}, {"function": []}, {"function": {"name": "bash"}}],
)
def test_an_entry_that_is_not_built_as_a_call_is_refused_and_the_rest_runs(entry: Any) -> None:
    reply = read(make_body(entry, make_call()))
    assert [call.labels for call in reply.calls] == [("malformed-reply",), ()]
    assert reply.problem is None


def test_all_entries_that_share_an_id_are_refused() -> None:
    calls = [make_call(id=name) for name in ("a", "b", "a", "A", "a")]
    assert [call.valid for call in read(make_body(*calls)).calls] == [False, True, False, True, False]


@pytest.mark.parametrize("odd", [None, ""])
def test_missing_and_empty_ids_are_no_duplicates(odd: Any) -> None:
    assert all(call.valid for call in read(make_body(make_call(id=odd), make_call(id=odd))).calls)


def test_an_entry_without_id_and_type_is_clean() -> None:
    function = {"name": "bash", "arguments": '{"command": "ls"}'}
    assert all(call.valid for call in read(make_body({"function": function}, {"function": function})).calls)


def test_ids_of_ours_are_unique_within_a_trial() -> None:
    ids = {
        call.id
        for number in range(3)
        for call in parse_reply(make_body(*[make_call()] * 3), TOOLS, number=number).calls
    }
    assert len(ids) == 9


def test_what_is_said_of_a_call_can_be_sent_and_is_short() -> None:
    calls = [
        make_call("bash", '{"command": "x", "\ud800": 1}', id="1"),
        make_call("bash", json.dumps({"command": "x", "k" * 10**6: 1}), id="2"),
        make_call("\udfff" + "n" * 10**6, "{}", id="3"),
    ]
    for call in read(make_body(*calls)).calls:
        said = "; ".join(call.problems)
        assert not call.valid
        assert said.encode("utf-8")
        assert len(said) < 1000


def test_labels_of_the_entry_and_of_its_contents_stand_side_by_side() -> None:
    assert labels(None, "nope") == ("malformed-reply", "unknown-tool")
    assert labels({"command": 1}) == ("malformed-reply",)
    shared = [call.labels for call in read(make_body(make_call("bash", "{"), make_call("nope", "{}"))).calls]
    assert shared == [("malformed-reply", "bad-json"), ("malformed-reply", "unknown-tool")]


def test_multiples_go_by_the_digits_as_written() -> None:
    tool = make_tool("t", {"x": {"multipleOf": 0.1}})
    found = [label_arguments(tool, f'{{"x": {number}}}')[1] for number in ("0.3", "1" + "0" * 400, "0.25")]
    assert found == [[], [], ["out-of-range"]]


# --- replies as a whole ---

MALFORMED = {
    "no choices": {},
    "empty error": {"error": None},
    "null": {"choices": None},
    "empty": {"choices": []},
    "object": {"choices": {"0": {}}},
    "text": {"choices": "hello"},
    "null choice": {"choices": [None]},
    "list choice": {"choices": [[]]},
    "no message": {"choices": [{}]},
    "null message": {"choices": [{"message": None}]},
    "text message": {"choices": [{"message": "<tool_call>bash"}]},
    "list message": {"choices": [{"message": []}]},
    "calls object": make_body(tool_calls={}),
    "calls text": make_body(tool_calls="bash", content="I am done"),
    "calls false": make_body(tool_calls=False),
    "calls zero": make_body(tool_calls=0),
    "error beside odd choices": {"error": "x", "choices": {"a": 1}},
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_reply_not_built_as_one_is_malformed_and_nothing_else(body: Any) -> None:
    reply = read(body)
    assert reply.labels == ("malformed-reply",)
    assert reply.calls == ()
    assert reply.problem


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        5,
        True,
        {"error": {"message": "x"}},
        {"error": "x", "choices": []},
        {"error": "x", "choices": None},
    ],
)
def test_an_error_or_no_object_is_the_providers_fault(body: Any) -> None:
    with pytest.raises(ProviderError) as caught:
        read(body)
    assert caught.value.kind == "server"


PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "choice": lambda reason: {"finish_reason": reason},
    "native": lambda reason: {"native_finish_reason": reason},
    "provider": lambda reason: {"provider_specific_fields": {"native_finish_reason": reason}},
    "provider finish": lambda reason: {"provider_specific_fields": {"finish_reason": reason}},
}


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "malformed_tool_call", "UNEXPECTED_TOOL_CALL"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("calls", [(), (make_call(),)])
def test_after_a_native_reason_of_a_malformed_call_nothing_is_run(place: str, reason: str, calls: Any) -> None:
    body = make_body(*calls, content='<tool_call>{"name": "bash", "arguments": {}}</tool_call>')
    body["choices"][0].update(PLACES[place](reason))
    reply = read(body)
    assert (reply.labels, reply.calls) == (("malformed-reply",), ())


def test_a_native_reason_counts_in_the_messages_own_fields_too() -> None:
    body = make_body(make_call(), provider_specific_fields={"native_finish_reason": "MALFORMED_FUNCTION_CALL"})
    assert read(body).labels == ("malformed-reply",)


@pytest.mark.parametrize("reason", ["stop", "length", "tool_calls", "content_filter", None, 5, ["malformed"]])
def test_other_finish_reasons_are_no_fault(reason: Any) -> None:
    body = make_body(make_call())
    body["choices"][0]["finish_reason"] = reason
    assert read(body).calls[0].valid


def test_only_the_first_choice_counts() -> None:
    body = make_body(make_call())
    body["choices"] += [make_text("<tool_call>bash(1)")["choices"][0], None]
    reply = read(body)
    assert reply.calls[0].valid
    assert reply.labels == ()


INVISIBLE: dict[str, Any] = {
    "null": None,
    "empty": "",
    "blank": " \n\t\u00a0\u3000",
    "zero width": "\u200b\u200d\u2060\ufeff",
    "soft hyphen": "\u00ad",
    "filler": "\u3164\u115f\u2800",
    "selector": "\ufe0f",
    "control": "\x00\x07",
    "tags": "\U000e0020",
    "direction": "\u202e\u2066",
    "thought": "<think>call bash</think>",
    "thought and blank": " \n<think>x</think>\n\u200b ",
    "open thought": "<think>I should call bash",
    "thought behind a mark": "\ufeff<think>x</think>",
    "no parts": [],
    "empty part": [{"type": "text", "text": ""}],
    "image": [{"type": "image_url", "image_url": {"url": "x"}}],
    "thinking part": [{"type": "thinking", "thinking": "hm", "text": "hm"}],
    "odd parts": [None, 5, {"type": "text"}, {"type": "text", "text": 5}, {"type": [], "text": "x"}, {"text": 5}, " "],
    "number": 5,
    "object": {"text": "x"},
}


@pytest.mark.parametrize("content", INVISIBLE.values(), ids=INVISIBLE)
def test_a_reply_without_visible_text_and_calls_is_empty(content: Any) -> None:
    reply = read(make_text(content))
    assert reply.labels == ("empty-reply",)
    assert reply.problem


@pytest.mark.parametrize(
    "extra", [{"reasoning_content": "x"}, {"reasoning": "<tool_call>"}, {"thinking_blocks": ["x"]}]
)
def test_reasoning_is_no_text_and_calls_in_it_are_ignored(extra: dict[str, Any]) -> None:
    assert read(make_body(**extra)).labels == ("empty-reply",)
    assert read(make_body(content="Done.", **extra)).labels == ()
    tag = '<think><tool_call>{"name": "bash", "arguments": {}}</tool_call></think>Done.'
    assert read(make_text(tag)).labels == ()


@pytest.mark.parametrize("calls", [{}, {"tool_calls": None}, {"tool_calls": []}, {"function_call": None}])
def test_a_reply_with_text_and_no_call_is_clean(calls: dict[str, Any]) -> None:
    reply = read(make_body(content="I am done.", **calls))
    assert (reply.text, reply.labels, reply.problem) == ("I am done.", (), None)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab"),
        ({"refusal": "I will not."}, "I will not."),
        ({"content": " ", "refusal": "I will not."}, "I will not."),
        ({"content": "<think>no</think>", "refusal": "I will not."}, "I will not."),
        ({"content": [{"type": "refusal", "refusal": "I will not."}]}, "I will not."),
        ({"content": "Yes.", "refusal": "I will not."}, "Yes."),
        ({"content": "<think>a</think>b"}, "b"),
        ({"content": "a <think>b</think>"}, "a <think>b</think>"),
        ({"content": "."}, "."),
    ],
)
def test_text_is_what_a_user_would_read(message: dict[str, Any], text: str) -> None:
    reply = read(make_body(**message))
    assert (reply.text, reply.labels) == (text, ())


def test_text_beside_calls_is_kept_and_not_searched() -> None:
    reply = read(make_body(make_call(), content="<tool_call>{}"))
    assert (reply.text, reply.labels, len(reply.calls)) == ("<tool_call>{}", (), 1)


# --- calls in text ---

IN_TEXT = {
    "hermes": '<tool_call>\n{"name": "bash", "arguments": {"command": "ls"}}\n</tool_call>',
    "hermes cut": 'I will look.\n<tool_call>\n{"name": "bash", "arguments": {"comm',
    "hermes unknown name": '<tool_call>{"name": "shell", "arguments": {}}</tool_call>',
    "glm": "<tool_call>bash\n<arg_key>command</arg_key>\n<arg_value>ls</arg_value>\n</tool_call>",
    "llama": '<function=bash>{"command": "ls"}</function>',
    "qwen coder": "<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>",
    "anthropic": '<function_calls><invoke name="bash"><parameter name="command">ls</parameter></invoke>',
    "python tag": '<|python_tag|>{"name": "bash", "parameters": {"command": "ls"}}',
    "python tag call": '<|python_tag|>bash.call(command="ls")',
    "mistral": '[TOOL_CALLS] [{"name": "bash", "arguments": {"command": "ls"}}]',
    "mistral new": '[TOOL_CALLS]bash[ARGS]{"command": "ls"}',
    "kimi": '<|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{"command": "ls"}<|tool_call_end|>',
    "deepseek": '<｜tool▁call▁begin｜>function<｜tool▁sep｜>bash\n```json\n{"command": "ls"}\n```',
    "harmony": '<|channel|>commentary to=functions.bash <|constrain|>json<|message|>{"command": "ls"}',
    "gemini": '<tool_code>print(bash(command="ls"))</tool_code>',
    "pythonic": '[bash(command="ls"), submit()]',
    "pythonic in words": 'Next: `read_file(path="a.py", offset=3)`.',
    "react": 'Thought: look\nAction: bash\nAction Input: {"command": "ls"}',
    "json": '{"name": "bash", "arguments": {"command": "ls"}}',
    "json fence": 'For example:\n```json\n{"name": "bash", "parameters": {}}\n```',
    "json tool key": '{"tool": "read_file", "tool_input": {"path": "a"}}',
    "json action": '{"action": "bash", "action_input": "ls"}',
    "json openai": '{"tool_calls": [{"type": "function", "function": {"name": "bash", "arguments": "{}"}}]}',
    "json late": "x { y " * 50 + '{"name": "bash", "arguments": {}}',
}


@pytest.mark.parametrize("text", IN_TEXT.values(), ids=IN_TEXT)
def test_a_call_written_as_text_is_labelled_and_not_run(text: str) -> None:
    reply = read(make_text(text))
    assert reply.labels == ("call-in-text",)
    assert reply.calls == ()
    assert reply.problem is None


@pytest.mark.parametrize("content", [None, "", "Done."])
@pytest.mark.parametrize("name", ["bash", "shell"])
def test_a_legacy_function_call_is_a_call_in_text_whatever_its_name(name: str, content: Any) -> None:
    body = make_body(content=content, function_call={"name": name, "arguments": "{}"})
    assert read(body).labels == ("call-in-text",)


NO_CALL = {
    "mention": "I used bash and read_file, then I called submit.",
    "tag alone": "Put it between <tool_call> tags, with bash in it.",
    "closing tag": "It ended with </tool_call>.",
    "tag and name": "the <tool_call> of bash (the shell)",
    "code": "```python\nsubmit()\nbash = read_file\n```",
    "own function": "I renamed it to my_bash(command='x') and obj.bash(command='x').",
    "other keyword": "bash(shell='x')",
    "json": '{"command": "ls"}',
    "name not offered": '{"name": "shell", "arguments": {}}',
    "name without payload": '{"name": "bash", "version": 5}',
    "payload without name": '{"arguments": {"command": "ls"}}',
    "html": "<function>x</function> and <b>bash</b>",
    "cut json": '{"name": "bash", "arguments": {',
    "braces": "{" * 5000,
    "brackets": "[" * 100_000,
    "C++": "std::function<void()> f = [](int x) { return x; };",
}


@pytest.mark.parametrize("text", NO_CALL.values(), ids=NO_CALL)
def test_text_without_a_call_in_it_is_clean(text: str) -> None:
    assert read(make_text(text)).labels == ()


def test_looking_for_calls_in_a_long_text_takes_no_long_time() -> None:
    for piece in ('{"a": ', "<tool_call> ", "bash( ", "Action: x\n", "to=functions.", "[TOOL_CALLS]"):
        assert not call_in_text(piece * 20_000, TOOLS)


# --- whatever comes ---

TEXT = st.text(st.characters() | st.characters(categories=["Cs"]), max_size=8)
KEYS = st.sampled_from(
    ["choices", "message", "tool_calls", "function", "name", "arguments", "id", "content", "type", "text", "error"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(["bash", "text", "{}", "<think>"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXT, inner, max_size=4),
    max_leaves=12,
)
ARGUMENTS = TEXT | JSON | st.sampled_from(["{}", *BAD_JSON.values(), *list(CLEAN.values())[:6]])
ENTRIES = st.lists(
    JSON
    | st.builds(
        lambda name, arguments, call_id: {"id": call_id, "function": {"name": name, "arguments": arguments}},
        st.sampled_from(["bash", "submit", "x"]) | TEXT | JSON,
        ARGUMENTS,
        st.sampled_from(["a", "b", "", None]) | JSON,
    ),
    max_size=4,
)
BODIES = JSON | st.builds(
    lambda content, entries, extra: {"choices": [{"message": {**extra, "content": content, "tool_calls": entries}}]},
    JSON,
    ENTRIES | JSON,
    st.dictionaries(st.sampled_from(["refusal", "function_call", "provider_specific_fields"]), JSON, max_size=2),
)


def check_history(reply: Reply) -> None:
    message = reply.for_history()
    again = json.loads(json.dumps(message, ensure_ascii=False, allow_nan=False).encode("utf-8"))
    assert again == message
    assert message["content"] is not None or message.get("tool_calls")
    entries = message.get("tool_calls", [])
    assert len({entry["id"] for entry in entries}) == len(entries) == len(reply.calls)
    for entry in entries:
        assert isinstance(json.loads(entry["function"]["arguments"]), dict)
    for call in reply.calls:
        # Either would raise on a lone surrogate.
        "; ".join(call.problems).encode("utf-8")
        (call.name or "").encode("utf-8")


@given(BODIES)
def test_any_body_is_a_reply_or_the_providers_fault(body: Any) -> None:
    try:
        reply = read(body)
    except ProviderError:
        return
    check_history(reply)
    # A reply as a whole is at fault, or has text to end on, or calls to answer.
    assert reply.problem or reply.text or reply.calls or reply.labels == ("call-in-text",)


@given(TEXT | st.text(st.sampled_from('{}[]":,0123456789eE+-.ntrufalse \\'), max_size=30))
def test_any_text_may_stand_for_arguments(arguments: str) -> None:
    check_history(read(make_body(make_call("bash", arguments))))


@pytest.mark.parametrize(
    "arguments", [*BAD_JSON.values(), *CLEAN.values(), HUGE, f'{{"command": "x", "timeout": {HUGE}}}']
)
def test_what_goes_back_to_the_model_can_always_be_sent(arguments: str) -> None:
    for other in ("call_x", "call_y"):
        check_history(read(make_body(make_call("bash", arguments), make_call("a b", arguments, id=other))))


@pytest.mark.parametrize("place", ["error", "arguments", "content", "name"])
def test_a_body_nested_without_end_breaks_nothing(place: str) -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    bodies = {
        "error": {"error": deep},
        "arguments": make_body(make_call("bash", deep)),
        "content": make_text(deep),
        "name": make_body(make_call(deep)),
    }
    try:
        check_history(read(bodies[place]))
    except ProviderError as exc:
        assert place == "error", exc


def test_a_valid_call_goes_back_as_it_was_meant() -> None:
    message = read(make_body(make_call("bash", '{"command": "ls"}'), content="Looking.")).for_history()
    assert message["content"] == "Looking."
    assert message["tool_calls"][0]["function"] == {"name": "bash", "arguments": '{"command": "ls"}'}


def test_bad_arguments_and_names_go_back_safe() -> None:
    message = read(make_body(make_call("no such tool", "{"))).for_history()
    assert message["tool_calls"][0]["function"] == {"name": "invalid", "arguments": "{}"}


# --- what the candidate is told ---


def told(tmp_path: Path, *calls: Any) -> list[Event]:
    """The refusals of one reply with these calls."""
    journal = Journal.open(tmp_path)

    async def never(*_: Any) -> Any:
        raise AssertionError("a refused call is not run")

    async def alive() -> None:
        pass

    turn = Turn(
        journal=journal,
        client=ScriptedClient([{"raw": make_body(*calls)}]),
        tools=TOOLS,
        run_tool=never,
        settle=never,
        alive=alive,
        meter=Meter.start(Limits(seconds=60.0)),
        step=lambda text: None,
    )
    assert anyio.run(take_turn, turn, Stage(name="main", index=0, text="Mend it.", fresh=True)) == "done"
    journal.close()
    for event in journal.events:
        check("event.v1", json.loads(event.to_line()), file="events.jsonl")
    return [event for event in journal.events if event.kind == "call.rejected"]


def test_one_refused_call_has_no_number_and_says_argument_and_rule(tmp_path: Path) -> None:
    (refusal,) = told(tmp_path, make_call("bash", '{"command": "ls", "timeout": 0}'))
    assert refusal.data["content"] == "The call was not run. bash: `timeout`: 0 is less than the minimum of 1."
    assert "repairable" not in refusal.data


def test_each_of_several_refused_calls_has_its_number(tmp_path: Path) -> None:
    calls = [
        make_call("bash", "{}", id="1"),
        make_call("fax", "{}", id="2"),
        make_call("bash", '{"command": "ls', id="3"),
    ]
    refusals = [event.data for event in told(tmp_path, *calls)]
    assert [refusal["content"].partition(".")[0] for refusal in refusals] == [
        f"Call {number} of 3 was not run" for number in (1, 2, 3)
    ]
    assert refusals[0]["content"].endswith("bash: the arguments: required and missing: command.")
    assert refusals[1]["content"].endswith("there is no tool 'fax' (offered: bash, read_file, submit).")
    assert [refusal.get("repairable") for refusal in refusals] == [None, None, True]


def test_many_problems_are_counted_and_few_are_said() -> None:
    tool = make_tool("t", {f"x{number}": {"type": "string"} for number in range(8)})
    arguments = json.dumps({f"x{number}": number for number in range(8)})
    problems = label_arguments(tool, arguments)[2]
    assert problems[0] == "`x0`: 0 is not of type 'string'"
    assert problems[5:] == ["and 3 more"]
