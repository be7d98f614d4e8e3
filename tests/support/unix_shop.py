"""A small service with real state on a Unix socket: items, by pages, and a dry run that writes nothing."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs

PAGE = 2


class Shop(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """The server, with what it holds and what came to it."""

    daemon_threads = True
    # What a kernel lets wait by itself.
    request_queue_size = 100

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Handler)
        self.items: list[dict[str, Any]] = []
        self.lock, self.at_once, self.most_at_once = threading.Lock(), 0, 0
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        # Until it is set, nobody gets an answer from /held.
        self.release = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    _answers: tuple[tuple[str, str], ...] = ()

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: what came is in `seen`."""

    def _note(self) -> Shop:
        shop = cast("Shop", self.server)
        shop.seen.append((self.command, self.path, {key.lower(): value for key, value in self.headers.items()}))
        return shop

    def do_GET(self) -> None:
        shop = self._note()
        path, _, query = self.path.partition("?")
        if path == "/items":
            start = int(parse_qs(query).get("cursor", ["0"])[0])
            following = start + PAGE if start + PAGE < len(shop.items) else None
            return self._say(200, {"data": shop.items[start : start + PAGE], "next": following, "total_count": 1})
        if path == "/echo":
            self._answers += (("x-name", self.headers["x-name"]),)
        if path == "/huge":
            return self._say(200, "x" * (17 * 1024 * 1024))
        if path == "/odd":
            self._answers += (("x-name", "\0"),)
        if path == "/slow":
            with shop.lock:
                shop.at_once += 1
                shop.most_at_once = max(shop.most_at_once, shop.at_once)
            time.sleep(0.2)
            with shop.lock:
                shop.at_once -= 1
        if path == "/held":
            shop.release.wait(20)
        if path == "/text":
            return self._say(200, "plain", "text/plain")
        return self._say(200, {"path": self.path, "item_count": len(shop.items)})

    def do_POST(self) -> None:
        shop = self._note()
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        item = {"id": len(shop.items) + 1, **json.loads(body or b"{}")}
        if self.headers.get("roadtest-dry-run") is None:
            shop.items.append(item)
        self._say(201, item)

    def _say(self, status: int, document: Any, kind: str = "application/json") -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        for name, value in self._answers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def shop(path: Path) -> Iterator[Shop]:
    """A shop that serves as long as the context lasts."""
    server = Shop(path)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
