"""Connections carried to a Unix socket and back, slow or cut where a fault says so."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass

from sandbox.services.common.lines import Lines, LogFailed
from sandbox.services.relay.faults import CUT, DELAY, REFUSE, Fault, Faults, Settings

# So many wait at any service's socket before the kernel refuses one, and that would look as if it were gone.
MOST_CONNECTIONS = 100
# Seconds that a client may take to read the end.
PARTING = 5.0
_PIECE = 64 * 1024


@dataclass(slots=True)
class _Count:
    """Bytes of the client's and of the service's that passed; whether the fault was done, whether an answer is due."""

    received: int = 0
    sent: int = 0
    done: bool = False
    turn: bool = True


class Relay:
    """The relay of one service.

    Args:
        upstream: the Unix socket of the service.

    Raises:
        LogFailed: the log cannot be opened.
    """

    def __init__(self, settings: Settings, upstream: str) -> None:
        self._service = settings.service
        self._upstream = upstream
        self._log = Lines(settings.log, settings.most_log)
        self._faults = Faults(settings)
        self._open = 0
        self._server: asyncio.Server | None = None
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def listen(self, host: str, port: int) -> int:
        """Listen; the port.

        Raises:
            OSError: the address is taken.
        """
        self._server = await asyncio.start_server(self._meet, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= MOST_CONNECTIONS and not self._log.full:
                await self._relay(reader, writer)
        except LogFailed as exc:
            if not self.failed.done():
                self.failed.set_exception(exc)
        except asyncio.CancelledError:
            # The relay ends: nobody is left to be told.
            pass
        finally:
            self._open -= 1
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._faults.next()
        number = self._log.write("connection", service=self._service)
        count, began = _Count(), time.monotonic()
        if fault is not None and fault.kind == REFUSE:
            count.done = True
        else:
            await self._carry(number, (reader, writer), fault, count)
        if not count.done or (fault is not None and fault.kind == DELAY):
            await _part(writer)
        done = fault.kind if fault is not None and count.done else None
        unfit = fault.kind if fault is not None and not count.done else None
        seconds = round(time.monotonic() - began, 3)
        told = {"received": count.received, "sent": count.sent, "seconds": seconds, "fault": done, "unfit": unfit}
        self._log.write("closed", service=self._service, cause=number, **told)

    async def _carry(self, number: int, client: _Ends, fault: Fault | None, count: _Count) -> None:
        try:
            up_reader, up_writer = await asyncio.open_unix_connection(self._upstream)
        except OSError as exc:
            self._log.write("gone", service=self._service, cause=number, why=str(exc))
            return
        try:
            await _both_ways(client, (up_reader, up_writer), fault, count)
        finally:
            up_writer.transport.abort()


_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _both_ways(client: _Ends, service: _Ends, fault: Fault | None, count: _Count) -> None:
    asking = asyncio.ensure_future(_ask(client[0], service[1], count))
    answering = asyncio.ensure_future(_answer(service[0], client[1], fault, count))
    try:
        # A client that has gone away may still be owed what it asked for, but a service that has ended owes nothing.
        await answering
    finally:
        for task in (asking, answering):
            task.cancel()
        await asyncio.gather(asking, answering, return_exceptions=True)


async def _part(writer: asyncio.StreamWriter) -> None:
    """Close so that what was written last still arrives."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(PARTING):
            writer.close()
            await writer.wait_closed()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: _Count) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_PIECE):
            count.received += len(data)
            count.turn = True
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault | None, count: _Count
) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_PIECE):
            if fault is not None and fault.kind == CUT and count.sent + len(data) > fault.after:
                data = data[: fault.after - count.sent]
                count.done = True
            if fault is not None and fault.kind == DELAY and count.turn:
                count.turn, count.done = False, True
                await asyncio.sleep(fault.seconds)
            writer.write(data)
            count.sent += len(data)
            await writer.drain()
            if fault is not None and fault.kind == CUT and count.done:
                return
        writer.write_eof()
        await writer.drain()
