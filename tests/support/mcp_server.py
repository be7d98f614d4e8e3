"""An MCP server of the standard library alone, to be run inside containers: over stdio, streamable HTTP, or SSE.

python3 mcp_server.py stdio [WAY]       ways in which it misbehaves: see `Server`
python3 mcp_server.py http PORT         /mcp (JSON), /stream (events), /sse and /messages (the older way)
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOOLS = [
    {
        "name": "add",
        "description": "Add two numbers.",
        "annotations": {"readOnlyHint": True},
        "inputSchema": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
            "required": ["a", "b"],
            "additionalProperties": False,
        },
    },
    {
        "name": "note.write",
        "description": "Write a note into the workspace.",
        "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
    },
    {"name": "whoami", "inputSchema": {"type": "object"}},
    {"name": "fail", "description": "Fail.", "inputSchema": {"type": "object"}},
    {"name": "sleep", "inputSchema": {"type": "object", "properties": {"seconds": {"type": "number"}}}},
    {"name": "die", "inputSchema": {"type": "object", "properties": {"code": {"type": "integer"}}}},
    {"name": "flood", "inputSchema": {"type": "object"}},
]


class Server:
    """Answers messages. way: mute, exit, bad-schema, endless, many or pages."""

    def __init__(self, way: str = "") -> None:
        self.way = way

    def answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        if "id" not in message:
            return None
        try:
            result = self.result(message["method"], message.get("params", {}))
        except KeyError as exc:
            error = {"code": -32602, "message": f"there is no {exc}"}
            return {"jsonrpc": "2.0", "id": message["id"], "error": error}
        return {"jsonrpc": "2.0", "id": message["id"], "result": result}

    def result(self, method: str, params: dict[str, Any]) -> Any:
        if method == "initialize":
            info = {"name": "stub", "version": "1"}
            return {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": info}
        if method == "tools/list":
            return self.listed(params.get("cursor"))
        if method == "tools/call":
            return getattr(self, params["name"].replace(".", "_"))(params["arguments"])
        raise KeyError(method)

    def listed(self, cursor: str | None) -> dict[str, Any]:
        if self.way == "bad-schema":
            return {"tools": [{"name": "x", "inputSchema": {"type": "object", "properties": {"a": {"type": 3}}}}]}
        if self.way == "endless":
            return {"tools": [], "nextCursor": "more"}
        if self.way == "many":
            return {"tools": [{"name": f"t{number}", "inputSchema": {"type": "object"}} for number in range(200)]}
        if self.way == "pages":
            place = int(cursor or 0)
            return {"tools": [TOOLS[place]], **({"nextCursor": str(place + 1)} if place < 2 else {})}
        return {"tools": TOOLS}

    def add(self, given: dict[str, Any]) -> dict[str, Any]:
        return text(str(given["a"] + given["b"]))

    def note_write(self, given: dict[str, Any]) -> dict[str, Any]:
        with open("note.txt", "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(given["text"])
        return text("written")

    def whoami(self, given: dict[str, Any]) -> dict[str, Any]:
        with open("/proc/self/status", encoding="utf-8") as file:  # noqa: PTH123
            capabilities = next(line.split()[1] for line in file if line.startswith("CapEff"))
        return text(f"{os.getuid()}:{os.getgid()} {int(capabilities, 16)} {os.getcwd()}")  # noqa: PTH109

    def fail(self, given: dict[str, Any]) -> dict[str, Any]:
        return {**text("it does not work"), "isError": True}

    def sleep(self, given: dict[str, Any]) -> dict[str, Any]:
        time.sleep(given["seconds"])
        return text("slept")

    def die(self, given: dict[str, Any]) -> dict[str, Any]:
        print("so much for that", file=sys.stderr, flush=True)  # noqa: T201
        if given["code"] < 0:
            os.kill(os.getpid(), -given["code"])
        os._exit(given["code"])

    def flood(self, given: dict[str, Any]) -> dict[str, Any]:
        while True:
            os.write(1, b"x" * 65536)


def text(words: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": words}]}


def over_stdio(server: Server) -> None:
    if server.way == "exit":
        print("no such database", file=sys.stderr)  # noqa: T201
        sys.exit(4)
    print("a word that is no message", flush=True)  # noqa: T201
    for line in sys.stdin:
        if server.way == "mute":
            continue
        message = json.loads(line)
        if message.get("method") == "tools/call":
            # A server may ask, too, before it answers.
            print(json.dumps({"jsonrpc": "2.0", "id": "p", "method": "ping"}), flush=True)  # noqa: T201
            assert json.loads(sys.stdin.readline()) == {"jsonrpc": "2.0", "id": "p", "result": {}}
        if (answer := server.answer(message)) is not None:
            print(json.dumps(answer), flush=True)  # noqa: T201


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server_of_tools = Server()
    waiting: queue.Queue[str] = queue.Queue()

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.headers.get("authorization") != "Bearer let-me-in":
            self.reply(401, b"who are you?", "text/plain")
            return
        if message.get("method") not in (None, "initialize") and self.path != "/messages":
            assert self.headers["mcp-session-id"] == "s1"
            assert self.headers["mcp-protocol-version"]
        answer = self.server_of_tools.answer(message)
        if self.path == "/messages":
            self.waiting.put(json.dumps(answer))
            answer = None
        if answer is None:
            self.reply(202, b"", "text/plain")
        elif self.path == "/stream":
            note = json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {}})
            events = f": hello\n\nevent: message\ndata: {note}\n\nid: 3\ndata: {json.dumps(answer)}\n\n"
            self.reply(200, events.encode(), "text/event-stream")
        else:
            self.reply(200, json.dumps(answer).encode(), "application/json")

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"event: endpoint\r\ndata: /messages\r\n\r\n")
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(f"event: message\r\ndata: {self.waiting.get()}\r\n\r\n".encode())
                self.wfile.flush()

    def reply(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("mcp-session-id", "s1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Nothing."""


if __name__ == "__main__":
    if sys.argv[1] == "stdio":
        over_stdio(Server(*sys.argv[2:]))
    else:
        ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
