"""Tools without a tool host, for images without Python: one `docker exec` a call.

The answers are those of the tool host. What differs: each call costs what an exec
costs, the workspace is read from outside after each call that may write, `search`
takes the expressions of grep, and a timeout ends everything that the agent has
running, for nothing inside can tell whose child is whose.
"""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import dirname
from typing import Any

from sandbox.env import scripts
from sandbox.env.container import Container
from sandbox.env.container_options import ENVIRONMENT
from sandbox.env.executing import OUTPUT_LIMIT, Late, execute
from sandbox.env.images import COPY_OF_WORKSPACE
from sandbox.env.stream import NoAnswer
from sandbox.guest.tape import Tape
from sandbox.task import SOLUTION, WORKSPACE
from sandbox.tooling import Tool
from sandbox.tree import EXECUTABLE, LINK, Changes, Tree

LARGEST_FILE = 16 * 1024 * 1024
# The kernel takes no longer argument.
LONGEST_COMMAND = 128 * 1024 - 1
PREPARE_SECONDS = 120.0
AGENT = "1000:1000"


class Refused(Exception):
    """A tool says no; the message goes to the agent as it is."""


class PlainTools:
    """The standard tools, by the programs that the image has."""

    transport = "exec"

    def __init__(
        self,
        container: Container,
        environment: Mapping[str, str],
        *,
        user: str = AGENT,
        workdir: str = WORKSPACE,
        own: Mapping[str, str] = ENVIRONMENT,
    ) -> None:
        """Tools in a container that is as it has to be.

        Args:
            environment: what commands of the agent have.
            user, workdir: as whom and where all runs.
            own: the environment of the programs that file tools are made of.
        """
        self._container = container
        self._environment = environment
        self._user = user
        self._workdir = workdir
        self._own = own

    @classmethod
    def start(
        cls, container: Container, environment: Mapping[str, str], *, solution: Tree | None
    ) -> tuple[PlainTools, dict[str, Any]]:
        """Fill the workspace.

        Raises:
            NoAnswer: it cannot be filled: the image has no shell either.
            EngineGone: the engine does not answer.
        """
        made = cls(container, environment)
        try:
            words = made._shell(scripts.FILL, COPY_OF_WORKSPACE, WORKSPACE, seconds=PREPARE_SECONDS).split()
            for path, entry in (solution or {}).items():
                made._lay(f"{SOLUTION}/{path}", entry.mode, entry.data)
            return made, {"files": int(words[-1]), "python": None, "uid": 1000, "capabilities": 0}
        except (Refused, Late, ValueError, IndexError) as exc:
            raise NoAnswer(f"the workspace cannot be filled: {exc}") from exc

    def call(
        self, tool: Tool, arguments: Mapping[str, Any], *, timeout: float
    ) -> tuple[dict[str, Any], Changes | None]:
        """Run one checked call.

        Returns:
            the answer, and None: what it changed has to be read from outside.

        Raises:
            NoAnswer: no program could be started.
            SandboxError: the container or the engine failed.
        """
        try:
            return self._run(tool, arguments, timeout), None
        except Refused as no:
            return _answer(str(no).encode("utf-8", "replace"), status="refused"), None
        except Late:
            return _answer(b"the call ran out of time and was stopped", status="timeout"), None

    def seal(self) -> tuple[dict[str, Any], Changes | None]:
        """End every process of the agent, and freeze what may be left.

        Raises:
            NoAnswer: nothing could be started to end them with; they are frozen all the same.
            SandboxError: the engine does not answer.
        """
        try:
            self._kill()
        finally:
            self._container.freeze()
        return {"killed": None}, None

    def look(self) -> Changes | None:
        """None: what changed has to be read from outside."""
        return None

    def look_alive(self) -> None:
        """Return: there is nothing that could have ended."""

    def end(self) -> bool:
        """Nothing to let go, and nobody to tell."""
        return False

    def close(self) -> None:
        """Nothing to let go."""

    def _run(self, tool: Tool, arguments: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        if tool.name == "bash":
            return self._bash(arguments["command"], timeout)
        if tool.name == "read_file":
            return self._show(_checked(arguments["path"]), arguments, timeout)
        if tool.name == "write_file":
            data = _encoded(arguments["content"])
            self._write(_checked(arguments["path"]), data, timeout)
            return _answer(f"wrote {len(data)} bytes to {arguments['path']}".encode())
        if tool.name == "edit_file":
            old, new = _encoded(arguments["old"]), _encoded(arguments["new"])
            return self._edit(_checked(arguments["path"]), old, new, timeout)
        if tool.name == "list_dir":
            said = self._shell(scripts.LIST, _checked(arguments["path"]), seconds=timeout)
            return _answer(b"\n".join(sorted(said.splitlines())) or b"(empty)")
        if tool.name == "search":
            pattern, path = _checked(arguments["pattern"]), _checked(arguments.get("path", "."))
            return _answer(scripts.matches(self._shell(scripts.SEARCH, pattern, path, seconds=timeout)))
        if tool.name == "submit":
            return _answer(b"submitted")
        raise Refused(f"{tool.name} needs Python, which this image does not have")

    def _bash(self, command: str, timeout: float) -> dict[str, Any]:
        if "\0" in command:
            raise Refused("a command line cannot hold a NUL character")
        if len(command.encode("utf-8", "surrogatepass")) > LONGEST_COMMAND:
            raise Refused("Argument list too long")
        code, tape = self._execute(
            ["sh", "-c", scripts.BASH, "sh", command], seconds=timeout, environment=self._environment
        )
        if code is None:
            self._kill()
        status = "timeout" if code is None else "ok"
        return {**tape.result(), "status": status, "exit_code": code}

    def _show(self, path: str, arguments: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        first, count = str(arguments.get("offset", 1)), str(arguments.get("limit", ""))
        code, tape = self._execute(["sh", "-c", scripts.READ, "sh", path, first, count], seconds=timeout)
        _check(code, tape)
        return {**tape.result(), "status": "ok", "exit_code": None}

    def _edit(self, path: str, old: bytes, new: bytes, timeout: float) -> dict[str, Any]:
        data = self._shell(scripts.READ, path, "1", "", seconds=timeout)
        found = data.count(old)
        if found != 1:
            times = "does not occur in" if not found else f"occurs {found} times in"
            raise Refused(f"`old` {times} {path}; nothing was changed")
        start = data.index(old)
        self._write(path, data[:start] + new + data[start + len(old) :], timeout)
        return _answer(f"replaced 1 passage at line {data.count(bytes([10]), 0, start) + 1} of {path}".encode())

    def _write(self, path: str, data: bytes, timeout: float) -> None:
        self._shell(scripts.WRITE, path, dirname(path) or ".", seconds=timeout, stdin=data)

    def _lay(self, path: str, mode: str, data: bytes) -> None:
        """One file of the solution."""
        if mode == LINK:
            self._shell(scripts.LINK, path, dirname(path), data.decode(), seconds=PREPARE_SECONDS)
            return
        self._write(path, data, PREPARE_SECONDS)
        if mode == EXECUTABLE:
            self._shell('chmod 755 -- "$1"', path, seconds=PREPARE_SECONDS)

    def _kill(self) -> None:
        self._execute(["sh", "-c", "kill -9 -1"], seconds=PREPARE_SECONDS)

    def _shell(self, script: str, *arguments: str, seconds: float, stdin: bytes | None = None) -> bytes:
        """What a script says.

        Raises:
            Refused: it ends with another code than 0, or says more than a file may hold.
            Late: it does not end.
        """
        argv = ["sh", "-c", script, "sh", *arguments]
        code, tape = self._execute(argv, seconds=seconds, stdin=stdin, limit=2 * LARGEST_FILE)
        _check(code, tape)
        if tape.size > LARGEST_FILE:
            raise Refused(f"larger than {LARGEST_FILE >> 20} MiB")
        return bytes(tape.head)

    def _execute(
        self,
        argv: list[str],
        *,
        seconds: float,
        environment: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
        limit: int = OUTPUT_LIMIT,
    ) -> tuple[int | None, Tape]:
        """`execute` as the agent's user."""
        return execute(
            self._container,
            argv,
            user=self._user,
            workdir=self._workdir,
            environment=self._own if environment is None else environment,
            seconds=seconds,
            stdin=stdin,
            limit=limit,
        )


def _check(code: int | None, tape: Tape) -> None:
    """Return if a script of ours has done its work.

    Raises:
        Refused: it says why not.
        Late: it has not ended.
    """
    if code is None:
        raise Late
    if code != 0:
        words = " ".join(bytes(tape.head + tape.tail).decode("utf-8", "replace").split())[-300:]
        raise Refused(words or f"it ended with {code}")


def _checked(text: str) -> str:
    if not text or "\0" in text:
        raise Refused(f"not a path: {text!r}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as exc:
        raise Refused(f"not acceptable: {exc}") from exc
    # What begins with a dash is a name like any other, and no option.
    return f"./{text}" if text.startswith("-") else text


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as exc:
        raise Refused(f"the text holds a lone surrogate at character {exc.start}") from exc


def _answer(data: bytes, *, status: str = "ok") -> dict[str, Any]:
    tape = Tape(OUTPUT_LIMIT)
    tape.feed(data)
    return {**tape.result(), "status": status, "exit_code": None}
