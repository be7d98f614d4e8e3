"""A relay in front of the engine's socket that can be cut, as an engine that goes away in mid-run."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from pathlib import Path

ENGINE = "/var/run/docker.sock"


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
                _pass_on(near, far)
            self._open -= {near, far}


def _pass_on(near: socket.socket, far: socket.socket) -> None:
    """Bytes both ways; a half that ends is ended on the other side too."""
    with selectors.DefaultSelector() as selector:
        selector.register(near, selectors.EVENT_READ, far)
        selector.register(far, selectors.EVENT_READ, near)
        while selector.get_map():
            for key, _ in selector.select():
                source, target = key.fileobj, key.data
                assert isinstance(source, socket.socket)
                data = source.recv(1 << 16)
                if data:
                    target.sendall(data)
                    continue
                selector.unregister(source)
                target.shutdown(socket.SHUT_WR)
