"""Connections of clients: requests read whole one after the other, answers written, slow and large ones cut off."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import h11

from sandbox.services.proxy.carrying import Carrier
from sandbox.services.proxy.courier import Courier
from sandbox.services.proxy.message import Answer, Request, end_to_end, written
from sandbox.services.proxy.service_log import LogFailed, ServiceLog
from sandbox.services.proxy.settings import Service, Settings

# Seconds that a client may be silent, connections that a service has, bytes of a request's body.
IDLE = 60.0
MOST_CONNECTIONS = 256
LARGEST_BODY = 8 * 1024 * 1024
LARGEST_HEAD = 32 * 1024
_NO_BODY = frozenset({204, 304})


class TooLarge(Exception):
    """The body of a request is larger than any that is taken."""


class Proxy:
    """All services of one trial."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._servers: list[asyncio.Server] = []
        self._couriers: list[asyncio.Future[None]] = []
        self._open = 0

    async def start(self) -> Mapping[str, Any]:
        """Listen for every service; where, by service.

        Raises:
            LogFailed: the log cannot be opened.
            OSError: an address is taken.
        """
        log = ServiceLog(self._settings.log, self._settings.most_log)
        return {one.name: await self._listen(one, log) for one in self._settings.services}

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            LogFailed: what happens can no longer be written down.
        """
        await self._failed

    def stop(self) -> None:
        """Listen no more."""
        for server in self._servers:
            server.close()
        for courier in self._couriers:
            courier.cancel()

    async def _send(self, courier: Courier) -> None:
        try:
            await courier.run()
        except Exception as exc:
            # Nobody else would notice that nothing is sent any more.
            self._fail(exc)

    async def _listen(self, service: Service, log: ServiceLog) -> Mapping[str, Any]:
        carrier = Carrier(service, self._settings.seed, log)
        if service.courier:
            self._couriers.append(asyncio.ensure_future(self._send(Courier(service, self._settings.seed, log))))

        async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._meet(carrier, reader, writer)

        if service.listen.unix is not None:
            self._servers.append(await asyncio.start_unix_server(met, service.listen.unix))
            return {"unix": service.listen.unix}
        server = await asyncio.start_server(met, service.listen.host, service.listen.port)
        self._servers.append(server)
        host, port = server.sockets[0].getsockname()[:2]
        return {"host": host, "port": port}

    async def _meet(self, carrier: Carrier, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= MOST_CONNECTIONS:
                await _Client(reader, writer).serve(carrier)
        except LogFailed as exc:
            self._fail(exc)
        except (OSError, TimeoutError, asyncio.CancelledError):
            # The client went, was silent for too long, or the proxy ends: nobody is left to be told.
            pass
        finally:
            self._open -= 1
            writer.transport.abort()

    def _fail(self, exc: Exception) -> None:
        if not self._failed.done():
            self._failed.set_exception(exc)


class _Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD)

    async def serve(self, carrier: Carrier) -> None:
        while True:
            try:
                request = await self._request()
            except h11.RemoteProtocolError as exc:
                return await self._refuse(exc.error_status_hint)
            except TooLarge:
                return await self._refuse(413)
            if request is None:
                return None
            answer = await carrier.carry(request, self._hold)
            if answer is None:
                return None
            await self._tell(answer)
            if self._connection.our_state is not h11.DONE or self._connection.their_state is not h11.DONE:
                return await self._part()
            self._connection.start_next_cycle()

    async def _request(self) -> Request | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = await self._event()
            if isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > LARGEST_BODY:
                    raise TooLarge
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers]
                return Request(
                    method=head.method.decode("ascii"),
                    target=head.target.decode("latin-1"),
                    headers=end_to_end(pairs),
                    body=bytes(body),
                )
            else:
                return None

    async def _event(self) -> Any:
        while (event := self._connection.next_event()) is h11.NEED_DATA:
            if self._connection.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[]))
            async with asyncio.timeout(IDLE):
                self._connection.receive_data(await self._reader.read(64 * 1024))
        return event

    async def _tell(self, answer: Answer) -> None:
        headers = list(answer.headers)
        if answer.status not in _NO_BODY:
            headers.append(("content-length", str(len(answer.body))))
        self._send(h11.Response(status_code=answer.status, headers=written(headers)))
        if answer.body and answer.status not in _NO_BODY:
            self._send(h11.Data(data=answer.body))
        self._send(h11.EndOfMessage())
        async with asyncio.timeout(IDLE):
            await self._writer.drain()

    def _send(self, event: Any) -> None:
        data = self._connection.send(event)
        if data:
            self._writer.write(data)

    async def _refuse(self, status: int) -> None:
        if self._connection.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            await self._tell(Answer(status=status, headers=(("connection", "close"),), body=b""))
            await self._part()

    async def _part(self) -> None:
        """Close so that what was written last still arrives: with bytes unread, the kernel would take it back."""
        with contextlib.suppress(OSError, TimeoutError):
            self._writer.write_eof()
            left = 2 * LARGEST_BODY
            async with asyncio.timeout(5):
                while left > 0 and (data := await self._reader.read(64 * 1024)):
                    left -= len(data)

    async def _hold(self, seconds: float) -> None:
        # That time is over, and that the client broke off, are both errors of the system.
        with contextlib.suppress(OSError):
            async with asyncio.timeout(seconds):
                await self._reader.read(1)
