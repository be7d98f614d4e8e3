"""What MCP servers say, read; their tools made, named, told in the log and taken from it again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import schema
from sandbox.brought import as_data, from_servers, offered_by
from sandbox.errors import BadInput, TaskError
from sandbox.events import Event
from sandbox.loader import load_task
from sandbox.mcp import protocol
from sandbox.mcp.protocol import Listed, Nonsense
from sandbox.mcp.settings import EVENTS, STDIO, STREAMABLE, McpServer
from sandbox.schema_limits import why_unfit
from sandbox.toolbox import load_tools
from tests.support.toy import TASK, make_task

OBJECT = {"type": "object"}


def listed(name: str, inner: Any = OBJECT) -> Listed:
    return Listed(name=name, description="d", schema=inner, reads=False)


def result(**data: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "result": data}


# Answers


@pytest.mark.parametrize(
    ("reply", "status", "output"),
    [
        (result(content=[{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]), "ok", "a\nb"),
        (result(content=[{"type": "text", "text": "no"}], isError=True), "refused", "no"),
        (result(content=[], structuredContent={"a": 1}), "ok", '{"a": 1}'),
        (result(content=[{"type": "text", "text": "t"}], structuredContent={"a": 1}), "ok", "t"),
        (result(content=[{"type": "image", "mimeType": "image/png", "data": "AA"}]), "ok", "[image image/png, "),
        (result(content=[{"type": "resource", "resource": {"uri": "a:b", "text": "inside"}}]), "ok", "inside"),
        (result(content=[{"type": "resource_link", "uri": "a:b"}]), "ok", "[resource a:b]"),
        (result(content=["x", {"type": 3}]), "ok", "[content of an unknown kind]\n[content of an unknown kind]"),
        (result(), "ok", ""),
        ({"id": 1, "error": {"code": -32602, "message": "no\nsuch"}}, "refused", "no such (-32602)"),
        ({"id": 1, "error": 7}, "refused", "no message"),
        ({"id": 1, "result": 7}, "ok", "the MCP server answered with something that is no result"),
        (None, "ok", "the MCP server answered with something that is no result"),
    ],
)
def test_what_a_server_answers_is_what_the_candidate_reads(reply: Any, status: str, output: str) -> None:
    found = protocol.answer_of(reply, 1000)
    assert (found["status"], found["exit_code"]) == (status, None)
    assert found["output"].startswith(output)


def test_a_long_answer_is_bounded() -> None:
    found = protocol.answer_of(result(content=[{"type": "text", "text": "x" * 5000}]), 1000)
    assert found["truncated"]
    assert found["bytes"] == 5000


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["result", "error", "content", "type", "text", "tools", "name", "resource", "message"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(_ANYTHING)
@settings(max_examples=200, deadline=None)
def test_nothing_that_a_server_says_breaks_its_reader(reply: Any) -> None:
    assert protocol.answer_of(reply, 100)["status"] in ("ok", "refused")
    for read in (protocol.check_initialized, protocol.page_of):
        try:
            read(reply)
        except Nonsense as exc:
            assert str(exc)


# Listing


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (result(protocolVersion="x"), "does not say that it has tools"),
        (result(capabilities={"tools": {}}), "does not say which version"),
        ({"error": {"message": "busy"}}, "answers initialize with an error: busy"),
        ([], "answers initialize without a result"),
    ],
)
def test_a_server_has_to_say_that_it_has_tools(reply: Any, words: str) -> None:
    with pytest.raises(Nonsense, match=words):
        protocol.check_initialized(reply)


def test_a_page_of_tools_is_read() -> None:
    rows = [
        {"name": "a", "title": "A tool", "inputSchema": OBJECT, "annotations": {"readOnlyHint": True}},
        {"name": "b", "description": "x" * 9000, "inputSchema": OBJECT},
    ]
    found, cursor = protocol.page_of(result(tools=rows, nextCursor="2"))
    assert [(one.name, one.reads, one.description[:6]) for one in found] == [
        ("a", True, "A tool"),
        ("b", False, "xxxxxx"),
    ]
    assert len(found[1].description) == protocol.LONGEST_DESCRIPTION
    assert cursor == "2"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"tools": 3}, "lists no tools"),
        ({"tools": [3]}, "without a proper name"),
        ({"tools": [{"name": "x" * 300}]}, "without a proper name"),
        ({"tools": [], "nextCursor": 3}, "nextCursor that is no text"),
    ],
)
def test_a_page_that_is_none_is_told(data: Mapping[str, Any], words: str) -> None:
    with pytest.raises(Nonsense, match=words):
        protocol.page_of(result(**data))


def test_too_many_tools_and_two_of_one_name_are_told() -> None:
    with pytest.raises(Nonsense, match="more than 128 tools"):
        protocol.check_listed([listed(str(number)) for number in range(129)])
    with pytest.raises(Nonsense, match="two tools of the name a"):
        protocol.check_listed([listed("a"), listed("a")])


# Tools


def test_what_has_no_name_of_its_own_has_its_servers_before_it() -> None:
    tools = from_servers(
        [("one", [listed("go"), listed("bash"), listed("a.b")]), ("two", [listed("go")])], taken=["bash", "read_file"]
    )
    assert {name: (tool.server, tool.remote) for name, tool in tools.items()} == {
        "one_go": ("one", "go"),
        "one_bash": ("one", "bash"),
        "a_b": ("one", "a.b"),
        "two_go": ("two", "go"),
    }
    swapped = from_servers([("two", [listed("go")]), ("one", [listed("go")])], taken=[])
    assert set(swapped) == {"one_go", "two_go"}


def test_names_that_clash_all_the_same_are_the_tasks_failure() -> None:
    with pytest.raises(TaskError, match="one_bash is another tool already"):
        from_servers([("one", [listed("bash")])], taken=["bash", "one_bash"])
    with pytest.raises(TaskError, match="is another tool already"):
        from_servers([("one", [listed("a.b"), listed("a b")])], taken=[])


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (None, "is no schema of an object"),
        ({"type": "string"}, "is no schema of an object"),
        ({**OBJECT, "properties": {"a": {"type": 3}}}, "is no JSON Schema"),
        ({**OBJECT, "properties": {"a": {"$ref": "http://else/where"}}}, "refers to 'http://else/where'"),
        ({**OBJECT, "properties": {"a": {"$ref": "#/$defs/b"}}}, "refers to '#/$defs/b', which is not in it"),
        ({**OBJECT, "allOf": [{"$ref": "#"}]}, "refers to itself without end"),
        ({**OBJECT, "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}}, "refers to itself without end"),
        ({**OBJECT, "properties": {"a": {"pattern": "(?<=x*)"}}}, "a pattern that cannot be used"),
        ({**OBJECT, "patternProperties": {"(": {}}}, "a pattern that cannot be used"),
        ({**OBJECT, "$id": "http://x"}, "uses $id"),
        ({**OBJECT, "description": "x" * 200_000}, "is larger than 128 KiB"),
        (json.loads('{"type": "object", "not": ' + '{"not": ' * 70 + "{}" + "}" * 71), "is nested deeper than 60"),
    ],
)
def test_schemas_that_could_do_harm_are_refused(inner: Any, words: str) -> None:
    assert words in str(why_unfit(inner))
    with pytest.raises(TaskError, match=re.escape(words)):
        from_servers([("one", [listed("go", inner)])], taken=[])


def test_a_schema_that_holds_itself_is_fine() -> None:
    tree = {**OBJECT, "properties": {"kids": {"type": "array", "items": {"$ref": "#"}}, "p": {"pattern": "^(?<y>a)$"}}}
    assert why_unfit(tree) is None
    (tool,) = from_servers([("one", [listed("go", tree)])], taken=[]).values()
    assert list(tool.validator.iter_errors({"kids": [{"kids": []}], "p": "a"})) == []
    assert len(list(tool.validator.iter_errors({"kids": [{"kids": 3}]}))) == 1


def ready(tools: Mapping[str, Any]) -> Event:
    data = {
        "image": "i",
        "container": "c",
        "transport": "host",
        "bounds": {},
        "facts": {},
        "seconds": 1.0,
        "tools": {name: tool.digest for name, tool in tools.items()},
        "brought": as_data(tools),
    }
    return Event(seq=1, t=0.0, at="2026-01-01T00:00:00.000Z", kind="env.ready", cause=None, data=data)


def test_a_log_tells_what_was_listed() -> None:
    ours = load_tools()
    theirs = from_servers([("one", [listed("go", {**OBJECT, "required": ["a"]}), listed("bash")])], taken=ours)
    event = ready({**ours, **theirs})
    schema.check(
        "event.v1",
        {"v": 1, **{key: getattr(event, key) for key in ("seq", "t", "at", "kind", "cause")}, "data": dict(event.data)},
        file="log",
    )
    assert set(event.data["brought"]) == {"go", "one_bash"}
    again = offered_by(ours, [event])
    assert again == {**ours, **theirs}
    assert {name: tool.digest for name, tool in again.items()} == event.data["tools"]
    assert offered_by(ours, []) == ours


def test_a_tool_that_cannot_have_been_offered_is_refused() -> None:
    event = ready(from_servers([("one", [listed("go")])], taken=[]))
    event.data["brought"]["go"]["parameters"] = {"type": "string"}
    with pytest.raises(BadInput, match=r"event 1: data.brought.go.parameters: is no schema of an object"):
        offered_by({}, [event])


# task.toml


def servers_of(tmp_path: Path, *rows: str) -> tuple[McpServer, ...]:
    listed = "".join(f"[[environment.mcp_servers]]\n{row}\n" for row in rows)
    return load_task(make_task(tmp_path, task=TASK + listed)).mcp_servers


def test_servers_are_read_as_harbor_has_them(tmp_path: Path) -> None:
    found = servers_of(
        tmp_path,
        'name = "a"\ntransport = "stdio"\ncommand = "srv"\nargs = ["-x"]',
        'name = "b"\ntransport = "http"\nurl = "http://b:1/mcp"\nheaders = {X = "y"}',
        'name = "c"\nurl = "http://c/sse"',
        'name = "d"\ncommand = "srv"',
    )
    assert found == (
        McpServer(name="a", transport=STDIO, command="srv", args=("-x",)),
        McpServer(name="b", transport=STREAMABLE, url="http://b:1/mcp", headers={"X": "y"}),
        McpServer(name="c", transport=EVENTS, url="http://c/sse"),
        McpServer(name="d", transport=STDIO, command="srv"),
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('name = "a"\ntransport = "stdio"', "mcp_servers[0].command: is required and missing"),
        ('name = "a"\ntransport = "sse"', "mcp_servers[0].url: is required and missing"),
        ('name = "a"\nurl = "file:///x"', "mcp_servers[0].url: must be an address"),
        ('name = "a"\nurl = "http://u@x/"', "mcp_servers[0].url: must name a host"),
        ('name = "a b"\ncommand = "x"', "mcp_servers[0].name: use letters"),
        ('name = "a"\nurl = "http://x"\nheaders = {X = "é"}', "mcp_servers[0].headers.X: must be printable"),
    ],
)
def test_a_server_that_is_declared_wrong_is_named(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        servers_of(tmp_path, row)
    assert f"task.toml: environment.{words}" in str(caught.value)


def test_two_servers_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"mcp_servers\[1\].name: there are two servers a"):
        servers_of(tmp_path, *['name = "a"\ncommand = "x"'] * 2)
