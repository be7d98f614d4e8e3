"""Operations of OpenAPI documents carried out: by the program that does so in containers, on a real service and others.

The program runs here as a process of its own; that it does so in a container is for `tests/e2e/test_own_tools.py`.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sandbox.openapi.operations import read_operations
from sandbox.openapi.reading import read_document
from sandbox.openapi.settings import Declared, Operation
from sandbox.paths import PROJECT
from sandbox.services.payments.app import DEFAULT_KEY, make_app
from tests.support.services import proxy, service

Call = Callable[..., dict[str, Any]]
RUNNER = """
import importlib.util, json, sys
sys.path.insert(0, sys.argv[1])
import toolrun
spec = importlib.util.spec_from_file_location("tool__http", sys.argv[2])
module = sys.modules["tool__http"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
for line in sys.stdin:
    print(json.dumps(toolrun.answer(dict(json.loads(line), tool="_http", workspace="/", limit=4096))), flush=True)
"""


@pytest.fixture(scope="module")
def run() -> Iterator[Call]:
    """Runs one operation with arguments."""
    argv = [sys.executable, "-I", "-c", RUNNER, str(PROJECT / "sandbox/guest"), str(PROJECT / "tools/_http/tool.py")]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def carry_out(operation: Operation, seconds: float = 10.0, **arguments: Any) -> dict[str, Any]:
            request = {"arguments": arguments, "binding": operation.binding, "timeout": seconds}
            stdin.write(json.dumps(request) + "\n")
            stdin.flush()
            found: dict[str, Any] = json.loads(stdout.readline())
            return found

        yield carry_out
        stdin.close()


def operations(document: Mapping[str, Any], base_url: str, **headers: str) -> dict[str, Operation]:
    declared = Declared(document="api.json", base_url=base_url, headers=headers)
    found, _ = read_operations(read_document(json.dumps(document).encode(), "api.json"), declared)
    return {one.name: one for one in found}


@pytest.fixture(scope="module")
def payments() -> Iterator[dict[str, Operation]]:
    """The operations of the real service, behind the proxy as in a trial."""
    with tempfile.TemporaryDirectory() as folder, service("payments", Path(folder), {}) as path:
        document = make_app().openapi()
        document["paths"]["/_roadtest/state"] = {"get": {"operationId": "state"}}
        with proxy(Path(folder), {"payments": {"upstream": {"unix": str(path)}}}) as ports:
            yield operations(document, f"http://127.0.0.1:{ports['payments']}", Authorization=f"Bearer {DEFAULT_KEY}")


def body_of(answer: Mapping[str, Any]) -> Any:
    return json.loads(answer["output"].partition("\n\n")[2])


def test_a_real_service_is_worked_with(payments: Mapping[str, Operation], run: Call) -> None:
    made = run(payments["create_customer"], body={"email": "ann@example.org", "name": "Ann"})
    assert made["status"] == "ok"
    head = made["output"].partition("\n\n")[0]
    assert head.startswith("HTTP 201 Created\n")
    assert 'etag: "v1"' in head
    customer = body_of(made)["id"]
    assert body_of(run(payments["get_customer"], customer_id=customer))["name"] == "Ann"
    listed = run(payments["list_customers"], email="ann@example.org", limit=5, cursor=None)
    assert [row["id"] for row in body_of(listed)["data"]] == [customer]
    charge = {"customer": customer, "amount": 1200, "currency": "eur"}
    once = run(payments["create_charge"], **{"Idempotency-Key": "k1", "body": charge})
    again = run(payments["create_charge"], **{"Idempotency-Key": "k1", "body": charge})
    assert body_of(once)["id"] == body_of(again)["id"]


def test_a_service_that_says_no_has_refused(payments: Mapping[str, Operation], run: Call) -> None:
    missing = run(payments["get_customer"], customer_id="cus_none")
    assert (missing["status"], missing["output"].split("\n")[0]) == ("refused", "HTTP 404 Not Found")
    assert run(payments["create_customer"], body={"email": 7})["status"] == "refused"


def test_a_candidates_words_do_not_lead_elsewhere(payments: Mapping[str, Operation], run: Call) -> None:
    for words in ("../../_roadtest/state", "..", "x?y=z", "a/b", "%2e%2e"):
        assert run(payments["get_customer"], customer_id=words)["output"].startswith("HTTP 404")
    assert "part of the path" in run(payments["get_customer"], customer_id="")["output"]
    smuggled = run(payments["create_customer"], **{"Idempotency-Key": "a\r\nx: y", "body": {}})
    assert (smuggled["status"], smuggled["output"][:14]) == ("refused", "not acceptable")


class Echo(BaseHTTPRequestHandler):
    """Says what it was asked."""

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("content-length", 0)))
        said = {"path": self.path, "headers": dict(self.headers), "body": data.decode()}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    do_GET = do_POST

    def log_message(self, *arguments: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/base/"
    server.shutdown()
    thread.join()
    server.server_close()


def one(base_url: str, *parameters: Mapping[str, Any], path: str = "/x", **row: Any) -> Operation:
    post = {"operationId": "go", "parameters": [{"schema": True, **each} for each in parameters], **row}
    document = {"openapi": "3.1.0", "info": {}, "paths": {path: {"post": post}}}
    return operations(document, base_url, **{"X-Key": "given"})["go"]


@pytest.mark.parametrize(
    ("settings", "value", "query"),
    [
        ({}, "a b&c", "q=a%20b%26c"),
        ({}, True, "q=true"),
        ({}, None, ""),
        ({}, [1, "b"], "q=1&q=b"),
        ({"explode": False}, [1, "b"], "q=1,b"),
        ({"style": "pipeDelimited", "explode": False}, [1, 2], "q=1%7C2"),
        ({}, {"a": 1, "b": "x"}, "a=1&b=x"),
        ({"explode": False}, {"a": 1}, "q=a,1"),
        ({"style": "deepObject", "explode": True}, {"a": 1}, "q%5Ba%5D=1"),
        ({"content": {"application/json": {"schema": True}}}, {"a": [1]}, "q=%7B%22a%22%3A%20%5B1%5D%7D"),
    ],
)
def test_arguments_of_a_query_are_written_as_their_style_says(
    run: Call, echo: str, settings: Mapping[str, Any], value: Any, query: str
) -> None:
    found = body_of(run(one(echo, {"name": "q", "in": "query", **settings}), q=value))
    assert found["path"] == f"/base/x{'?' if query else ''}{query}"


def test_paths_headers_and_bodies_are_written(run: Call, echo: str) -> None:
    path = {"name": "p", "in": "path", "required": True}
    body = {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}}
    operation = one(echo, path, {"name": "X-Ids", "in": "header"}, path="/a/{p}/b", requestBody=body)
    found = body_of(run(operation, **{"p": ["é", 1], "X-Ids": [1, 2], "body": {"a": "b c", "d": [1, 2], "e": None}}))
    assert found["path"] == "/base/a/%C3%A9,1/b"
    assert found["body"] == "a=b+c&d=1&d=2"
    assert (found["headers"]["X-Ids"], found["headers"]["X-Key"]) == ("1,2", "given")


@contextmanager
def answering(data: bytes | None) -> Iterator[str]:
    """A service that answers every request with these bytes and hangs up; None: that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                if data is not None:
                    connection.sendall(data)
                else:
                    connection.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", "ok", "no answer came"),
        (None, "timeout", "no answer came in time"),
        (b"what?\r\n\r\n", "ok", "no answer came"),
        (HEAD + b"half", "ok", "half\n[the connection was closed before the answer was whole]"),
        (
            b"HTTP/1.1 429 Slow Down\r\nretry-after: 3\r\nset-cookie: a\r\n\r\n",
            "ok",
            "HTTP 429 Slow Down\nretry-after: 3",
        ),
        (b"HTTP/1.1 409 Conflict\r\n\r\nno", "refused", "HTTP 409 Conflict\n\nno"),
        (b"HTTP/1.1 302 Found\r\nlocation: http://else.where/\r\n\r\n", "ok", "location: http://else.where/"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000, "ok", "bytes left out"),
    ],
    ids=["lost", "mute", "nonsense", "cut", "busy", "conflict", "moved", "long"],
)
def test_whatever_a_service_does_is_an_answer(run: Call, data: bytes | None, status: str, words: str) -> None:
    with answering(data) as base_url:
        found = run(one(base_url), seconds=0.5)
    assert (found["status"], found["exit_code"]) == (status, None)
    assert words in found["output"]
    assert "set-cookie" not in found["output"]


def test_a_service_that_is_not_there_is_told_as_that(run: Call) -> None:
    found = run(one("http://127.0.0.1:9"))
    assert found["output"].startswith("the service could not be reached: ")
