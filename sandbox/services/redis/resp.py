"""Commands to Redis and its answers (RESP 2)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

_SECONDS = 20.0


class Refused(Exception):
    """Redis answered with an error."""


class Connection:
    """A connection to a Unix socket, used by one task at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        # Bytes of all answers.
        self.received = 0

    @classmethod
    async def open(cls, path: str, user: str, password: str) -> Connection:
        """Connect and log in.

        Raises:
            OSError: nobody listens. Refused: it may not log in, or Redis is still loading.
        """
        connection = cls(*await asyncio.open_unix_connection(path))
        try:
            await connection.ask("AUTH", user, password)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def ask(self, *words: str | bytes) -> Any:
        """The answer to a command: bytes, int, None, or a list of these.

        Raises:
            Refused: it is an error. OSError, EOFError, TimeoutError: there is none.
        """
        (answer,) = await self.ask_all([words])
        return answer

    async def ask_all(self, commands: Sequence[Sequence[str | bytes]]) -> list[Any]:
        """The answers to commands that are sent at once.

        Raises:
            As `ask`.
        """
        self._writer.write(b"".join(_written(command) for command in commands))
        async with asyncio.timeout(_SECONDS):
            await self._writer.drain()
            return [await self._answer() for _ in commands]

    async def close(self) -> None:
        """Let it go."""
        self._writer.transport.abort()

    async def _answer(self) -> Any:
        line = (await self._reader.readuntil(b"\r\n"))[:-2]
        self.received += len(line)
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise Refused(rest.decode("utf-8", "replace"))
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else await self._bulk(int(rest))
        if kind == b"*":
            return None if rest == b"-1" else [await self._answer() for _ in range(int(rest))]
        return rest

    async def _bulk(self, length: int) -> bytes:
        self.received += length
        return (await self._reader.readexactly(length + 2))[:-2]


def _written(command: Sequence[str | bytes]) -> bytes:
    words = [word.encode() if isinstance(word, str) else word for word in command]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
