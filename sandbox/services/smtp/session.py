"""SMTP (RFC 5321) with SIZE, 8BITMIME, PIPELINING and SMTPUTF8; without TLS and authentication."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from sandbox.services.smtp.mail import Mail

NAME = "mail.roadtest.invalid"
LARGEST = 10 * 1024 * 1024
# Messages and bytes that are kept altogether, recipients that a message has.
MOST, MOST_BYTES, MOST_RECIPIENTS = 1000, 32 * 1024 * 1024, 100
# Seconds that a client may be silent, bytes that a line of a command has, wrong commands before it is sent away.
IDLE, LONGEST_LINE, MOST_ERRORS = 300.0, 2048, 20

_PATH = re.compile(r"<([^<>\s]*)>((?:\s+\S+)*)\s*", re.ASCII)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class Session:
    """One connection.

    Args:
        kept: where messages are added to.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: list[Mail]) -> None:
        self._reader, self._writer, self._kept = reader, writer, kept
        self._greeted, self._ended, self._errors = False, False, 0
        self._forget()
        self._commands: dict[str, Callable[[str], Awaitable[str]]] = {
            "HELO": self._helo,
            "EHLO": self._ehlo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "VRFY": self._vrfy,
            "QUIT": self._quit,
        }

    async def serve(self) -> None:
        """Talk until one of the two has enough.

        Raises:
            OSError, EOFError, TimeoutError: the client went or was silent for too long.
        """
        await self._say(f"220 {NAME} ESMTP")
        while not self._ended:
            line = await self._line()
            verb, _, rest = line.partition(" ")
            command = self._commands.get(verb.upper())
            answer = "500 5.5.2 Unknown command" if command is None else await command(rest.strip())
            self._errors += answer.startswith("5")
            if self._errors > MOST_ERRORS:
                answer, self._ended = "421 4.7.0 Too many errors", True
            await self._say(answer)

    async def _say(self, answer: str) -> None:
        self._writer.write(answer.encode() + b"\r\n")
        await self._writer.drain()

    async def _line(self) -> str:
        data = bytearray()
        async with asyncio.timeout(IDLE):
            while not data.endswith(b"\n"):
                piece = await self._reader.read(1) if len(data) < LONGEST_LINE else b""
                if not piece:
                    raise EOFError("the line has no end")
                data += piece
        return data.decode("utf-8", "replace").rstrip("\r\n")

    def _forget(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def _helo(self, rest: str) -> str:
        self._greeted = True
        self._forget()
        return f"250 {NAME}"

    async def _ehlo(self, rest: str) -> str:
        await self._helo(rest)
        return "\r\n".join((f"250-{NAME}", f"250-SIZE {LARGEST}", "250-8BITMIME", "250-PIPELINING", "250 SMTPUTF8"))

    async def _mail(self, rest: str) -> str:
        if not self._greeted:
            return "503 5.5.1 Say EHLO first"
        if self._sender is not None:
            return "503 5.5.1 There is a sender already"
        path = _read_path(rest, "FROM:")
        if path is None:
            return "501 5.1.7 Bad sender address"
        address, options = path
        size = re.search(r"(?:^|\s)SIZE=(\d{1,20})(?=\s|$)", options, re.IGNORECASE | re.ASCII)
        if size and int(size[1]) > LARGEST:
            return "552 5.3.4 Too large"
        self._sender = address
        return "250 2.1.0 OK"

    async def _rcpt(self, rest: str) -> str:
        if self._sender is None:
            return "503 5.5.1 Say MAIL first"
        path = _read_path(rest, "TO:")
        if path is None or not path[0]:
            return "501 5.1.3 Bad recipient address"
        if len(self._recipients) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        self._recipients.append(path[0])
        return "250 2.1.5 OK"

    async def _data(self, rest: str) -> str:
        if self._sender is None or not self._recipients:
            return "503 5.5.1 Say MAIL and RCPT first"
        await self._say("354 End with a line that is a dot")
        data = await self._message()
        sender, recipients = self._sender, tuple(self._recipients)
        self._forget()
        if data is None:
            return "552 5.3.4 Too large"
        if len(self._kept) >= MOST or len(data) + sum(len(mail.data) for mail in self._kept) > MOST_BYTES:
            return "452 4.3.1 The disk is full"
        self._kept.append(Mail(sender=sender, recipients=recipients, data=data))
        return "250 2.0.0 Kept"

    async def _message(self) -> bytes | None:
        """The message without the dots that were put before dots; None if it is too large."""
        data, at_start = bytearray(), True
        while True:
            async with asyncio.timeout(IDLE):
                try:
                    line = await self._reader.readuntil(b"\n")
                except asyncio.LimitOverrunError as exc:
                    line = await self._reader.readexactly(exc.consumed)
            if at_start and line in (b".\r\n", b".\n"):
                return bytes(data) if len(data) <= LARGEST else None
            if len(data) <= LARGEST:
                data += line[1:] if at_start and line.startswith(b".") else line
            at_start = line.endswith(b"\n")

    async def _rset(self, rest: str) -> str:
        self._forget()
        return "250 2.0.0 OK"

    async def _noop(self, rest: str) -> str:
        return "250 2.0.0 OK"

    async def _vrfy(self, rest: str) -> str:
        return "252 2.5.0 Try it"

    async def _quit(self, rest: str) -> str:
        self._ended = True
        return "221 2.0.0 Bye"


def _read_path(rest: str, begin: str) -> tuple[str, str] | None:
    """The address (empty: nobody) and what follows it."""
    if not rest.upper().startswith(begin):
        return None
    found = _PATH.fullmatch(rest[len(begin) :].strip())
    if found is None or (found[1] and not _ADDRESS.fullmatch(found[1])):
        return None
    return found[1], found[2]
