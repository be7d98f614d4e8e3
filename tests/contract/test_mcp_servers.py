"""MCP servers in a real container: over stdio, streamable HTTP and SSE; sound, dying, hanging, talking nonsense."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest

from sandbox import toolbox
from sandbox.attended import Attended, attended
from sandbox.env.workspace import AgentEnvironment, Called
from sandbox.errors import TaskError
from sandbox.mcp.settings import EVENTS, STDIO, STREAMABLE, McpServer
from tests.support.docker import call, environment

pytestmark = pytest.mark.docker

PROGRAM = Path(__file__).parent.parent / "support" / "mcp_server.py"
PLACE = "/tmp/mcp_server.py"
PORT = "8931"
COUNT = "cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\\0' ' ' | grep -o 'mcp_server.py [s]tdio' | wc -l"


@pytest.fixture(scope="module")
def env(engine: docker.DockerClient, toy_image: str) -> Iterator[AgentEnvironment]:
    """An environment with the servers' program in it, and one that is reached by HTTP."""
    with environment(engine, toy_image) as made:
        assert call(made, "write_file", path=PLACE, content=PROGRAM.read_text("utf-8"))["status"] == "ok"
        call(made, "bash", command=f"python3 {PLACE} http {PORT} > /dev/null 2>&1 &")
        yield made


def stdio(*way: str, name: str = "stub") -> McpServer:
    return McpServer(name=name, transport=STDIO, command="python3", args=(PLACE, "stdio", *way))


def by_http(path: str, transport: str, key: str = "let-me-in", port: str = PORT) -> McpServer:
    url, headers = f"http://127.0.0.1:{port}{path}", {"Authorization": f"Bearer {key}"}
    return McpServer(name="web", transport=transport, url=url, headers=headers)


@contextmanager
def served(env: AgentEnvironment, *servers: McpServer) -> Iterator[Attended]:
    made, _ = attended(env, servers, toolbox.load_tools())
    assert isinstance(made, Attended)
    try:
        yield made
    finally:
        made.end()


def ask(made: Attended, name: str, seconds: float = 60.0, **arguments: object) -> Called:
    return made.call(made.tools[name], arguments, seconds)


def test_tools_of_a_server_over_stdio_are_listed_and_called(env: AgentEnvironment) -> None:
    with served(env, stdio()) as made:
        assert list(made.tools) == ["add", "note_write", "whoami", "fail", "sleep", "die", "flood"]
        assert made.tools["add"].effect == "read"
        assert "$schema" not in made.tools["add"].parameters
        found = ask(made, "add", a=2, b=3.5)
        assert (found.answer["status"], found.answer["output"], found.changes) == ("ok", "5.5", None)
        assert ask(made, "whoami").answer["output"] == "1000:1000 0 /workspace"
        failed = ask(made, "fail").answer
        assert (failed["status"], failed["output"]) == ("refused", "it does not work")
        assert ask(made, "add", a=1).answer["output"] == "there is no 'b' (-32602)"
        # What it writes is seen with its call.
        changes = ask(made, "note_write", text="hello").changes
        assert changes is not None
        assert {path: entry.data for path, entry in changes.changed.items()} == {"note.txt": b"hello"}
        mine = made.call(toolbox.load_tools()["bash"], {"command": "rm note.txt"}, 10.0)
        assert mine.changes is not None
        assert mine.changes.gone == ("note.txt",)
        answers_after_a_late_one(made)
        # It is one of the agent's programs, and ended with it.
        assert call(env, "bash", command=COUNT)["output"] == "1\n"
    assert call(env, "bash", command=COUNT)["output"] == "0\n"


def answers_after_a_late_one(made: Attended) -> None:
    started = time.monotonic()
    late = made.call(made.tools["sleep"], {"seconds": 1}, 0.4)
    assert late.answer["status"] == "timeout"
    assert time.monotonic() - started < 2
    assert ask(made, "add", a=1, b=1).answer["output"] == "2"


@pytest.mark.parametrize(("path", "transport"), [("/mcp", STREAMABLE), ("/stream", STREAMABLE), ("/sse", EVENTS)])
def test_tools_of_a_server_by_http_are_listed_and_called(env: AgentEnvironment, path: str, transport: str) -> None:
    with served(env, by_http(path, transport)) as made:
        assert ask(made, "add", a=2, b=3).answer["output"] == "5"
        assert ask(made, "fail").answer["status"] == "refused"
        answers_after_a_late_one(made)


def test_a_server_by_http_that_fails_may_come_back(env: AgentEnvironment) -> None:
    start = f"python3 {PLACE} http 8932 > /dev/null 2>&1 & echo $!"
    pid = call(env, "bash", command=start)["output"].strip()
    with served(env, by_http("/mcp", STREAMABLE, port="8932")) as made:
        call(env, "bash", command=f"kill -9 {pid}")
        found = ask(made, "add", a=1, b=1)
        assert found.answer["status"] == "ok"
        assert found.answer["output"].startswith("the MCP server web gave no answer: the connection failed")
        assert found.trouble is not None
        assert found.trouble.origin == "task"


def test_servers_with_tools_of_one_name_put_theirs_before_them(env: AgentEnvironment) -> None:
    with served(env, stdio("pages", name="one"), stdio(name="two")) as made:
        assert {"one_add", "two_add", "one_note_write", "two_whoami", "fail"} <= set(made.tools)
        assert "add" not in made.tools
        assert ask(made, "two_add", a=1, b=1).answer["output"] == "2"


@pytest.mark.parametrize(("code", "origin"), [(7, "task"), (-9, "agent")])
def test_a_server_that_dies_fails_its_tools_and_is_told_of_once(env: AgentEnvironment, code: int, origin: str) -> None:
    with served(env, stdio()) as made:
        found = ask(made, "die", code=code)
        assert found.answer["status"] == "killed"
        assert found.trouble is not None
        assert (found.trouble.origin, found.trouble.error) == (origin, "McpServerLost")
        assert f"it ended with {code}: so much for that" in found.trouble.message
        again = ask(made, "add", a=1, b=1)
        assert (again.answer["status"], again.trouble) == ("killed", None)
        assert again.answer["output"] == "the MCP server stub is not running any more"


def test_a_server_that_never_stops_talking_is_not_listened_to(env: AgentEnvironment) -> None:
    with served(env, stdio()) as made:
        found = ask(made, "flood")
        assert found.answer["status"] == "killed"
        assert found.trouble is not None
        assert "a line of more than 8 MiB" in found.trouble.message


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (stdio("exit"), "does not answer initialize: it ended with 4: no such database"),
        (stdio("bad-schema"), "lists x with an inputSchema that is no JSON Schema"),
        (stdio("endless"), "on more than 20 pages"),
        (stdio("many"), "lists more than 128 tools"),
        (McpServer(name="stub", transport=STDIO, command="no-such-program"), "it cannot be started"),
        (by_http("/mcp", STREAMABLE, key="guessed"), "HTTP 401 Unauthorized who are you?"),
    ],
    ids=lambda value: "" if isinstance(value, McpServer) else str(value)[:30],
)
def test_a_server_that_does_not_behave_is_the_tasks_failure(
    env: AgentEnvironment, server: McpServer, words: str
) -> None:
    with pytest.raises(TaskError) as caught:
        attended(env, [server], {})
    assert words in str(caught.value)


def test_servers_that_are_mute_or_not_there_are_given_up(
    env: AgentEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.env.mcp_servers.OPEN_SECONDS", 0.5)
    nowhere = McpServer(name="web", transport=STREAMABLE, url="http://127.0.0.1:9/mcp")
    for server, words in ((stdio("mute"), "does not answer initialize within"), (nowhere, "nobody listens at")):
        with pytest.raises(TaskError, match=words):
            attended(env, [server], {})


def test_a_program_in_the_container_that_was_killed_is_noticed(env: AgentEnvironment) -> None:
    kill = """for d in /proc/[0-9]*; do
        if tr '\\0' ' ' < $d/cmdline | grep -q 'server.py [s]tdio'; then kill -9 $(grep PPid $d/status | cut -f2); fi
    done"""
    with served(env, stdio()) as made:
        api = env.container.client.api
        api.exec_start(api.exec_create(env.container.id, ["sh", "-c", kill], user="0:0")["Id"])
        found = ask(made, "add", a=1, b=1)
        assert found.answer["status"] == "killed"
        assert found.trouble is not None
        assert "ended with 137" in found.trouble.message
        again = ask(made, "add", a=1, b=1)
        assert (again.answer["output"], again.trouble) == ("the MCP server stub cannot be reached any more", None)


def test_an_image_without_python_is_the_tasks_failure(engine: docker.DockerClient, bare_image: str) -> None:
    with environment(engine, bare_image) as bare, pytest.raises(TaskError, match="the image has no python3"):
        attended(bare, [stdio()], {})
