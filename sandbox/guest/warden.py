"""In the holder of a trial's services: lays files for them, asks them, reads what they write down.

The services are reached through the volumes that they listen in, not through the network.

Frames in:  {"do": "lay", "path": ...}                                              then the file
            {"do": "wait", "sockets": {name: path}, "ports": [[host, port]], "seconds": n}
            {"do": "ask", "socket": path, "target": ..., "seconds": n}
            {"do": "read", "path": ..., "from": n}
Frames out: {"ready": true}, once; {}; {"missing": [names]}; {"status": n or null, "error": text}, then the body;
            {"there": bool}, then the file from that byte on
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import time
from collections.abc import Iterator
from typing import Any

import wire

BETWEEN_LOOKS = 0.02
HEALTH = "/_roadtest/health"
HEALTH_SECONDS = 2.0
MOST_BYTES = 128 * 1024 * 1024
# Of a state. What is larger counts as one of which the service itself says so.
MOST_STATE, TOO_LARGE = 32 * 1024 * 1024, 507


def main() -> None:
    wire.until_torn(serve)


def serve() -> None:
    wire.write_json(1, {"ready": True})
    while (asked := wire.read_json(0)) is not None:
        do = asked["do"]
        if do == "lay":
            lay(asked["path"], wire.read_frame(0) or b"")
            wire.write_json(1, {})
        elif do == "wait":
            wire.write_json(1, {"missing": wait(asked["sockets"], asked["ports"], asked["seconds"])})
        elif do == "ask":
            status, error, body = ask(asked["socket"], asked["target"], asked["seconds"])
            wire.write_json(1, {"status": status, "error": error})
            wire.write_frame(1, body)
        else:
            there, data = read(asked["path"], asked["from"])
            wire.write_json(1, {"there": there})
            wire.write_frame(1, data)


def lay(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def read(path: str, start: int) -> tuple[bool, bytes]:
    try:
        with open(path, "rb") as file:
            file.seek(start)
            return True, file.read(MOST_BYTES)
    except FileNotFoundError:
        return False, b""


def wait(sockets: dict[str, str], ports: list[list[Any]], seconds: float) -> list[str]:
    """What is not ready when so many seconds are over: services by name, ports as host:port."""
    until = time.monotonic() + seconds
    missing = list(missed(sockets, ports))
    while missing and time.monotonic() < until:
        time.sleep(BETWEEN_LOOKS)
        missing = list(missed(sockets, ports))
    return missing


def missed(sockets: dict[str, str], ports: list[list[Any]]) -> Iterator[str]:
    for name, path in sockets.items():
        if not os.path.exists(path) or ask(path, HEALTH, HEALTH_SECONDS)[0] != 200:
            yield name
    for host, port in ports:
        with socket.socket() as probe:
            probe.settimeout(HEALTH_SECONDS)
            if probe.connect_ex((host, port)):
                yield "%s:%d" % (host, port)


def ask(path: str, target: str, seconds: float) -> tuple[int | None, str, bytes]:
    """Status, why there is none, and body of a GET."""
    connection = Local(path, seconds)
    with contextlib.closing(connection):
        try:
            connection.request("GET", target, headers={"host": "service"})
            answer = connection.getresponse()
            body = answer.read(MOST_STATE + 1)
        except (OSError, http.client.HTTPException) as exc:
            return None, "%s: %s" % (type(exc).__name__, exc), b""
    if len(body) > MOST_STATE:
        return TOO_LARGE, "an answer of more than %d bytes" % MOST_STATE, b""
    return answer.status, "", body


class Local(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("service", timeout=seconds)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)
