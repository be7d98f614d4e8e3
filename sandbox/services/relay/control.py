"""Health and state of a service that speaks no HTTP itself, over HTTP on a Unix socket of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

# The export of a state, as JSON. Raises: StateFailed.
Export = Callable[[], Awaitable[bytes]]

_LONGEST_HEAD = 8 * 1024
_SECONDS = 10.0
_READY = b'{"ready": true}'
# Bytes of a state.
MOST_STATE = 32 * 1024 * 1024


class StateFailed(Exception):
    """The state cannot be told now."""


class StateTooLarge(StateFailed):
    """There is more of it than is ever told: somebody filled the service."""


async def serve_control(path: str, export: Export) -> asyncio.Server:
    """Answer `/_roadtest/health` and `/_roadtest/state`; 507 where there is too much of it.

    Args:
        path: of the socket, made here: who can connect finds a service that is ready.

    Raises:
        OSError: it cannot be made.
    """

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError, EOFError):
            async with asyncio.timeout(_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            status, body = await _answer(head, export)
            writer.write(_head(status, len(body)) + body)
            async with asyncio.timeout(_SECONDS):
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()

    return await asyncio.start_unix_server(met, path, limit=_LONGEST_HEAD)


async def _answer(head: bytes, export: Export) -> tuple[str, bytes]:
    method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
    target = rest.partition(" ")[0].partition("?")[0]
    if method != "GET":
        return "405 Method Not Allowed", b"{}"
    if target == "/_roadtest/health":
        return "200 OK", _READY
    if target != "/_roadtest/state":
        return "404 Not Found", b"{}"
    try:
        state = await export()
        if len(state) > MOST_STATE:
            raise StateTooLarge(f"the state has more than {MOST_STATE} bytes")
        return "200 OK", state
    except StateTooLarge as exc:
        return "507 Insufficient Storage", str(exc).encode("ascii", "backslashreplace")
    except StateFailed as exc:
        return "500 Internal Server Error", str(exc).encode("ascii", "backslashreplace")


def _head(status: str, length: int) -> bytes:
    lines = (f"HTTP/1.1 {status}", "content-type: application/json", f"content-length: {length}", "connection: close")
    return "\r\n".join((*lines, "", "")).encode("ascii")
