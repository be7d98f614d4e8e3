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


def test_the_place_decides_whether_code_is_a_call() -> None:
    assert [
        (place, found) for place, found in PLACES if call_in_text(place.replace("{}", CALL), tools()) is not found
    ] == []


@pytest.mark.parametrize(
    "whole",
    [
        CALL,
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


@pytest.mark.parametrize("whole", ["<search><path>a</path><pattern>a.py</pattern></search>", "<search><path>a</path>"])
def test_an_element_counts_once_it_has_all_it_needs_and_an_argument_that_is_whole(whole: str) -> None:
    needed = whole.find("<pattern>") + len("<pattern>") if "<pattern>" in whole else len(whole) + 1
    for end in range(len(whole) + 1):
        assert call_in_text(whole[:end], tools()) is (end >= needed), whole[:end]
        assert not call_in_text(f"See {whole[:end]}", tools()) or end == len(whole)


CALLS = [
    'Thought 2: x\nAction 2: search\nAction Input 2: {"pattern": "a"}',
    "action: search\naction_input:\n  pattern: a",
    "ACTION: bash\nACTION_INPUT: ls",
    "**Action 3:** bash\n**Action Input 3:** ls",
    "Action 1: bash[ls]",
    "Action: submit()",
    "Action: submit[]",
    "<tool_call>\nbash ls -la\n</tool_call>",
    "<function_call>bash ls</function_call>",
    "<|tool_call|>bash ls</tool_call>",
    "<tool_call>bash\nls > x.txt\n</tool_call>",
    "<bash>\n<command>ls</command>\n",
    "Look:\n<read_file>\n<path>a.py</path>",
    "<read_file><path>a.py</path></read_",
    "<put>\n<value>x</value>\n<count>1",
    "<search>\n<path>a</path>\n<pattern>x = ",
    '[Calling tool bash: {"command": "ls"}]',
    '[tool_call: bash({"command": "ls"})]',
    '[Tool use: bash]\n```json\n{"command": "ls"}\n```',
    '[Function call: bash {"command": "ls"}]',
    "[Calling tool: submit({})]",
    '```json\n{"read_file": {"path": "a.py"}}\n```',
    '[{"bash": {"command": "ls"}}, {"submit": {}}]',
    '{"bash": {"command": "ls"}, "read_file": {"path": "a"}}',
    "{'bash': {'command': 'ls'}}",
    'I look.\n\n```json\n{"tool": "search", "pattern": "a", "path": "."}\n```',
    'I look.\n{"tool": "bash", "command": "ls"}',
    '{"thought": "x", "tool": "bash", "command": "ls"}',
    '{"tool_name":"bash","command":"ls"}',
    '{"fn":"functions.bash","arguments":"{\\"command\\": \\"ls\\"}"}',
    '<use_tool name="bash">\n<param name="command">ls</param>\n</use_tool>',
    '<call name="bash">{"command":"ls"}</call>',
    '<use_tool>{"name":"bash","arguments":{"command":"ls"}}</use_tool>',
    '<call name="bash"><command>ls</command></call>',
    '<call tool="bash"><arg name="command">ls</arg></call>',
    "<run_bash>ls</run_bash>",
    "I look.\n<execute_bash>\nls\n",
    '<call_search>{"pattern":"a"}</call_search>',
    "functions.submit({})",
    "functions.submit()",
    "default_api.submit()",
    "Now functions.submit()",
    "submit\n```json\n{}\n```",
    'Let me run bash with the following arguments: {"command": "ls"}',
    '<|assistant_call|>bash\n{"command": "ls"}',
    'I will run `bash(command="pytest")` to see whether it fails.',
    'Let me check with a search. I need to call `search(pattern="a")` next.',
    'The next call would be `search(pattern="a")`.',
    'I now run `read_file(path="a.py")`.',
    'The tests failed, so next:\n```python\nbash(command="ls")\n```',
    'I\'ll do it:\n- `bash(command="ls")`\n- `submit()`',
    '{"action":"submit","action_input":""}',
    '2026-01-02 is today.\n{"name": "bash", "arguments": {"command": "ls"}}',
    '<tool_result>ok</tool_result>\n{"name": "bash", "arguments": {"command": "ls"}}',
    '{"name":"bash","arguments":{"command":"ls"},"status":"pending","id":"3"}',
    '<tool_call>{"name":"bash","arguments":{"command":"ls"}}</tool_call><tool_response>{"output": 1}</tool_response>',
    "If it fails, I will run `search(pattern='a')`.",
    '[Calling tool search: {"pattern": "a"}]',
]
REPORTS = [
    "Action 1: bash\nResult 1: ok",
    "Action: notify\nAction Input: none",
    "See action_input of bash.",
    "<tool_call>bash</tool_call>",
    "<tool_call> bash is wrong </tool_call>",
    "The <tool_call> search tag",
    "`<bash><command>ls</command>`",
    "<search><path>a</path>",
    "<bash><command>",
    "<bash><command>ls</command>\nis how it looks.",
    "<config><search><path>x</path></search></config>",
    "Write `<search><pattern>a</pattern>` and so on.",
    "[tool_use: bash]",
    "[Tool call: bash]\nnothing",
    '[search: {"x": 1}]',
    '[1] search {"x": 1}',
    '{"scripts": {"bash": "ls"}}',
    '{"search": {"url": "x"}}',
    '{"bash": {"command": {"type": "string"}}}',
    '{"bash": {}}',
    'The config is {"search": {"pattern": "a"}} now.',
    '{"tool": "bash"}',
    '{"tool": "search", "pattern": "a", "hits": 3}',
    'It logs {"tool": "search", "pattern": "a"} once.',
    '{"fn": "bash", "args": ["ls"]}',
    '{"tool":"search","path":"a"}',
    '<call name="alice"/>',
    '<call name="alice"><param name="x">1</param></call>',
    "<call>bash</call>",
    "`<execute_bash>` runs it, `</execute_bash>` ends it.",
    "<execute_bash></execute_bash>",
    "Use <execute_bash> for shells.",
    '<search pattern="a"/>',
    '<search pattern="a"></search>',
    '<read_file path="x"/>',
    "functions.search()",
    "`functions.bash` runs.",
    "Replaced `search(pattern='a')` by `search(pattern='b')`.",
    "The tests cover `search(pattern='a')` and `search(pattern='')`.",
    "Callers of `search(pattern='a')` are fine.",
    "Everyone who runs `bash(command='ls')` sees it.",
    "When you run `search(pattern='a')`, it hangs.",
    "| call | result |\n|---|---|\n| `search(pattern='a')` | 3 |",
    "| I call `search(pattern='a')` | 3 |",
    "`search(pattern='a')` → []",
    "Before: `search(pattern='a')`. After: `search(pattern='b')`.",
    "Test `search(pattern='')` -> ValueError",
    "- `search(pattern='a')` → 3",
    "Before:\n```python\nsearch(pattern='a')\n```\nAfter:\n```python\nsearch(pattern='b')\n```",
    "I replaced\n```python\nsearch(pattern='a')\n```\nwith\n```python\nsearch(pattern='b')\n```",
    "Added tests for these, which failed:\n- `search(pattern='a')`\n- `search(pattern='b')`",
    "With `read_file(path='x')` the file is read lazily.",
    "Only `search(pattern='a')` was affected.",
    "A user who calls `search(pattern='')` gets [].",
    "People call `search(pattern='')` a lot.",
    '{"name":"search","kwargs":{"pattern":"a"},"duration":3}',
    '{"name":"search","args":{"pattern":"a"},"result":[]}',
    '{"function":"search","arguments":{"pattern":"a"},"level":"DEBUG"}',
    '{"timestamp":"x","tool":"search","input":{"pattern":"a"}}',
    '2026-01-02 10:00:00 DEBUG {"name": "search", "args": {"pattern": "a"}}',
    '[12:00:01] {"name": "search", "args": {"pattern": "a"}}',
    "INFO: dispatch {'tool': 'search', 'input': {'pattern': 'a'}}",
    '<tool_result>{"name":"bash","arguments":{"command":"ls"}}</tool_result>',
    '<tool_response>\n{"name":"bash","arguments":{"command":"ls"}}\n</tool_response>',
    '<function_results>[{"name":"bash","arguments":{"command":"ls"}}]</function_results>',
    '[TOOL_RESULTS]{"name":"bash","arguments":{"command":"ls"}}[/TOOL_RESULTS]',
    '<observation>bash(command="ls")</observation>',
    "submit\n{}\nis the answer",
]


def test_these_are_calls() -> None:
    assert [text for text in CALLS if not (call_in_text(text, tools()))] == []


def test_these_are_words_about_code_data_and_results() -> None:
    assert [text for text in REPORTS if call_in_text(text, tools())] == []


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
    *(
        "<tool_result>",
        "</tool_result>",
        "<execute_bash>",
        "\n<execute_bash>\n",
        "<bash><command>ls</command>",
        "[bash: ",
    ),
    *("<tool_call>bash x ", "Action 1: bash\n", '{"tool": "bash"}\n', '2026-01-02 {"', "```json\n{", "[TOOL_RESULTS]"),
)


@pytest.mark.parametrize("piece", BROKEN)
def test_a_text_broken_all_over_is_given_up(piece: str) -> None:
    started = time.process_time()
    assert not call_in_text(piece * (100_000 // len(piece)), tools())
    assert not call_in_text("bash " + piece + " \n" * 50_000, tools())
    # What grows with the square of the length takes minutes here.
    assert time.process_time() - started < 5
