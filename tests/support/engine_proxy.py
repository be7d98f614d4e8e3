"""A proxy in front of the engine that fails as engines do: whoever has it as DOCKER_HOST meets the faults of its rules.

    with EngineProxy(folder / "docker.sock") as proxy:
        proxy.add(Rule(engine_rules.CREATE, Fault.LOST, times=1))
        ... run something with DOCKER_HOST=proxy.host ...
        proxy.faults    # what was done to which request

It speaks HTTP/1.1 as far as it has to: kept-alive connections, bodies of a given length or in chunks, and
connections that are upgraded and then are streams both ways, each half ended by itself.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from tests.support.engine_rules import Fault, Reset, Rule, Tampering

ENGINE = "/var/run/docker.sock"
PART = 1 << 16
HEAD_END = b"\r\n\r\n"


class EngineProxy:
    """Listens on a unix socket. `faults` holds what was done, `requests` all that was asked."""

    def __init__(self, path: Path, engine: str = ENGINE) -> None:
        self.path = path
        self.faults: list[tuple[str, Fault]] = []
        self.requests: list[str] = []
        self._engine = engine
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._open: set[socket.socket] = set()
        self._up_again = 0.0
        self._listener = self._listen()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def host(self) -> str:
        """What DOCKER_HOST has to be."""
        return f"unix://{self.path}"

    def add(self, *rules: Rule) -> None:
        """Fail by these, too."""
        with self._lock:
            self._rules += rules

    def heal(self) -> None:
        """Fail no more."""
        with self._lock:
            self._rules.clear()

    def restart(self, seconds: float) -> None:
        """Reset all connections, and refuse others for a while."""
        with self._lock:
            self._up_again = time.monotonic() + seconds
            self._listener.close()
            self.path.unlink(missing_ok=True)
            broken, self._open = self._open, set()
        for end in broken:
            _reset(end)

    def __enter__(self) -> EngineProxy:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self.restart(1e9)

    def _listen(self) -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.bind(str(self.path))
        made.listen(128)
        made.settimeout(0.05)  # closing does not wake who waits
        return made

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                near, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                while time.monotonic() < self._up_again and not self._over.wait(0.02):
                    pass
                with self._lock:
                    if not self._over.is_set() and self._listener.fileno() < 0:
                        self._listener = self._listen()
                continue
            near.settimeout(None)
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        far = socket.socket(socket.AF_UNIX)
        with self._lock:
            self._open |= {near, far}
        try:
            far.connect(self._engine)
            asking, answering = _Reader(near), _Reader(far)
            while self._exchange(asking, answering):
                pass
        except (Reset, OSError, ValueError):
            _reset(near)
        finally:
            with self._lock:
                self._open -= {near, far}
            for end in (near, far):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _fault_of(self, request: str) -> Rule | None:
        with self._lock:
            self.requests.append(request)
            rule = next((rule for rule in self._rules if rule.bites(request)), None)
            if rule is not None:
                self.faults.append((request, rule.fault))
        return rule

    def _exchange(self, near: _Reader, far: _Reader) -> bool:
        """One request and its answer; False if no other can follow."""
        head = near.head()
        if not head:
            return False
        method, target = head.split(b" ", 2)[:2]
        rule = self._fault_of(f"{method.decode()} {target.decode().partition('?')[0]}")
        fault = None if rule is None else rule.fault
        if rule is not None:
            self._before(rule)
        if fault is Fault.REFUSED:
            for _ in near.body(head):
                pass
            near.sock.sendall(_refusal())
            return True
        far.sock.sendall(head)
        for part in near.body(head):
            far.sock.sendall(part)
        answer = far.head()
        if not answer:
            raise Reset
        status = int(answer.split(b" ", 2)[1])
        upgraded = status == 101
        bodiless = method == b"HEAD" or status in (204, 304)
        tamper = Tampering(rule, self._over)
        if fault is Fault.LOST:
            for _ in () if upgraded or bodiless else far.body(answer):
                pass
            raise Reset
        near.sock.sendall(answer)
        if upgraded:
            self._stream(near, far, tamper)
            return False
        for part in () if bodiless else far.body(answer):
            near.sock.sendall(tamper.done_to(part))
        return b"connection: close" not in head.lower() + answer.lower()

    def _before(self, rule: Rule) -> None:
        """What is done before the engine hears of a request."""
        if rule.fault is Fault.UNHEARD:
            raise Reset
        if rule.fault is Fault.RESTART:
            self.restart(rule.seconds)
            raise Reset
        if rule.fault is Fault.HUNG:
            self._over.wait()
            raise Reset
        if rule.fault is Fault.SLOW:
            self._over.wait(rule.seconds)

    def _stream(self, near: _Reader, far: _Reader, tamper: Tampering) -> None:
        """Bytes both ways; a half that ends is ended on the other side too."""

        def up() -> None:
            with contextlib.suppress(OSError):
                for part in near.rest():
                    far.sock.sendall(part)
                far.sock.shutdown(socket.SHUT_WR)

        sending = threading.Thread(target=up, daemon=True)
        sending.start()
        for part in far.rest():
            near.sock.sendall(tamper.done_to(part))
        with contextlib.suppress(OSError):
            near.sock.shutdown(socket.SHUT_WR)
        sending.join()


class _Reader:
    """One end of a connection, read message by message."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._buffer = b""

    def head(self) -> bytes:
        """Everything up to the empty line, with it; empty if the connection has ended."""
        while HEAD_END not in self._buffer:
            if not self._more():
                return b""
        end = self._buffer.index(HEAD_END) + len(HEAD_END)
        return self._take(end)

    def body(self, head: bytes) -> Iterator[bytes]:
        """The body that follows a head, as it comes."""
        words = head.lower()
        if b"transfer-encoding: chunked" in words:
            yield from self._chunks()
        elif found := re.search(rb"content-length: (\d+)", words):
            yield from self._exactly(int(found[1]))
        elif words.startswith(b"http/"):
            yield from self.rest()

    def rest(self) -> Iterator[bytes]:
        """All that comes until the end."""
        if self._buffer:
            yield self._take(len(self._buffer))
        while self._more():
            yield self._take(len(self._buffer))

    def _chunks(self) -> Iterator[bytes]:
        size = -1
        while size:
            while b"\r\n" not in self._buffer:
                self._need()
            line = self._take(self._buffer.index(b"\r\n") + 2)
            size = int(line.split(b";")[0], 16)
            yield line
            yield from self._exactly(size + 2)

    def _exactly(self, count: int) -> Iterator[bytes]:
        while count:
            if not self._buffer:
                self._need()
            part = self._take(min(count, len(self._buffer)))
            count -= len(part)
            yield part

    def _need(self) -> None:
        if not self._more():
            raise Reset

    def _more(self) -> bool:
        data = self.sock.recv(PART)
        self._buffer += data
        return bool(data)

    def _take(self, count: int) -> bytes:
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken


def _refusal() -> bytes:
    body = json.dumps({"message": "a fault that a test wants"}).encode()
    return b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


def _reset(end: socket.socket) -> None:
    """Break a connection, and wake who waits for it."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
