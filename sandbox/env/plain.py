"""Tools without a tool host, for images without Python: one `docker exec` a call.

The answers are those of the tool host. What differs: each call costs what an exec
costs, the workspace is read whole after each call that may write, `search` takes
the expressions of grep, and a timeout ends everything that the agent has running,
for nothing inside can tell whose child is whose.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from posixpath import dirname
from typing import Any

from docker.errors import APIError

from sandbox.env.container import ENVIRONMENT, Container
from sandbox.env.engine import talking
from sandbox.env.images import COPY_OF_WORKSPACE
from sandbox.env.outside import Bounds, read_folder
from sandbox.env.stream import Demultiplexer, NoAnswer, TooLate, hang_up
from sandbox.errors import AgentError, SandboxError
from sandbox.guest.tape import Tape
from sandbox.task import SOLUTION, WORKSPACE
from sandbox.tooling import Tool
from sandbox.tree import LINK, Changes, Tree

OUTPUT_LIMIT = 32 * 1024
LARGEST_FILE = 16 * 1024 * 1024
PREPARE_SECONDS = 120.0
FILE_SECONDS = 30.0
AGENT = "1000:1000"

READ = 'if [ -d "$1" ]; then echo "$1: Is a directory"; exit 91; fi\n'
READ += 'if [ -e "$1" ] && [ ! -f "$1" ]; then echo "$1: not a regular file"; exit 91; fi\nexec cat -- "$1"'
WRITE = 'if [ -e "$1" ] && [ ! -f "$1" ]; then echo "$1: not a regular file"; exit 91; fi\n'
WRITE += 'mkdir -p -- "$2" && exec cat > "$1"'
LIST = 'cd -- "$1" || exit 91\nfor n in * .[!.]* ..?*; do if [ -L "$n" ]; then echo "$n -> $(readlink -- "$n")"; '
LIST += 'elif [ -d "$n" ]; then echo "$n/"; elif [ -e "$n" ]; then echo "$n  $(wc -c < "$n")"; fi; done'
SEARCH = 'grep -rnEI --exclude-dir=.git --exclude-dir=__pycache__ -e "$1" -- "$2" | head -n 500'


class Refused(Exception):
    """A tool says no; the message goes to the agent as it is."""


class PlainTools:
    """The standard tools, by the programs that the image has."""

    transport = "exec"

    def __init__(self, container: Container, bounds: Bounds) -> None:
        self._container = container
        self._bounds = bounds

    @classmethod
    def start(cls, container: Container, bounds: Bounds, *, solution: Tree | None) -> tuple[PlainTools, dict[str, Any]]:
        """Fill the workspace.

        Raises:
            NoAnswer: it cannot be filled: the image has no shell either.
            EngineGone: the engine does not answer.
        """
        made = cls(container, bounds)
        copy = ["sh", "-c", 'cp -a "$1/." "$2" && find "$2" -type f | wc -l', "sh", COPY_OF_WORKSPACE, WORKSPACE]
        code, output = made._execute(copy, timeout=PREPARE_SECONDS)
        words = output.result()["output"].split()
        if code or not words or not words[-1].isdigit():
            raise NoAnswer(f"the workspace cannot be filled: {' '.join(words)[-300:]}", status=code)
        for path, entry in (solution or {}).items():
            if entry.mode != LINK:
                made._write(f"{SOLUTION}/{path}", entry.data)
        return made, {"files": int(words[-1]), "python": None, "uid": 1000, "capabilities": 0}

    def call(
        self, tool: Tool, arguments: Mapping[str, Any], *, environment: Mapping[str, str], timeout: float
    ) -> tuple[dict[str, Any], Changes | None]:
        """Run one checked call.

        Raises:
            NoAnswer: no program could be started.
            SandboxError: the container or the engine failed.
        """
        try:
            answer = self._run(tool, arguments, environment, timeout)
        except Refused as no:
            answer = _answer(str(no).encode("utf-8", "replace"), status="refused")
        except UnicodeEncodeError as exc:
            words = f"the text holds a lone surrogate at character {exc.start}"
            answer = _answer(words.encode(), status="refused")
        return answer, None if tool.effect == "read" else self._changes()

    def seal(self) -> tuple[dict[str, Any], Changes | None]:
        """End every process of the agent, and freeze what may be left.

        Raises:
            SandboxError: the engine does not answer.
        """
        try:
            self._execute(["sh", "-c", "kill -9 -1"], timeout=FILE_SECONDS)
        finally:
            self._container.freeze()
        return {"killed": None}, None

    def is_over(self) -> bool:
        """Never: there is nothing that could end."""
        return False

    def close(self) -> None:
        """Nothing to let go."""

    def _run(
        self, tool: Tool, arguments: Mapping[str, Any], environment: Mapping[str, str], timeout: float
    ) -> dict[str, Any]:
        if tool.name == "bash":
            return self._bash(arguments["command"], environment, timeout)
        if tool.name == "read_file":
            return _answer(_lines_of(self._read(_checked(arguments["path"])), arguments))
        if tool.name == "write_file":
            data = arguments["content"].encode("utf-8")
            self._write(_checked(arguments["path"]), data)
            return _answer(f"wrote {len(data)} bytes to {arguments['path']}".encode())
        if tool.name == "edit_file":
            return self._edit(_checked(arguments["path"]), arguments["old"].encode(), arguments["new"].encode())
        if tool.name == "list_dir":
            said = self._shell(LIST, _checked(arguments["path"]))
            return _answer(b"\n".join(sorted(said.splitlines())) or b"(empty)")
        if tool.name == "search":
            pattern, path = _checked(arguments["pattern"]), _checked(arguments.get("path", "."))
            return _answer(self._shell(SEARCH, pattern, path).removesuffix(b"\n") or b"no match")
        if tool.name == "submit":
            return _answer(b"submitted")
        raise Refused(f"{tool.name} needs Python, which this image does not have")

    def _bash(self, command: str, environment: Mapping[str, str], timeout: float) -> dict[str, Any]:
        if "\0" in command:
            raise Refused("a command line cannot hold a NUL character")
        # Where there is no bash its standard input is not to be the terminal's either.
        argv = ["sh", "-c", 'command -v bash > /dev/null && exec bash -c "$1"; exec sh -c "$1"', "sh", command]
        code, tape = self._execute(argv, timeout=timeout, environment=environment)
        if code is None:
            self._execute(["sh", "-c", "kill -9 -1"], timeout=FILE_SECONDS)
        status = "timeout" if code is None else "ok"
        return {**tape.result(), "status": status, "exit_code": code}

    def _edit(self, path: str, old: bytes, new: bytes) -> dict[str, Any]:
        data = self._read(path)
        found = data.count(old)
        if found != 1:
            times = "does not occur in" if not found else f"occurs {found} times in"
            raise Refused(f"`old` {times} {path}; nothing was changed")
        start = data.index(old)
        self._write(path, data[:start] + new + data[start + len(old) :])
        return _answer(f"replaced 1 passage at line {data.count(bytes([10]), 0, start) + 1} of {path}".encode())

    def _read(self, path: str) -> bytes:
        return self._shell(READ, path)

    def _write(self, path: str, data: bytes) -> None:
        self._shell(WRITE, path, dirname(path) or ".", stdin=data)

    def _shell(self, script: str, *arguments: str, stdin: bytes | None = None) -> bytes:
        """What a script says.

        Raises:
            Refused: it ends with another code than 0, or says more than a file may hold.
        """
        code, tape = self._execute(
            ["sh", "-c", script, "sh", *arguments], timeout=FILE_SECONDS, stdin=stdin, limit=2 * LARGEST_FILE
        )
        said = bytes(tape.head + tape.tail)
        if code != 0:
            words = " ".join(said.decode("utf-8", "replace").split())[-300:]
            raise Refused(words or f"it ended with {code}")
        if tape.size > LARGEST_FILE:
            raise Refused(f"larger than {LARGEST_FILE >> 20} MiB")
        return said

    def _execute(
        self,
        argv: list[str],
        *,
        timeout: float,
        environment: Mapping[str, str] = ENVIRONMENT,
        stdin: bytes | None = None,
        limit: int = OUTPUT_LIMIT,
    ) -> tuple[int | None, Tape]:
        """Run a program as the agent's user; its exit code (None: out of time) and output."""
        api = self._container.client.api
        merged = ["sh", "-c", 'exec "$@" 2>&1', "sh", *argv]
        with talking("run a program in a container"):
            try:
                exec_id = api.exec_create(
                    self._container.id,
                    merged,
                    stdin=stdin is not None,
                    user=AGENT,
                    workdir=WORKSPACE,
                    environment=dict(environment),
                )["Id"]
                stream = api.exec_start(exec_id, socket=True)
            except APIError as exc:
                raise NoAnswer(f"no program can be started in a container: {exc.explanation}") from exc
        sock: Any = getattr(stream, "_sock", stream)
        tape = Tape(limit)
        try:
            if stdin is not None:
                sock.settimeout(timeout)
                sock.sendall(stdin)
                sock.shutdown(socket.SHUT_WR)
            finished = _listen(sock, tape, exec_id, api, time.monotonic() + timeout)
        except OSError as exc:
            raise NoAnswer(f"a program in a container does not listen: {exc}") from exc
        finally:
            hang_up(stream, sock)
        if not finished:
            return None, tape
        with talking("look at a program in a container"):
            return _exit_code(api, exec_id), tape

    def _changes(self) -> Changes:
        try:
            return Changes(
                changed=read_folder(self._container.client, self._container.id, WORKSPACE, self._bounds).tree,
                whole=True,
            )
        except AgentError as exc:
            return Changes(over=str(exc))


def _listen(sock: Any, tape: Tape, exec_id: str, api: Any, deadline: float) -> bool:
    """Take the output until the program has ended (True), even if a child of it holds the pipe; or the time is over."""
    parts = Demultiplexer(sock)
    while (now := time.monotonic()) < deadline:
        try:
            more = parts.read(min(deadline, now + 0.25))
        except TooLate:
            if not api.exec_inspect(exec_id)["Running"]:
                return True
            continue
        tape.feed(bytes(parts.output))
        parts.output.clear()
        if not more:
            return True
    return False


def _exit_code(api: Any, exec_id: str) -> int:
    """The exit code of a program whose output has ended; the engine may take a moment to know it."""
    for _ in range(50):
        facts = api.exec_inspect(exec_id)
        if not facts["Running"] and facts["ExitCode"] is not None:
            return int(facts["ExitCode"])
        time.sleep(0.02)
    raise SandboxError("the engine does not say how a program in a container ended")


def _checked(text: str) -> str:
    if not text or "\0" in text:
        raise Refused(f"not a path: {text!r}")
    text.encode("utf-8")
    return text


def _lines_of(data: bytes, arguments: Mapping[str, Any]) -> bytes:
    if "offset" not in arguments and "limit" not in arguments:
        return data
    first = arguments.get("offset", 1) - 1
    lines = data.splitlines(keepends=True)[first:]
    return b"".join(lines[: arguments.get("limit", len(lines))])


def _answer(data: bytes, *, status: str = "ok") -> dict[str, Any]:
    tape = Tape(OUTPUT_LIMIT)
    tape.feed(data)
    return {**tape.result(), "status": status, "exit_code": None}
