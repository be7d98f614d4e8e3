"""Requests and answers, and what of their headers goes on. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

Headers = tuple[tuple[str, str], ...]

# What is said from one connection to the next, and not to the end.
_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "expect", "content-length"}
)
OURS = "roadtest-"
# What the log may say of an answer, in `notes`: there was none that could be carried; it is that of the same request
# before; the log was full when it came, so that the client did not get it.
BAD_ANSWER, REPLAYED, FULL = "bad answer", "replayed", "full"
_CREDENTIALS = frozenset({"authorization", "cookie", "set-cookie", "x-api-key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, read whole. Names of headers are in lower case."""

    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the first question mark."""
        return self.target.partition("?")[2]

    @property
    def who(self) -> str:
        """A digest of the credentials that it came with."""
        given = repr([header for header in self.headers if header[0] in _CREDENTIALS])
        return hashlib.sha256(given.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, read whole."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, empty where it is not there."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def is_json(self) -> bool:
        """Whether it says that its body is JSON as it stands."""
        kind = self.header("content-type").partition(";")[0].strip().lower()
        return (kind == "application/json" or kind.endswith("+json")) and not self.header("content-encoding")

    def with_body(self, body: bytes) -> Answer:
        """The same with another body."""
        return replace(self, body=body)


def end_to_end(headers: Iterable[tuple[str, str]]) -> Headers:
    """The headers that are meant for the other end; none of those that only we may send."""
    pairs = [(name.lower(), value) for name, value in headers]
    named = {one.strip().lower() for name, value in pairs if name == "connection" for one in value.split(",")}
    # Gateways between the two ends may write a dash as an underscore and the other way round.
    kept = [(name, value) for name, value in pairs if not name.replace("_", "-").startswith(OURS)]
    return tuple((name, value) for name, value in kept if name not in _HOP and name not in named)


def written(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers byte for byte as they came: values may have bytes that are no ASCII."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def for_log(headers: Headers) -> Mapping[str, str]:
    """Headers as they may be written down: credentials as digests."""
    return {name: _digest(value) if name in _CREDENTIALS else value for name, value in headers}


def _digest(value: str) -> str:
    return f"sha256:{hashlib.sha256(value.encode()).hexdigest()[:16]}"
