"""A program in a container, its own or started by one exec, and frames to it and from it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import docker
from docker.errors import APIError, NotFound
from requests.exceptions import RequestException

from sandbox.env import guest
from sandbox.env.engine import talking
from sandbox.env.stream import (
    END_OF_OUTPUT,
    Broken,
    Demultiplexer,
    NoAnswer,
    TooLate,
    framed,
    hang_up,
    take_frame,
    wake,
)

SEND_SECONDS = 60.0
PARTING_SECONDS = 2.0
STARTS = 3
BETWEEN_STARTS = 0.2
LOOKS = 50
BETWEEN_LOOKS = 0.02
# What a program said on standard error may come later than that it has ended.
ERRORS_SECONDS = 1.0


class Conversation:
    """One guest program, running. Not to be used by two threads at a time; any may close it.

    Once a method has raised, what comes next on the stream is not known any more:
    close it.
    """

    def __init__(self, client: docker.DockerClient, exec_id: str | None, stream: Any, container: str) -> None:
        self._client = client
        self._exec = exec_id
        self._container = container
        self._stream = stream
        self._sock: Any = getattr(stream, "_sock", stream)
        self._parts = Demultiplexer(self._sock)
        self._started = False
        self._in_use = threading.Lock()

    @classmethod
    def first(cls, client: docker.DockerClient, container: str, stream: Any, program: guest.Program) -> Conversation:
        """Send a guest program its code, over the stream of a container whose own program waits for one.

        Raises:
            NoAnswer: it does not start.
            EngineGone: the engine does not answer.
        """
        return cls(client, None, stream, container)._begun(program)

    @classmethod
    def open(
        cls,
        client: docker.DockerClient,
        container: str,
        program: guest.Program,
        *,
        environment: Mapping[str, str],
        user: str = "0:0",
    ) -> Conversation:
        """Start a guest program (as root, if nothing else is said) and send it its own code.

        Raises:
            NoAnswer: it does not start: the container is gone, or too full for another process
                (`Broken`: the engine fails at it).
            EngineGone: the engine does not answer.
        """
        argv = [*guest.PYTHON, "-c", guest.LOADER]
        options = {"stdin": True, "stdout": True, "user": user, "workdir": "/", "environment": dict(environment)}
        # A loader whose connection is lost ends at the end of its input, with nothing done.
        exec_id, stream = begin(client, container, argv, attempts=STARTS, **options)
        return cls(client, exec_id, stream, container)._begun(program)

    def _begun(self, program: guest.Program) -> Conversation:
        try:
            self.send(program.bundle())
        except BaseException:
            self.close()
            raise
        return self

    def send(self, *frames: bytes) -> None:
        """Send frames.

        Raises:
            NoAnswer: nobody listens.
            EngineGone: the engine does not answer.
        """
        try:
            with self._in_use:
                self._sock.settimeout(SEND_SECONDS)
                for frame in frames:
                    self._sock.sendall(framed(frame))
        except OSError as exc:
            raise self._explained(NoAnswer(f"a program in a container does not listen: {exc}")) from exc

    def send_json(self, value: Any) -> None:
        """Send one frame of JSON. What JSON cannot hold goes as text: numbers too large, which no tool takes.

        Raises:
            NoAnswer, EngineGone: as `send`.
        """
        self.send(json.dumps(value, default=str).encode("ascii"))

    def receive(self, deadline: float) -> bytes:
        """The next frame, of at most `guest.LARGEST_FRAME` bytes.

        Args:
            deadline: monotonic seconds.

        Raises:
            NoAnswer: no whole frame by then (`Broken`: for the channel's own fault).
            EngineGone: the engine does not answer.
        """
        try:
            while True:
                if (self._started or self._starts()) and (frame := take_frame(self._parts.output)) is not None:
                    return frame
                with self._in_use:
                    more = self._parts.read(deadline)
                if not more:
                    raise self._ended()
        except TooLate as exc:
            # Programs send a frame in one go.
            if self._parts.is_cut() or self._parts.output:
                raise self._explained(Broken("a frame from a program in a container was cut")) from exc
            raise self._explained(exc) from exc.__cause__
        except NoAnswer as exc:
            raise self._explained(exc) from exc.__cause__

    def receive_json(self, deadline: float) -> dict[str, Any]:
        """The next frame, which is to be one JSON object.

        Raises:
            NoAnswer, EngineGone: as `receive`; also for a frame that is something else.
        """
        frame = self.receive(deadline)
        try:
            value = json.loads(frame)
        except (ValueError, RecursionError) as exc:
            raise Broken("a program in a container sent a frame that is not JSON") from exc
        if not isinstance(value, dict):
            raise Broken("a program in a container answered with something else than was asked")
        return value

    def is_over(self) -> bool:
        """Whether the program has ended or spoken out of turn. Does not wait."""
        try:
            return self._has_news()
        except Broken:
            return True

    def look_alive(self) -> None:
        """Return if the program still waits for something to be said to it. Does not wait itself.

        Raises:
            NoAnswer: it has ended (`Broken`: the channel has, or somebody has spoken out of turn).
            EngineGone: the engine does not answer.
        """
        if not self._has_news():
            return
        if self._parts.ended_with is None and (self._parts.output or self._parts.is_cut()):
            raise Broken("somebody speaks in place of a program in a container")
        raise self._explained(self._ended())

    def _has_news(self) -> bool:
        with self._in_use:
            return self._parts.has_news()

    def close(self) -> None:
        """Hang up; a guest program ends when its input does. A thread that waits for it is woken."""
        wake(self._sock)
        # The number of a closed socket is given to the next connection, and whoever is about to wait for the
        # old one would wait for that.
        with self._in_use:
            hang_up(self._stream, self._sock)

    def part(self, value: Any) -> bool:
        """Hang up with a last word of JSON to a container's own program, unless a thread still waits for an answer.

        Returns:
            whether it was said.
        """
        if self._exec is not None or not self._in_use.acquire(blocking=False):
            self.close()
            return False
        try:
            self._sock.settimeout(PARTING_SECONDS)
            self._sock.sendall(framed(json.dumps(value).encode("ascii")))
        except OSError:
            return False
        finally:
            self._in_use.release()
            self.close()
        return True

    def __enter__(self) -> Conversation:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _starts(self) -> bool:
        """Whether the program has begun to speak; anything else than its first word is the engine's complaint."""
        output = self._parts.output
        if len(output) < len(guest.MAGIC):
            return False
        if not output.startswith(guest.MAGIC):
            raise self._ended()
        del output[: len(guest.MAGIC)]
        self._started = self._parts.in_frames = True
        return True

    def _ended(self) -> NoAnswer:
        """What the end of the stream means: that of the program, or that of the connection alone."""
        with talking("look at a program in a container"):
            try:
                code = self._exit_code()
            except NotFound:
                return NoAnswer("a program in a container is gone together with it")
        if code is None or (code in guest.CUT and self._started):
            return Broken("the connection to a program in a container was cut")
        if self._exec is None and self._parts.ended_with is not None:
            self._parts.await_errors(time.monotonic() + ERRORS_SECONDS)
        said = bytes(self._parts.errors) + END_OF_OUTPUT.sub(b"", self._parts.output)[:2000]
        words = " ".join(said.decode("utf-8", "replace").split())[-300:]
        return NoAnswer(f"a program in a container ended with {code} and no answer: {words}", status=code)

    def _exit_code(self) -> int | None:
        """The program's exit code; None if it still runs. The engine may take a moment to know it."""
        if self._exec is None:
            return self._first_exit_code()
        for _ in range(LOOKS):
            facts = self._client.api.exec_inspect(self._exec)
            if not facts["Running"] and facts["ExitCode"] is not None:
                return int(facts["ExitCode"])
            time.sleep(BETWEEN_LOOKS)
        return None

    def _first_exit_code(self) -> int | None:
        """The exit code of a container's own program, after which the container lives on; None if it still runs."""
        state = self._client.api.inspect_container(self._container)["State"]
        if self._parts.ended_with is None and not state["Running"]:
            return int(state.get("ExitCode") or 0)
        return self._parts.ended_with

    def _explained(self, failure: NoAnswer) -> NoAnswer:
        """The failure, unless the engine is gone: a broken connection is then nobody's doing inside.

        Raises:
            EngineGone: it is.
        """
        with talking("reach the engine"):
            self._client.ping()
        return failure


def begin(
    client: docker.DockerClient, container: str, argv: Sequence[str], *, attempts: int = 1, **options: Any
) -> tuple[str, Any]:
    """Start a program in a container; the id of the exec and its stream.

    Args:
        attempts: 1 for a program that must not be started twice.
        options: as `docker.APIClient.exec_create` takes them.

    Raises:
        NoAnswer: the container is gone, frozen, or too full for another process (`Broken`: the engine fails at it).
        EngineGone: the engine does not answer.
    """
    with talking("run a program in a container"):
        for left in reversed(range(attempts)):
            try:
                exec_id = str(client.api.exec_create(container, list(argv), **options)["Id"])
                return exec_id, client.api.exec_start(exec_id, socket=True)
            except APIError as exc:
                words = f"no program can be started in a container: {exc.explanation}"
                # An engine that is well refuses with 4xx.
                if not exc.is_server_error():
                    raise NoAnswer(words) from exc
                if not left:
                    raise Broken(words) from exc
            except RequestException:
                if not left:
                    raise
            time.sleep(BETWEEN_STARTS)
    raise AssertionError("the last attempt returns or raises")
