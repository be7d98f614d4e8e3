"""Servers made with the protocol's own library are understood: the program that speaks with them runs here as it is."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from sandbox.env import guest
from sandbox.env.stream import framed
from sandbox.mcp import protocol
from sandbox.schema_limits import why_unfit

SERVER = """
import sys
from mcp.server import MCPServer

server = MCPServer("books", log_level="ERROR")

@server.tool()
def lend(title: str, days: int = 14) -> dict[str, str]:
    "Lend a book."
    if days > 30:
        raise ValueError("that is too long")
    return {"title": title, "until": f"day {days}"}

@server.tool()
async def count(first: list[str]) -> str:
    "Count books."
    return f"{len(first)} books"

how, *port = sys.argv[1:]
server.run(how, **({"port": int(port[0])} if port else {}))
"""


class Speaker:
    """The program that runs in containers, spoken to as the harness does."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in: IO[bytes] = process.stdin
        self._out: IO[bytes] = process.stdout
        self._number = 0
        self._send(guest.MCP_LINK.bundle())
        assert self._out.read(len(guest.MAGIC)) == guest.MAGIC

    def _send(self, frame: bytes) -> None:
        self._in.write(framed(frame))
        self._in.flush()

    def ask(self, **request: Any) -> dict[str, Any]:
        self._number += 1
        self._send(json.dumps({"seconds": 20.0, **request, "id": self._number}).encode())
        length, checksum = (int.from_bytes(self._out.read(4), "big") for _ in range(2))
        data = self._out.read(length)
        assert zlib.crc32(data) == checksum
        answer: dict[str, Any] = json.loads(data)
        assert answer.pop("id") == self._number
        return answer

    def request(self, make: Any, *arguments: Any) -> Any:
        return self.ask(op="ask", message=make(self._number + 1, *arguments))["reply"]


@contextmanager
def speaker(setting: Mapping[str, Any]) -> Iterator[Speaker]:
    argv = [sys.executable, "-I", "-c", guest.LOADER]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        found = Speaker(process)
        blank: dict[str, Any] = {"command": None, "args": [], "url": None, "headers": {}, "env": {}}
        assert found.ask(op="open", **{**blank, "uid": None, "inherit": True, "workdir": "/", **setting}) == {}
        yield found
        assert found.ask(op="end") == {}
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "books.py"
    path.write_text(SERVER)
    return path


@contextmanager
def by_http(program: Path, how: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, str(program), how, str(port)]) as process:
        yield f"http://127.0.0.1:{port}/{'sse' if how == 'sse' else 'mcp'}"
        process.kill()


def check(found: Speaker) -> None:
    protocol.check_initialized(found.request(protocol.initialize))
    assert found.ask(op="tell", message=protocol.initialized()) == {}
    listed, cursor = protocol.page_of(found.request(protocol.listing, None))
    assert cursor is None
    assert {one.name: one.description for one in listed} == {"lend": "Lend a book.", "count": "Count books."}
    assert [why_unfit(one.schema) for one in listed] == [None, None]
    lent = protocol.answer_of(found.request(protocol.calling, "lend", {"title": "Emma"}), 1000)
    assert (lent["status"], json.loads(lent["output"])) == ("ok", {"title": "Emma", "until": "day 14"})
    counted = protocol.answer_of(found.request(protocol.calling, "count", {"first": ["a", "b"]}), 1000)
    assert (counted["status"], counted["output"]) == ("ok", "2 books")
    late = protocol.answer_of(found.request(protocol.calling, "lend", {"title": "Emma", "days": 90}), 1000)
    assert late["status"] == "refused"
    assert "lend" in late["output"]


def test_a_server_over_stdio(program: Path) -> None:
    with speaker({"transport": "stdio", "command": sys.executable, "args": [str(program), "stdio"]}) as found:
        check(found)


@pytest.mark.parametrize("how", ["streamable-http", "sse"])
def test_a_server_by_http(program: Path, how: str) -> None:
    with by_http(program, how) as url, speaker({"transport": how, "url": url}) as found:
        check(found)
