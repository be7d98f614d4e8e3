"""Calls in text: where code is a call, what a payload is, and that broken texts cost no time."""

from __future__ import annotations

import time

import pytest

from sandbox.detect.embedded import object_at, objects
from sandbox.detect.in_text import call_in_text
from sandbox.detect.literals import Effort, read_arguments, read_object
from tests.corpus import tools

CALL = "search(pattern='a+', path='.')"
PLACES = [
    ("{}", True),
    ("[{}]", True),
    ("```python\n{}\n```", True),
    ("I look.\n```\n{}\n```\nThen I go on.", True),
    ("I look.\n```python\n# for a\n{}\n{}\n```", True),
    ("I look.\n```js\n{}\n```", False),
    ("I look.\n```python\nimport lib\n{}\n```", False),
    ("I look.\n```python\nprint({})\n```", False),
    ("I look.\n\n{}\n\nThen I go on.", True),
    ("I look at it:\n{}\nThen I go on.", True),
    ("I look at it:\n    {}\n", False),
    ("import lib\n{}\n", False),
    ("Steps:\n1. {}\n", True),
    ("I will run {} now.", True),
    ("Next: {}", True),
    ("Next: `{}`.", True),
    ("One would write `{}` here.", True),
    ("x = {}", False),
    ("if {}:\n    pass", False),
    ("lib.{}", False),
    ("def {}: ...", False),
    (">>> {}", False),
    ("len({})", False),
    ("AssertionError: {}", False),
    ("{} returned nothing.", False),
    ("- `{}` now returns a list", False),
    ("It fails when `{}` is called.", False),
    ("x = functions.{}", True),
]


@pytest.mark.parametrize(("place", "found"), PLACES)
def test_the_place_decides_whether_code_is_a_call(place: str, found: bool) -> None:
    assert call_in_text(place.replace("{}", CALL), tools()) is found


@pytest.mark.parametrize(
    "whole",
    [
        CALL,
        "<read_file><path>a.py</path></read_file>",
        "{'name': 'bash', 'arguments': {'command': 'ls'}}",
        'bash {"command": "ls"}',
        'Tool: bash\nInput: {"command": "ls"}',
        r"{\"name\": \"bash\", \"arguments\": {\"command\": \"ls\"}}",
    ],
)
def test_without_a_tag_a_call_that_is_cut_is_none(whole: str) -> None:
    assert call_in_text(whole, tools())
    for end in range(len(whole)):
        assert not call_in_text(whole[:end], tools()), whole[:end]


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ("{}", True),
        ('{"command": "ls"}', True),
        (r'"{\"command\": \"ls\"}"', True),
        (r'"{\"command\": "', True),
        ("[]", False),
        ('["ls"]', False),
        ('"ls"', False),
        ('""', False),
        ("null", False),
        ("5", False),
        ('{"type": "object", "properties": {}}', False),
        ('{"command": {"type": "string"}}', False),
    ],
)
def test_a_payload_is_an_object_or_a_string_that_is_one(payload: str, found: bool) -> None:
    assert call_in_text(f'{{"name": "bash", "arguments": {payload}}}', tools()) is found


@pytest.mark.parametrize(("payload", "found"), [('{"pattern": "a"}', True), ('{"q": "a"}', False), ("{}", False)])
@pytest.mark.parametrize("key", ["args", "params", "input"])
def test_keys_that_everybody_uses_must_hold_arguments_of_the_tool(key: str, payload: str, found: bool) -> None:
    assert call_in_text(f'{{"name": "search", "{key}": {payload}}}', tools()) is found


# --- literals ---


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': 'b', \"c\": [1, -2.5, None, True,],}", {"a": "b", "c": ["1", "-2.5", None, True]}),
        (
            "{'a': 'it\\'s', 'b': r'\\d', 'c': 'x' 'y', 'd': '\\u0041\\n'}",
            {"a": "it's", "b": r"\d", "c": "xy", "d": "A\n"},
        ),
        ("{'a': '''x\n'y''', 'b': \"\"}", {"a": "x\n'y", "b": ""}),
        ("{'a': {'b': ()}} and more", {"a": {"b": []}}),
    ],
)
def test_a_python_dict_is_read(text: str, value: object) -> None:
    read = read_object(text, 0, Effort.on(text))
    assert read is not None
    assert read[0] == value
    assert text[: read[1]].endswith("}")


@pytest.mark.parametrize(
    "text", ["{'a'}", "{'a': b}", "{'a': f(1)}", "{1: 2}", "{'a': 'b'", "{'a': 'b", "{", "{'a': {}"]
)
def test_what_is_no_literal_is_not_read(text: str) -> None:
    assert object_at(text, 0, Effort.on(text)) is None


def test_arguments_are_literals_by_name_or_in_order() -> None:
    read = read_arguments("f('a', b=[1], c={'d': None}) + 1", 2, Effort(left=100))
    assert read is not None
    assert (read.named, read.positional, read.end) == ({"b": ["1"], "c": {"d": None}}, 1, 28)
    for broken in ("f(a)", "f(a=b)", "f(a==1)", "f('a'", "f('a' + 'b')", "f(*x)", "f(a='b' c='d')"):
        assert read_arguments(broken, 2, Effort(left=100)) is None, broken


def test_objects_in_strings_are_found_however_often_they_were_encoded() -> None:
    assert list(objects(r'"{\"a\": {\"b\": \"c\"}}"')) == [{"a": {"b": "c"}}, {"b": "c"}]
    assert list(objects(r'"\"{\\\"a\\\": \\\"b\\\"}\""')) == [{"a": "b"}]


# --- long texts ---

BROKEN = (
    *("{", "[", '{"', "{'", '{"a":[', "{'a': ", '{\\"', '"{\\"name\\": \\"bash\\" ', "<tool_call>", "<function=bash>"),
    *("bash(", 'bash("', "bash(bash(", "[bash(command=", "search(pattern='a')+ ", "bash(command=[[", "<bash><command>"),
    *("Tool: bash\n", "bash {", "```\nbash(", "Thought:\n<code>bash", "Invoking: bash with "),
)


@pytest.mark.parametrize("piece", BROKEN)
def test_a_text_broken_all_over_is_given_up(piece: str) -> None:
    started = time.process_time()
    assert not call_in_text(piece * (100_000 // len(piece)), tools())
    assert not call_in_text("bash " + piece + " \n" * 50_000, tools())
    # What grows with the square of the length takes minutes here.
    assert time.process_time() - started < 5
