"""Asking a service: one request on a connection of its own, written anew, its answer read whole."""

from __future__ import annotations

import asyncio

import h11

from sandbox.services.proxy.message import Answer, Headers, Request, end_to_end, written
from sandbox.services.proxy.settings import Address

# Seconds that a service has, and the bytes that its answer may have.
PATIENCE = 60.0
LARGEST = 16 * 1024 * 1024


class ServiceGone(Exception):
    """The service could not be asked, or gave no answer that is one."""


class BadAnswer(ServiceGone):
    """It was there, but answered too late, too much, nothing, or no HTTP: a client may have asked for just that.

    Whether it is there still is seen before the end of a trial.
    """


class Unsendable(ValueError):
    """The request itself cannot be written as HTTP: whoever made it is at fault, not the service."""


async def forward(address: Address, request: Request, extra: Headers = (), patience: float = PATIENCE) -> Answer:
    """Ask a service.

    Args:
        extra: headers of ours.
        patience: seconds that it has.

    Raises:
        ServiceGone: no connection; BadAnswer: no answer, or none in time, or one that is too large or no HTTP.
        Unsendable: the request cannot be written as HTTP.
    """
    try:
        async with asyncio.timeout(patience):
            return await _asked(address, request, extra)
    except h11.LocalProtocolError as exc:
        raise Unsendable(str(exc)) from exc
    except TimeoutError as exc:
        raise BadAnswer(f"no answer in {patience:g} s") from exc
    except h11.RemoteProtocolError as exc:
        raise BadAnswer(f"{type(exc).__name__}: {exc}") from exc
    except OSError as exc:
        raise ServiceGone(f"{type(exc).__name__}: {exc}") from exc


async def _asked(address: Address, request: Request, extra: Headers) -> Answer:
    if address.unix is not None:
        reader, writer = await asyncio.open_unix_connection(address.unix)
    else:
        reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        connection = h11.Connection(h11.CLIENT)
        writer.write(_bytes_of(connection, request, extra))
        return await _answer(connection, reader)
    finally:
        # Nothing is left to be said on it; waiting for its end would only take time.
        writer.transport.abort()


def _bytes_of(connection: h11.Connection, request: Request, extra: Headers) -> bytes:
    headers = [*request.headers, *extra, ("connection", "close"), ("content-length", str(len(request.body)))]
    if not any(name == "host" for name, _ in headers):
        headers.insert(0, ("host", "service"))
    head = h11.Request(method=request.method, target=request.target, headers=written(headers))
    parts = (connection.send(part) for part in (head, h11.Data(data=request.body), h11.EndOfMessage()))
    return b"".join(part or b"" for part in parts)


async def _answer(connection: h11.Connection, reader: asyncio.StreamReader) -> Answer:
    head: h11.Response | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(256 * 1024))
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > LARGEST:
                raise BadAnswer(f"an answer of more than {LARGEST} bytes")
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers]
            return Answer(status=head.status_code, headers=end_to_end(pairs), body=bytes(body))
        elif isinstance(event, h11.ConnectionClosed):
            raise BadAnswer("closed the connection without an answer")
