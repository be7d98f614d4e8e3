"""A relay in front of the engine's socket that can be cut, as an engine that goes away in mid-run, or tampers."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

ENGINE = "/var/run/docker.sock"
# How each part of a program's standard output begins in the engine's stream.
OUTPUT = b"\x01\0\0\0"

# What becomes of bytes of a program's output; None: the connection is cut.
Change = Callable[[bytes], bytes | None]


def part(payload: bytes) -> bytes:
    """Standard output of a program, as the engine sends it."""
    return OUTPUT + struct.pack(">I", len(payload)) + payload


class Relay:
    """Listens on a unix socket and passes bytes on to the engine until `cut()`."""

    def __init__(self, path: Path, engine: str = ENGINE) -> None:
        self.path = path
        self._engine = engine
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._open: set[socket.socket] = set()
        self._is_cut = False
        self._change: Change | None = None
        self._talking: socket.socket | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def host(self) -> str:
        """What DOCKER_HOST has to be."""
        return f"unix://{self.path}"

    def cut(self) -> None:
        """Refuse new connections and break those that are open."""
        self._is_cut = True
        self.path.unlink(missing_ok=True)
        # close() alone would not wake the thread that waits in accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def tamper(self, change: Change) -> None:
        """Do this to the next that a program in a container says."""
        self._change = change

    def inject(self, data: bytes) -> None:
        """Say something in place of the program that spoke last."""
        assert self._talking is not None
        self._talking.sendall(data)

    def _accept(self) -> None:
        while not self._is_cut:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far:
            far.connect(self._engine)
            self._open |= {near, far}
            with contextlib.suppress(OSError):
                self._pass_on(near, far)
            self._open -= {near, far}

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        """Bytes both ways; a half that ends is ended on the other side too."""
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            while selector.get_map():
                for key, _ in selector.select():
                    source, target = key.fileobj, key.data
                    assert isinstance(source, socket.socket)
                    data: bytes | None = source.recv(1 << 16)
                    if data and source is far and data.startswith(OUTPUT):
                        self._talking = near
                        data = self._tampered(data)
                        if data is None:
                            return
                    if data:
                        target.sendall(data)
                        continue
                    selector.unregister(source)
                    target.shutdown(socket.SHUT_WR)

    def _tampered(self, data: bytes) -> bytes | None:
        change, self._change = self._change, None
        return data if change is None else change(data)
