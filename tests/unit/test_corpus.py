"""The corpus of bodies is labelled as its lines say, and whatever comes is labelled somehow."""

from __future__ import annotations

import binascii
import json
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.detect.calls import label_arguments
from sandbox.detect.repair import is_repairable
from sandbox.errors import ProviderError
from sandbox.reply import Reply, parse_body, parse_reply
from tests.corpus import LABELS, Case, Labelled, label, load, scores, table, tools
from tests.support.builders import make_body, make_call, make_text, make_tool

FAULTY, SOUND = load("faulty"), load("sound")
AIM = 1.0


def test_each_body_has_the_labels_that_the_definitions_give_it() -> None:
    assert [(case.name, case.why) for case in (*FAULTY, *SOUND) if label(case.body) != case.expected] == []


def test_precision_and_recall_of_each_label(capsys: pytest.CaptureFixture[str]) -> None:
    rows = scores([*FAULTY, *SOUND])
    with capsys.disabled():
        sys.stdout.write(f"\n{len(FAULTY)} faulty bodies, {len(SOUND)} sound ones\n{table(rows)}\n")
    assert {row.label for row in rows if row.expected >= 5} == set(LABELS)
    assert [(row.label, row.precision, row.recall) for row in rows if (row.precision, row.recall) != (AIM, AIM)] == []


def test_the_corpus_is_large_and_sorted() -> None:
    assert len(FAULTY) >= 100
    assert len(SOUND) >= 100
    assert all(case.expected.every_label() for case in FAULTY)
    assert not any(case.expected.every_label() for case in SOUND)
    names = [case.name for case in (*FAULTY, *SOUND)]
    assert len(set(names)) == len(names)


def test_a_label_too_many_and_one_too_few_show_in_the_scores() -> None:
    bare = json.dumps(make_text("Done.")).encode()
    empty = json.dumps(make_text("")).encode()
    cases = [
        Case(name="a", why="", body=bare, expected=Labelled(reply=("empty-reply",))),
        Case(name="b", why="", body=empty, expected=Labelled(reply=("empty-reply",))),
        Case(name="c", why="", body=empty, expected=Labelled()),
    ]
    (row,) = [row for row in scores(cases) if row.label == "empty-reply"]
    assert (row.expected, row.given, row.both, row.precision, row.recall) == (2, 2, 1, 0.5, 0.5)


# --- every point at which good things may be cut ---


def test_arguments_cut_anywhere_do_not_parse() -> None:
    whole = '{"pattern": "a\\u00e9\\"", "options": {"globs": ["*.py", "b"], "context": {"before": 10}}}'
    assert label_arguments(tools()["search"], whole)[1] == []
    for end in range(len(whole)):
        assert label_arguments(tools()["search"], whole[:end])[1] == ["bad-json"], whole[:end]


@pytest.mark.parametrize(
    ("whole", "tool_and_payload"),
    [
        ('<tool_call>\n{"name": "bash", "arguments": {"command": "ls"}}\n</tool_call>', '<tool_call>\n{"name": "b'),
        ('[TOOL_CALLS]bash[ARGS]{"command": "ls"}', "[TOOL_CALLS]bash[ARGS]"),
        ("<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>", "<function=bash>\n<param"),
        ("<tool_call>bash\n<arg_key>command</arg_key>\n<arg_value>ls", "<tool_call>bash\n<arg_key>"),
    ],
)
def test_a_call_in_a_tag_counts_from_its_tool_and_payload_on(whole: str, tool_and_payload: str) -> None:
    for end in range(1, len(whole)):
        found = parse_reply(make_text(whole[:end]), tools(), number=0).labels
        if end >= len(tool_and_payload):
            assert found == ("call-in-text",), whole[:end]
        elif end <= len("<tool_call"):
            assert found == (), whole[:end]


# --- whatever comes ---

KEYS = st.sampled_from(
    ["choices", "message", "tool_calls", "function", "function_call", "name", "arguments", "id", "content", "error"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters() | st.characters(categories=["Cs"]))
)
VALUES = st.recursive(
    SCALARS | st.sampled_from(["bash", "submit", "{}", '{"command": "ls"}', "<think>", "<tool_call>"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | KEYS, inner, max_size=4),
    max_leaves=12,
)
WORDS = '<tool_call> </tool_call> { } "name" "arguments" : "bash" bash ( command = "ls" [TOOL_CALLS] [ARGS] <think>'
PIECES = st.lists(
    st.sampled_from([*WORDS.split(), "<|python_tag|>", "Action: ", "Action Input: ", "to=functions.", "\n", " "]),
    max_size=12,
).map("".join)
FRAGMENTS = st.lists(
    st.sampled_from(
        ["{", "}", "[", "]", '"', ",", ":", '"command"', '"ls"', "1e999", "9" * 5000, "-", "NaN", "\\", "\ud800"]
    ),
    max_size=12,
).map("".join)


def hold(reply: Reply) -> None:
    """What must be true of every reply: each call has a label or is valid, and the history can be sent."""
    for call in reply.calls:
        assert call.valid != bool(call.labels)
        assert set(call.labels) <= set(LABELS)
        assert len(call.labels) == len(set(call.labels))
        assert bool(call.problems) == bool(call.labels)
        assert (call.repairable is not None) == ("bad-json" in call.labels)
        assert not call.valid or (call.name in tools() and isinstance(call.arguments, dict))
    message = reply.for_history()
    json.dumps(message, ensure_ascii=False, allow_nan=False).encode("utf-8")
    entries = message.get("tool_calls", [])
    assert len({entry["id"] for entry in entries}) == len(entries) == len(reply.calls)
    assert all(isinstance(json.loads(entry["function"]["arguments"]), dict) for entry in entries)


def read(data: bytes) -> None:
    try:
        hold(parse_reply(parse_body(data), tools(), number=0))
    except ProviderError as exc:
        assert exc.kind == "server"


@given(st.binary() | st.text().map(lambda text: text.encode("utf-16")))
@example(b"[" * 100_000)
@example(b'{"choices": ' + b"9" * 10_000 + b"}")
@example(b'{"choices": [{"message": {"content": "\xed\xa0\x80"}}]}')
def test_any_bytes_are_a_reply_or_the_providers_fault(data: bytes) -> None:
    read(data)


@given(VALUES)
def test_any_json_is_a_reply_or_the_providers_fault(body: Any) -> None:
    read(json.dumps(body).encode("ascii"))
    read(json.dumps(make_body(body, content=body)).encode("ascii"))
    read(json.dumps(make_body(make_call(body, body, id=body), function_call=body)).encode("ascii"))


@given(st.sampled_from(sorted(tools())), st.text(st.characters() | st.characters(categories=["Cs"])) | FRAGMENTS)
@example("put", '{"value": ' + "[" * 100_000)
@example("grow", '{"tree": ' + '{"children": [' * 249 + "{}" + "]}" * 249 + "}")
@example("bash", '{"command": "ls", "timeout": ' + "9" * 5000 + "}")
def test_any_text_may_be_sent_as_arguments(name: str, arguments: str) -> None:
    hold(parse_reply(make_body(make_call(name, arguments)), tools(), number=0))


@given(VALUES)
def test_any_value_is_held_against_every_schema(value: Any) -> None:
    arguments = json.dumps(value)
    for name in tools():
        hold(parse_reply(make_body(make_call(name, arguments)), tools(), number=0))


@given(PIECES)
def test_any_text_is_searched_for_calls(text: str) -> None:
    hold(parse_reply(make_text(text), tools(), number=0))


@given(st.binary(max_size=40))
def test_a_body_of_the_corpus_with_other_bytes_in_it_breaks_nothing(noise: bytes) -> None:
    place = binascii.crc32(noise)
    body = [*FAULTY, *SOUND][place % (len(FAULTY) + len(SOUND))].body[:5000]
    cut = place % (len(body) + 1)
    read(body[:cut] + noise + body[cut + len(noise) :])


# --- arguments that could have been mended ---


@pytest.mark.parametrize(
    ("arguments", "mendable"),
    [
        ('{"command": "ls"', True),
        ("{'command': 'ls'}", True),
        ('{"command": "ls",}', True),
        ('```json\n{"command": "ls"}\n```', True),
        ('{"command": "ls", "timeout": 5', True),
        ('{"command": "ls", "timeout": "5', False),
        ('{"cmd": "ls"', False),
        ("", False),
        ("ls -la", False),
        ("{'" * 40_000, False),
        ('{"command": ' * 8000, False),
        ('{"command": "' + "x" * 100_000, False),
        ('{"command": "\ud800', True),
    ],
)
def test_whether_arguments_could_have_been_mended(arguments: str, mendable: bool) -> None:
    (call,) = parse_reply(make_body(make_call("bash", arguments)), tools(), number=0).calls
    assert (call.labels, call.repairable, call.arguments) == (("bad-json",), mendable, None)


def test_only_arguments_that_do_not_parse_are_mended() -> None:
    calls = [
        make_call(),
        make_call("bash", "{}", id="b"),
        make_call("fax", "{", id="c"),
        make_call("bash", None, id="d"),
    ]
    found = [call.repairable for call in parse_reply(make_body(*calls), tools(), number=0).calls]
    assert found == [None, None, False, None]


def test_what_is_mended_must_fit_the_schema() -> None:
    tool = make_tool("t", {"x": {"enum": ["a"]}}, ("x",))
    assert is_repairable("{x: 'a'}", tool.validator)
    assert not is_repairable("{x: 'b'}", tool.validator)
