"""The mail server as a process behind a relay."""

from __future__ import annotations

import asyncio
import json

from sandbox.services.relay.program import BadSeed, Keeper
from sandbox.services.smtp.mail import Mail, row
from sandbox.services.smtp.session import Session


class MailServer(Keeper):
    """A mail server on a Unix socket."""

    _server: asyncio.Server | None = None

    @property
    def socket(self) -> str:
        """Where clients are served."""
        return str(self.place / "smtp.sock")

    async def start(self) -> None:
        """Listen. There is nothing to begin with."""
        if self.seed is not None:
            raise BadSeed("a mail server takes no seed")
        self._kept: list[Mail] = []
        self._server = await asyncio.start_unix_server(self._meet, self.socket)

    async def died(self) -> str:
        """It ends only with the process."""
        await asyncio.get_running_loop().create_future()
        return "never"

    async def state(self) -> bytes:
        """The messages, numbered from 1 as they came."""
        rows = {str(number): row(mail) for number, mail in enumerate(self._kept, 1)}
        return json.dumps({"messages": rows}).encode()

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Session(reader, writer, self._kept).serve()
        except (OSError, EOFError, TimeoutError, asyncio.CancelledError):
            # The client went in the middle of a word.
            pass
        finally:
            writer.close()
