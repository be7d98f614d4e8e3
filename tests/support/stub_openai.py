"""A model server of our own, over real HTTP, that says what a test wrote down.

    with stub([message, Refusal(429, {"Retry-After": "2"}), b"{...", Hang(5)]) as server:
        ... ask a client for openai/x with api_base=server.base ...
        server.requests[0].headers, server.requests[0].body

Each request takes the next answer of the script:

    a mapping   an assistant message, put into the dialect of the path that was asked
    bytes       served as they are, status 200
    Refusal     a status, headers and a JSON error body, or any bytes
    Drip        a body a few bytes at a time, with a pause before each
    Hang        nothing for so many seconds, then the connection is closed
    Cut         a good status line and headers, half of the body, then the connection is closed
    HangUp      the connection is closed without a word

Questions about the model itself (ollama's /api/show) stand outside the script.
A request beyond the script gets a 400, which no client of ours asks again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
OVER = b'{"error": {"message": "the script of the stub is over", "type": "invalid_request_error", "code": null}}'


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status of one's choice. Without a body it is an error in OpenAI's form."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | bytes | None = None

    def encoded(self) -> bytes:
        """The body as sent."""
        if isinstance(self.body, bytes):
            return self.body
        error = {"message": f"refused with {self.status}", "type": "error", "param": None, "code": None}
        return json.dumps(self.body if self.body is not None else {"error": error}).encode()


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer for so many seconds, or until the server is stopped."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Drip:
    """A body that comes in pieces of so many bytes, so many seconds apart."""

    body: bytes
    seconds: float
    size: int = 1


@dataclass(frozen=True, slots=True)
class Cut:
    """An answer whose connection breaks in the middle of the body."""

    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HangUp:
    """A connection that is closed without an answer."""


Scripted = Mapping[str, Any] | bytes | Refusal | Hang | Drip | Cut | HangUp

TOO_LONG = Refusal(
    400,
    body={
        "error": {
            "message": "This model's maximum context length is 8192 tokens, your messages resulted in 9000 tokens.",
            "type": "invalid_request_error",
            "param": "messages",
            "code": "context_length_exceeded",
        }
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it arrived. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """A running server. `root` is its address, `base` the same with /v1; `requests` grows as they come."""

    root: str
    requests: Sequence[Request]

    @property
    def base(self) -> str:
        """What an OpenAI client takes as its base URL."""
        return f"{self.root}/v1"


@contextmanager
def stub(answers: Iterable[Scripted]) -> Iterator[Stub]:
    """Serve a script on a free port of this machine until the block is left."""
    server = _Server(answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Stub(root=f"http://127.0.0.1:{server.server_port}", requests=server.requests)
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def completion(message: Mapping[str, Any], **choice: Any) -> dict[str, Any]:
    """A chat completion around a message, in OpenAI's form; `choice` adds to or replaces the choice's fields."""
    finish = "tool_calls" if message.get("tool_calls") else "stop"
    inner = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish, **choice}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": "x", "choices": [inner], "usage": USAGE}


def call(name: str, arguments: str, call_id: str = "call_1") -> dict[str, Any]:
    """An assistant message with one tool call; `arguments` is the raw string, valid or not."""
    function = {"name": name, "arguments": arguments}
    return {"content": None, "tool_calls": [{"id": call_id, "type": "function", "function": function}]}


def _anthropic(message: Mapping[str, Any]) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": message["content"]}] if message.get("content") else []
    for entry in message.get("tool_calls", ()):
        given = json.loads(entry["function"]["arguments"])
        blocks.append({"type": "tool_use", "id": entry["id"], "name": entry["function"]["name"], "input": given})
    usage = {"input_tokens": USAGE["prompt_tokens"], "output_tokens": USAGE["completion_tokens"]}
    stop = "tool_use" if message.get("tool_calls") else "end_turn"
    said = {"id": "m1", "type": "message", "role": "assistant", "model": "x", "content": blocks}
    return {**said, "stop_reason": stop, "stop_sequence": None, "usage": usage}


def _ollama(message: Mapping[str, Any]) -> dict[str, Any]:
    calls = [
        {"function": {"name": entry["function"]["name"], "arguments": json.loads(entry["function"]["arguments"])}}
        for entry in message.get("tool_calls", ())
    ]
    said = {"role": "assistant", "content": message.get("content") or "", **({"tool_calls": calls} if calls else {})}
    counts = {"prompt_eval_count": USAGE["prompt_tokens"], "eval_count": USAGE["completion_tokens"]}
    return {"model": "x", "created_at": "2025-01-01T00:00:00Z", "message": said, "done": True, **counts}


def _encoded(path: str, message: Mapping[str, Any]) -> bytes:
    """A message in the dialect that goes with a path."""
    if path.endswith("/messages"):
        return json.dumps(_anthropic(message)).encode()
    if path.endswith("/api/chat"):
        return json.dumps(_ollama(message)).encode()
    return json.dumps(completion(message)).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: Iterable[Scripted]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[Request] = []
        self.stopped = threading.Event()
        self._answers = iter(answers)
        self._lock = threading.Lock()

    def take(self, request: Request) -> Scripted | None:
        """Write a request down and take the answer that is due to it."""
        with self._lock:
            self.requests.append(request)
            return next(self._answers, None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Answer one request by the script."""
        text = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.close_connection = True
        if self.path.endswith("/api/show"):
            self._send(200, {}, b'{"model_info": {}, "template": ""}')
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.take(Request(path=self.path, headers=headers, body=json.loads(text)))
        if isinstance(answer, Hang):
            self.server.stopped.wait(answer.seconds)
        elif isinstance(answer, Drip):
            self._drip(answer)
        elif isinstance(answer, Cut):
            body = _encoded(self.path, answer.message)
            self._send(200, {}, body, cut=len(body) // 2)
        elif isinstance(answer, Refusal):
            self._send(answer.status, answer.headers, answer.encoded())
        elif answer is None:
            self._send(400, {}, OVER)
        elif not isinstance(answer, HangUp):
            self._send(200, {}, answer if isinstance(answer, bytes) else _encoded(self.path, answer))

    def _drip(self, answer: Drip) -> None:
        self._send(200, {"Content-Length": str(len(answer.body))}, b"")
        # The client may have had enough.
        with suppress(OSError):
            for start in range(0, len(answer.body), answer.size):
                if self.server.stopped.wait(answer.seconds):
                    return
                self.wfile.write(answer.body[start : start + answer.size])

    def _send(self, status: int, headers: Mapping[str, str], body: bytes, *, cut: int | None = None) -> None:
        self.send_response(status)
        fixed = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
        for name, value in {**fixed, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        # The client may have seen enough of it.
        with suppress(OSError):
            self.wfile.write(body[:cut])

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""
