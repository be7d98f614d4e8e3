"""What becomes of which request, by seed. Pure: the clock is the caller's.

What the n-th request of a method and path meets hangs on the seed, the service, these and n alone. The same
request again after a fault is spared, so that doing it right leads somewhere.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sandbox.services.proxy.settings import (
    DUPLICATED,
    KINDS,
    LOST,
    NO_OP,
    RATE_LIMIT,
    SERVER_ERROR,
    STALE,
    Service,
)

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# A 429 within the wait that an earlier one asked for.
HELD = "held"
SHORTEST_BURST, LONGEST_BURST = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is to be done to a request.

    status: of an answer that the service does not give. retry_after: in seconds. draw: for whatever is left to chance.
    """

    kind: str
    draw: random.Random
    status: int | None = None
    retry_after: int | None = None


class Faults:
    """The faults of one service in one trial."""

    def __init__(self, seed: str, service: Service) -> None:
        self._seed = seed
        self._service = service
        self._asked: Counter[tuple[str, str]] = Counter()
        self._meant = [0] * len(service.script)
        self._spared: set[str] = set()
        self._held_until = -math.inf
        self._burst: list[int] = []

    def next(self, method: str, path: str, query: str, body: bytes, now: float) -> Fault | None:
        """What becomes of a request that has just come.

        Args:
            now: seconds on a clock that never goes back.
        """
        if now < self._held_until:
            wait = math.ceil(self._held_until - now)
            return Fault(kind=HELD, draw=random.Random(0), status=429, retry_after=wait)
        self._asked[method, path] += 1
        draw = self._draw(method, path, self._asked[method, path])
        value = draw.random()
        scripted = self._scripted(method, path)
        request = hashlib.sha256(json.dumps([method, path, query]).encode() + body).hexdigest()
        if self._burst:
            self._spared.add(request)
            return Fault(kind=SERVER_ERROR, draw=draw, status=self._burst.pop())
        kind = scripted
        if kind is None and request not in self._spared:
            kind = self._drawn(value, method, query)
        self._spared.discard(request)
        if kind is None:
            return None
        self._spared.add(request)
        return self._begin(kind, draw, now)

    def _draw(self, method: str, path: str, number: int) -> random.Random:
        words = json.dumps([self._seed, self._service.name, method, path, number])
        return random.Random(hashlib.sha256(words.encode()).digest())

    def _scripted(self, method: str, path: str) -> str | None:
        found = None
        for index, one in enumerate(self._service.script):
            if one.method in ("*", method) and fnmatchcase(path, one.path):
                self._meant[index] += 1
                if found is None and one.nth <= self._meant[index] < one.nth + one.times:
                    found = one.fault
        return found

    def _drawn(self, value: float, method: str, query: str) -> str | None:
        for kind in KINDS:
            rate = self._service.rates.get(kind, 0.0)
            if value < rate:
                return kind if fits(kind, method, query, self._service) else None
            value -= rate
        return None

    def _begin(self, kind: str, draw: random.Random, now: float) -> Fault:
        if kind == RATE_LIMIT:
            self._held_until = now + self._service.retry_after
            return Fault(kind=kind, draw=draw, status=429, retry_after=self._service.retry_after)
        if kind == SERVER_ERROR:
            length = draw.randint(SHORTEST_BURST, LONGEST_BURST)
            self._burst = [draw.choice((500, 502, 503)) for _ in range(length - 1)]
            return Fault(kind=kind, draw=draw, status=draw.choice((500, 502, 503)))
        return Fault(kind=kind, draw=draw)


def fits(kind: str, method: str, query: str, service: Service) -> bool:
    """Whether a fault can be done to such a request at all."""
    if kind == LOST:
        return method in WRITES
    if kind == NO_OP:
        return method in WRITES and service.dry_run
    if kind == STALE:
        return method == "GET"
    return kind != DUPLICATED or (method == "GET" and bool(query))
