"""The HTTP client that litellm is handed: it keeps what came back, or why nothing did, and bounds both.

Bounded are the size of a body after decompression, the time that it takes to arrive, and the time of an exchange as a
whole. What goes beyond is a failure of the provider, cut off while it is being read.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx

from sandbox.errors import ProviderError
from sandbox.llm.waiting import arrival_begins, arrival_ends

MOST_BYTES = 32 * 2**20
# From the first byte of a body that is no white space, which some servers send while they wait for the model.
ARRIVAL_SECONDS = 60.0
# Of a whole exchange, in times of the seconds that may pass without a byte.
WHOLE_FACTOR = 3
# Bytes of what litellm need not see whole.
MOST_SHOWN = 16 * 1024
_FOR_COSTS = ("model", "usage", "service_tier")
_EMPTY_MESSAGE = {"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "stop"}
_EMPTY = {"id": "", "object": "chat.completion", "created": 0, "model": "", "choices": [_EMPTY_MESSAGE]}
_PIECE = 2**20
# Both of them are told apart by their first bytes.
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_ENCODINGS = {"": False, "identity": False, "gzip": True, "x-gzip": True, "deflate": True}
_NOT_AS_READ = ("content-encoding", "content-length", "transfer-encoding")


class Recorder(httpx.AsyncClient):
    """An httpx client that remembers its last exchange.

    response: the last response, read to its end; None before the first, or if it failed.
    broken: why the last exchange gave no whole response, or None.
    fault: the same in words of ours, where it was this client that gave it up.
    """

    def __init__(
        self, *, seconds: float, most_bytes: int = MOST_BYTES, arrival_seconds: float = ARRIVAL_SECONDS
    ) -> None:
        # Other encodings make so much of a few bytes that no bound holds.
        super().__init__(timeout=seconds, headers={"accept-encoding": "gzip, deflate"})
        self._whole_seconds = WHOLE_FACTOR * seconds
        self._most_bytes = most_bytes
        self._arrival_seconds = arrival_seconds
        self.response: httpx.Response | None = None
        self.broken: httpx.TransportError | None = None
        self.fault: ProviderError | None = None

    def forget(self) -> None:
        """Start afresh, so that an earlier answer is never taken for a later one."""
        self.response = None
        self.broken = None
        self.fault = None

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """As httpx's, with the response read to its end. What is read raw is not handed on whole.

        Raises:
            httpx.TransportError: no whole response came.
        """
        self.forget()
        try:
            response = await self._exchange(request, options)
        except ProviderError as fault:
            self.fault = fault
            self.broken = httpx.ReadError(str(fault), request=request)
            raise self.broken from None
        except (httpx.ConnectError, httpx.RemoteProtocolError) as exc:
            self.broken = exc
            # litellm's handler meets these two with a second request on a client of its own,
            # which nobody counts, waits for or records. It lets other failures through.
            raise httpx.ReadError(str(exc), request=request) from exc
        except httpx.TransportError as exc:
            self.broken = exc
            raise
        self.response = response
        return _rebuilt(response, _shown(response))

    async def _exchange(self, request: httpx.Request, options: dict[str, Any]) -> httpx.Response:
        with anyio.move_on_after(self._whole_seconds) as scope:
            response = await super().send(request, **{**options, "stream": True})
            try:
                content = await self._read(response, scope)
            finally:
                arrival_ends()
                await response.aclose()
            return _rebuilt(response, content)
        raise ProviderError("the provider's answer took too long to arrive", kind="timeout")

    async def _read(self, response: httpx.Response, scope: anyio.CancelScope) -> bytes:
        unpack = _unpacker(response.headers.get("content-encoding", ""))
        content, has_begun = bytearray(), False
        async for chunk in response.aiter_raw():
            if not has_begun and chunk.strip():
                has_begun = True
                scope.deadline = min(scope.deadline, anyio.current_time() + self._arrival_seconds)
                arrival_begins(self._arrival_seconds)
            for piece in unpack(chunk):
                content += piece
                if len(content) > self._most_bytes:
                    size = f"{self._most_bytes / 2**20:g} MiB"
                    raise ProviderError(f"the provider's answer is larger than {size}", kind="server")
        return bytes(content)


def _unpacker(encoding: str) -> Callable[[bytes], Iterator[bytes]]:
    """What makes pieces of bounded size of each chunk of a body.

    Raises:
        ProviderError: it is encoded in a way that nobody asked for.
    """
    packed = _ENCODINGS.get(encoding.strip().lower())
    if packed is None:
        raise ProviderError(f"the provider's answer is encoded as {encoding[:80]}, unasked for", kind="server")
    if not packed:
        return lambda chunk: iter([chunk])
    inflate = zlib.decompressobj(_GZIP_OR_ZLIB)

    def unpack(chunk: bytes) -> Iterator[bytes]:
        try:
            while chunk and not inflate.eof:
                yield inflate.decompress(chunk, _PIECE)
                chunk = inflate.unconsumed_tail
        except zlib.error as exc:
            raise ProviderError(f"the provider's answer cannot be decompressed: {exc}", kind="server") from None

    return unpack


def is_chat(response: httpx.Response) -> bool:
    """Whether a response is to a question for a chat completion, whatever it holds."""
    return response.request.url.path.endswith("/chat/completions")


def _shown(response: httpx.Response) -> bytes:
    """What litellm gets to see: what it is asked for, for it takes a minute over some bodies of a few megabytes.

    Of an error that is the beginning; of a chat completion what it reckons costs by, for the rest is read raw.
    """
    content = response.content
    if not response.is_success:
        return content[:MOST_SHOWN]
    if not is_chat(response):
        return content
    try:
        document = json.loads(content)
        kept = {name: document[name] for name in _FOR_COSTS if name in document}
        shown = json.dumps({**_EMPTY, **kept}).encode("ascii")
    except (ValueError, TypeError, RecursionError):
        return content[:MOST_SHOWN]
    return shown if len(shown) <= MOST_SHOWN else json.dumps(_EMPTY).encode("ascii")


def _rebuilt(response: httpx.Response, content: bytes) -> httpx.Response:
    """A response with its content as it was read, or as much of it as is to be shown."""
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _NOT_AS_READ]
    whole = httpx.Response(
        response.status_code, headers=headers, content=content, request=response.request, extensions=response.extensions
    )
    whole.elapsed = response.elapsed
    return whole
