"""An MCP server that is a program beside the agent's: messages are lines on its standard input and output."""

from __future__ import annotations

import os
import select
import subprocess
from typing import Any

import privileges
from mcp_words import MOST, Gone, answer_to, is_answer, left, messages, words

CHUNK = 1 << 16
KEPT_ERRORS = 8192
ENDING_SECONDS = 0.3


class Stdio:
    """One server, running."""

    def __init__(self, setting: dict[str, Any], deadline: float) -> None:
        """Start it.

        Raises:
            Gone: it cannot be started.
        """
        uid = setting["uid"]
        env = dict(os.environ, **setting["env"]) if setting["inherit"] else setting["env"]
        try:
            self.process = subprocess.Popen(
                [setting["command"], *setting["args"]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=setting["workdir"],
                env=env,
                start_new_session=True,
                preexec_fn=None if uid is None else lambda: privileges.drop(uid),
            )
        except (OSError, subprocess.SubprocessError, ValueError) as exc:
            raise Gone("it cannot be started: %s" % exc) from exc
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.input, self.output, self.errors = (
            stream.fileno() for stream in (self.process.stdin, self.process.stdout, self.process.stderr)
        )
        for fd in (self.input, self.output, self.errors):
            os.set_blocking(fd, False)
        self.unsent = bytearray()
        self.unread = bytearray()
        self.said = bytearray()
        self.watched = [self.output, self.errors]

    def ask(self, text: str, number: int, deadline: float) -> dict[str, Any]:
        """The answer to a request.

        Raises:
            Late: there is none in time.
            Gone: it has ended, or says more in a line than is read.
        """
        self.unsent += text.encode("ascii") + b"\n"
        while True:
            for message in self.heard(deadline):
                if is_answer(message, number):
                    return message
                answer = answer_to(message)
                if answer is not None:
                    self.unsent += answer.encode("ascii") + b"\n"

    def tell(self, text: str, deadline: float) -> None:
        """Send what has no answer.

        Raises:
            Late, Gone: as `ask`.
        """
        self.unsent += text.encode("ascii") + b"\n"
        while self.unsent:
            for message in self.heard(deadline):
                answer = answer_to(message)
                if answer is not None:
                    self.unsent += answer.encode("ascii") + b"\n"

    def heard(self, deadline: float) -> list[dict[str, Any]]:
        """Send and read what can be now; the messages that are whole."""
        waiting = [self.input] if self.unsent else []
        readable, writable, _ = select.select(self.watched, waiting, [], left(deadline))
        if self.errors in readable:
            self.listen()
        if writable:
            self.send()
        if self.output not in readable:
            return []
        data = read(self.output)
        if data == b"":
            raise Gone(*self.ending())
        self.unread += data or b""
        if len(self.unread) > MOST:
            raise Gone("it said a line of more than %d MiB" % (MOST >> 20))
        if b"\n" not in (data or b""):
            return []
        *lines, self.unread = self.unread.split(b"\n")
        return [message for line in lines for message in messages(bytes(line))]

    def listen(self) -> None:
        """Take what it says on standard error, of which the end is kept."""
        data = read(self.errors)
        if data == b"":
            self.watched.remove(self.errors)
        self.said += data or b""
        del self.said[:-KEPT_ERRORS]

    def send(self) -> None:
        try:
            del self.unsent[: os.write(self.input, self.unsent[:CHUNK])]
        except BlockingIOError:
            pass
        except OSError as exc:
            raise Gone(*self.ending()) from exc

    def ending(self) -> tuple[str, int | None]:
        """How it ended, in words, and its exit code."""
        try:
            code: int | None = self.process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        while self.errors in self.watched and select.select([self.errors], [], [], 0)[0]:
            self.listen()
        how = "it closed its output" if code is None else "it ended with %d" % code
        said = words(bytes(self.said))
        return (how + (": " + said if said else "")), code

    def end(self) -> None:
        """Let it end by itself, for a moment."""
        try:
            os.close(self.input)
            self.process.wait(ENDING_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            pass


def read(fd: int) -> bytes | None:
    """What there is to read; None if nothing is, empty at the end."""
    try:
        return os.read(fd, CHUNK)
    except BlockingIOError:
        return None
    except OSError:
        return b""
