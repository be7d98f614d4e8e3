"""MCP servers that are spoken to by HTTP: streamable HTTP, and the older way with one stream of events."""

from __future__ import annotations

import http.client
import queue
import threading
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

from mcp_words import MOST, Failed, Gone, Late, answer_to, is_answer, left, messages, words

BETWEEN_TRIES = 0.1
MOST_SHOWN = 4096
BROKEN = (OSError, http.client.HTTPException)


class Service:
    """Where it is, and what goes with each request."""

    def __init__(self, setting: dict[str, Any], deadline: float) -> None:
        """Wait until somebody listens.

        Raises:
            Gone: nobody does in time.
        """
        self.url = setting["url"]
        self.headers = dict({"accept": "application/json, text/event-stream"}, **setting["headers"])
        while True:
            connection = connect(self.url, deadline)
            try:
                connection.connect()
                return
            except OSError as exc:
                if time.monotonic() + BETWEEN_TRIES >= deadline:
                    raise Gone("nobody listens at %s: %s" % (self.url, exc)) from exc
            finally:
                connection.close()
            time.sleep(BETWEEN_TRIES)

    def post(
        self, url: str, text: str, deadline: float
    ) -> tuple[http.client.HTTPConnection, Any, http.client.HTTPResponse]:
        """Send a message; the connection, its socket and the answer to come.

        Raises:
            Late: no answer in time.
            Failed: it is refused, or the connection fails.
        """
        connection = connect(url, deadline)
        try:
            headers = dict(self.headers, **{"content-type": "application/json"})
            connection.request("POST", target(url), body=text.encode("ascii"), headers=headers)
            sock = connection.sock
            sock.settimeout(left(deadline))
            answer = connection.getresponse()
            if answer.status >= 300:
                said = words(answer.read(MOST_SHOWN))
                raise Failed("HTTP %d %s %s" % (answer.status, answer.reason, said))
        except BaseException as exc:
            connection.close()
            raise as_failure(exc) from exc
        return connection, sock, answer

    def tell(self, text: str, deadline: float) -> None:
        """Send what has no answer.

        Raises:
            Late, Failed: as `post`.
        """
        self.post(self.url, text, deadline)[0].close()

    def end(self) -> None:
        """Nothing: it is not ours."""


class Streamable(Service):
    """Each message is a request of its own; what is answered is JSON, or a stream of events."""

    def ask(self, text: str, number: int, deadline: float) -> dict[str, Any]:
        """The answer to a request.

        Raises:
            Late: there is none in time.
            Failed: there is none.
        """
        connection, sock, answer = self.post(self.url, text, deadline)
        try:
            if session := answer.getheader("mcp-session-id"):
                self.headers["mcp-session-id"] = session
            for message in self.said(answer, sock, deadline):
                if is_answer(message, number):
                    self.keep_version(message)
                    return message
                reply = answer_to(message)
                if reply is not None:
                    self.tell(reply, deadline)
        except BROKEN as exc:
            raise as_failure(exc) from exc
        finally:
            connection.close()
        raise Failed("it said nothing to the request")

    def said(self, answer: http.client.HTTPResponse, sock: Any, deadline: float) -> Iterator[dict[str, Any]]:
        kind = (answer.getheader("content-type") or "").partition(";")[0].strip().lower()
        if kind == "text/event-stream":
            for _, data in events(answer, sock, deadline):
                yield from messages(data)
            return
        sock.settimeout(left(deadline))
        data = answer.read(MOST + 1)
        if len(data) > MOST:
            raise Failed("it said more than %d MiB" % (MOST >> 20))
        yield from messages(data)

    def keep_version(self, message: dict[str, Any]) -> None:
        result = message.get("result")
        version = result.get("protocolVersion") if isinstance(result, dict) else None
        if isinstance(version, str) and version.isascii() and version.isprintable():
            self.headers["mcp-protocol-version"] = version


class Events(Service):
    """Messages go to an address that the server names; all that it says comes on one stream."""

    def __init__(self, setting: dict[str, Any], deadline: float) -> None:
        """Open the stream.

        Raises:
            Gone: there is none, or it names no address in time.
        """
        super().__init__(setting, deadline)
        self.heard: queue.Queue[tuple[str, str] | None] = queue.Queue(maxsize=1000)
        connection = connect(self.url, deadline)
        try:
            connection.request("GET", target(self.url), headers=self.headers)
            sock = connection.sock
            answer = connection.getresponse()
        except BROKEN as exc:
            raise Gone("the stream of events cannot be opened: %s" % exc) from exc
        if answer.status != 200:
            raise Gone("the stream of events cannot be opened: HTTP %d %s" % (answer.status, answer.reason))
        sock.settimeout(None)
        threading.Thread(target=self.listen, args=(answer,), daemon=True).start()
        while True:
            kind, data = self.next(deadline)
            if kind == "endpoint":
                try:
                    self.address = urllib.parse.urljoin(self.url, data.strip())
                    other = urllib.parse.urlsplit(self.address).netloc
                except ValueError as exc:
                    raise Gone("it names no address: %s" % exc) from exc
                if other != urllib.parse.urlsplit(self.url).netloc:
                    raise Gone("it names an address of another service")
                return

    def listen(self, answer: http.client.HTTPResponse) -> None:
        try:
            for event in events(answer, None, None):
                self.heard.put(event)
        except (*BROKEN, Failed, ValueError, AttributeError):
            pass
        self.heard.put(None)

    def next(self, deadline: float) -> tuple[str, str]:
        try:
            event = self.heard.get(timeout=left(deadline))
        except queue.Empty as exc:
            raise Late from exc
        if event is None:
            self.heard.put(None)
            raise Gone("the stream of events has ended")
        return event

    def ask(self, text: str, number: int, deadline: float) -> dict[str, Any]:
        """The answer to a request.

        Raises:
            Late: there is none in time.
            Failed: it is refused.
            Gone: the stream has ended.
        """
        self.tell(text, deadline)
        while True:
            for message in messages(self.next(deadline)[1]):
                if is_answer(message, number):
                    return message
                reply = answer_to(message)
                if reply is not None:
                    self.tell(reply, deadline)

    def tell(self, text: str, deadline: float) -> None:
        """Send a message.

        Raises:
            Late, Failed: as `post`.
        """
        self.post(self.address, text, deadline)[0].close()


def connect(url: str, deadline: float) -> http.client.HTTPConnection:
    at = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if at.scheme == "https" else http.client.HTTPConnection
    return kind(at.hostname or "", at.port, timeout=max(0.1, left(deadline)))


def target(url: str) -> str:
    at = urllib.parse.urlsplit(url)
    return (at.path or "/") + ("?" + at.query if at.query else "")


def as_failure(exc: BaseException) -> BaseException:
    """What a broken exchange means."""
    if isinstance(exc, TimeoutError) or str(exc) == "timed out":
        return Late()
    if isinstance(exc, BROKEN):
        return Failed("the connection failed: %s" % (exc or type(exc).__name__))
    if isinstance(exc, ValueError):
        # A session's id that is no header, say: the server named it.
        return Failed("it cannot be asked: %s" % exc)
    return exc


def events(answer: http.client.HTTPResponse, sock: Any, deadline: float | None) -> Iterator[tuple[str, str]]:
    """Kind and data of each event of a stream."""
    kind, data, size = "message", [], 0
    while True:
        if deadline is not None:
            sock.settimeout(left(deadline))
        line = answer.readline(MOST + 1)
        size += len(line)
        if size > MOST:
            raise Failed("it said an event of more than %d MiB" % (MOST >> 20))
        if not line:
            return
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            if data:
                yield kind, "\n".join(data)
            kind, data, size = "message", [], 0
            continue
        name, _, value = text.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            kind = value
        elif name == "data":
            data.append(value)
