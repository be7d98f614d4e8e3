"""Services of our own as processes on Unix sockets, and the proxy before them."""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

SECONDS = 20


def over(path: Path, **options: Any) -> httpx.Client:
    """A client of a Unix socket."""
    return httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://service", **options)


@contextmanager
def service(name: str, place: Path, seed: Mapping[str, Any]) -> Iterator[Path]:
    """A service that is ready; yields its socket.

    Args:
        place: an empty directory with a short path: a socket's is at most 107 bytes.
    """
    path, planted = place / f"{name}.sock", place / f"{name}.json"
    planted.write_text(json.dumps(seed))
    command = [sys.executable, "-m", f"sandbox.services.{name}", "--socket", str(path), "--seed", str(planted)]
    process = subprocess.Popen(command)
    try:
        _wait_until_ready(path, process)
        yield path
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(path: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SECONDS
    while not _listens(path):
        assert process.poll() is None, "the service ended"
        assert time.monotonic() < until, "the service did not come up"
        time.sleep(0.02)
    with over(path) as client:
        assert client.get("/_roadtest/health").json() == {"ready": True}


def _listens(path: Path) -> bool:
    # httpx leaves its socket open where nobody listens.
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


@contextmanager
def proxy(
    place: Path, services: Mapping[str, Mapping[str, Any]], seed: str = "s", **more: Any
) -> Iterator[Mapping[str, int]]:
    """A proxy that is ready, with its log in `place/service.jsonl`; yields ports by service.

    Args:
        services: settings by service, `upstream` at least.
        more: settings of all.
    """
    settings = place / "proxy.json"
    told = {name: {"listen": {"port": 0}, **one} for name, one in services.items()}
    document = {"seed": seed, "log": str(place / "service.jsonl"), "services": told, **more}
    settings.write_text(json.dumps(document))
    command = [sys.executable, "-m", "sandbox.services.proxy", str(settings)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], SECONDS)[0], "the proxy did not come up"
        ready = json.loads(process.stdout.readline())["ready"]
        yield {name: at["port"] for name, at in ready.items()}
    finally:
        process.kill()
        process.communicate()
