"""The HTTP client that litellm is handed: it keeps what came back, or why nothing did."""

from __future__ import annotations

from typing import Any

import httpx


class Recorder(httpx.AsyncClient):
    """An httpx client that remembers its last exchange.

    response: the last response, read to its end; None before the first, or if it failed.
    broken: why the last exchange gave no whole response, or None.
    """

    def __init__(self, *, seconds: float) -> None:
        super().__init__(timeout=seconds)
        self.response: httpx.Response | None = None
        self.broken: httpx.TransportError | None = None

    def forget(self) -> None:
        """Start afresh, so that an earlier answer is never taken for a later one."""
        self.response = None
        self.broken = None

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """As httpx's, with the response read to its end.

        Raises:
            httpx.TransportError: no whole response came.
        """
        self.forget()
        try:
            response = await super().send(request, **options)
            await response.aread()
        except (httpx.ConnectError, httpx.RemoteProtocolError) as exc:
            self.broken = exc
            # litellm's handler meets these two with a second request on a client of its own,
            # which nobody counts, waits for or records. It lets other failures through.
            raise httpx.ReadError(str(exc), request=request) from exc
        except httpx.TransportError as exc:
            self.broken = exc
            raise
        self.response = response
        return response
