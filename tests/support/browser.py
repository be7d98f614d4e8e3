"""A real browser without a window, driven through its DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import connect
from websockets.sync.connection import Connection

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Without a network of its own, as few processes as it can do with, nothing that phones home.
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-port=0",
)
PATIENCE = 60.0
# Key names and codes that pages see.
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowDown": 40, "ArrowRight": 39}


def program() -> str:
    """The browser's command.

    Raises:
        RuntimeError: there is none; skipping would hide that nothing was tested.
    """
    for name in (os.environ.get("ROADTEST_BROWSER"), *NAMES):
        if name and (found := shutil.which(name)):
            return found
    raise RuntimeError(
        "no Chromium here: scripts/setup --dev installs one on Debian; or name yours in ROADTEST_BROWSER"
    )


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with one empty tab, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="roadtest-browser-", ignore_cleanup_errors=True) as folder:
        command = [program(), *OPTIONS, f"--user-data-dir={folder}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with connect(_address(Path(folder), process), max_size=None, open_timeout=PATIENCE) as socket:
                yield Browser(socket)
        finally:
            process.kill()
            process.wait()


def _address(folder: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the browser listens; it writes that down once it does."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            port, path = (folder / "DevToolsActivePort").read_text("ascii").split("\n")[:2]
        except (OSError, ValueError):
            time.sleep(0.05)
            continue
        return f"ws://127.0.0.1:{port}{path}"
    raise RuntimeError("the browser did not come up")


class Browser:
    """One tab. told: what the page wrote to its console and what the browser complained of, since it was opened."""

    def __init__(self, socket: Connection) -> None:
        self._socket = socket
        self._number = 0
        self._session: str | None = None
        self._happened: list[dict[str, Any]] = []
        targets = self.ask("Target.getTargets")["targetInfos"]
        (tab,) = (target["targetId"] for target in targets if target["type"] == "page")
        self._session = self.ask("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command; its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            said = self._receive()
            if said.get("id") == self._number:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                result: dict[str, Any] = said["result"]
                return result

    def _receive(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self._socket.recv(timeout=PATIENCE))
        if "method" in said:
            self._happened.append(said)
        return said

    def open(self, page: Path, anchor: str = "") -> float:
        """Open a file; seconds until all of it is loaded."""
        self._go("about:blank")
        started = time.perf_counter()
        self._go(page.resolve().as_uri() + anchor)
        return time.perf_counter() - started

    def _go(self, address: str) -> None:
        self._happened.clear()
        self.ask("Page.navigate", url=address)
        while not any(one["method"] == "Page.loadEventFired" for one in self._happened):
            self._receive()

    def told(self) -> list[str]:
        """Errors, complaints and console lines since the page was opened."""
        self.run("0")
        kinds = (
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
            "Page.javascriptDialogOpening",
        )
        return [json.dumps(one["params"]) for one in self._happened if one["method"] in kinds]

    def requests(self) -> list[str]:
        """What was asked for beside the page itself."""
        asked = [one["params"] for one in self._happened if one["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in asked if one["type"] != "Document"]

    def run(self, script: str) -> Any:
        """The value of an expression; of a promise what it comes to."""
        found = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{script}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def wait(self, script: str) -> Any:
        """The value of an expression once it is true."""
        until = time.monotonic() + PATIENCE
        while not (value := self.run(script)):
            if time.monotonic() > until:
                raise TimeoutError(script)
            time.sleep(0.02)
        return value

    def press(self, key: str, *, shift: bool = False) -> None:
        """A key, down and up again."""
        code = KEYS.get(key, ord(key.upper()) if len(key) == 1 else 0)
        facts: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        text = {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 else "")
        self.ask("Input.dispatchKeyEvent", type="keyDown", **facts, **({"text": text} if text else {}))
        self.ask("Input.dispatchKeyEvent", type="keyUp", **facts)

    def resize(self, width: int, height: int = 900, *, dark: bool = False) -> None:
        """The size of the tab in pixels, and which colours the user prefers."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, file: Path, *, whole: bool = False) -> None:
        """What is to be seen, as PNG; with `whole` the page from top to bottom."""
        found = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(found["data"]))
