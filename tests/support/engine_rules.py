"""Faults of an engine, and which requests meet them."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field
from enum import Enum

ANY = r"."
LOOK = r"GET .*/(version|info|_ping|images/.+/json|containers/[^/]+/json|exec/[^/]+/json)$"
CREATE = r"POST .*/containers/create$"
START = r"POST .*/containers/[^/]+/start$"
REMOVE = r"DELETE .*/containers/"
KILL = r"POST .*/containers/[^/]+/(kill|pause|unpause)$"
EXEC_CREATE = r"POST .*/containers/[^/]+/exec$"
EXEC_START = r"POST .*/exec/[^/]+/start$"
ATTACH = r"POST .*/containers/[^/]+/attach$"
STREAM = rf"{EXEC_START}|{ATTACH}"
ARCHIVE = r"GET .*/archive$"
WAIT = r"POST .*/containers/[^/]+/wait$"
BUILD = r"POST .*/build$"
LIST = r"GET .*/(containers/json|volumes)$"


class Fault(Enum):
    """What becomes of a request.

    REFUSED: answered with 500. UNHEARD: the connection is reset before the request has reached the engine;
    LOST: after it was carried out. HUNG: taken and never answered. CUT: reset after so many bytes of the
    answer. STALLED: nothing more after so many bytes. CORRUPT: one bit of the byte at that place is another.
    SLOW: carried out after a wait. RESTART: all connections are reset and none taken for a while.
    """

    REFUSED = "refused"
    UNHEARD = "unheard"
    LOST = "lost"
    HUNG = "hung"
    CUT = "cut"
    STALLED = "stalled"
    CORRUPT = "corrupt"
    SLOW = "slow"
    RESTART = "restart"


@dataclass(slots=True)
class Rule:
    """A fault for requests whose "METHOD /path" (without the query) matches.

    times: for so many of them at most. skip: not for the first so many. chance: for each of the rest, by `seed`.
    at: the byte of the answer's body or stream that counts. seconds: how long SLOW and RESTART take.
    """

    pattern: str
    fault: Fault
    times: float = float("inf")
    skip: int = 0
    chance: float = 1.0
    seed: int = 0
    at: int = 0
    seconds: float = 1.0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def bites(self, request: str) -> bool:
        """Whether this request is one of those; counts it."""
        if not re.search(self.pattern, request):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if not self.times or self._random.random() >= self.chance:
            return False
        self.times -= 1
        return True


class Reset(Exception):
    """The connection is to be reset."""


class Tampering:
    """What a rule does to the bytes of one answer."""

    def __init__(self, rule: Rule | None, over: threading.Event) -> None:
        self._fault = None if rule is None else rule.fault
        self._left = 0 if rule is None else rule.at
        self._over = over

    def done_to(self, part: bytes) -> bytes:
        """The part as it is passed on."""
        if self._fault not in (Fault.CUT, Fault.STALLED, Fault.CORRUPT):
            return part
        place, self._left = self._left, self._left - len(part)
        if not 0 <= place < len(part):
            return part
        if self._fault is Fault.CORRUPT:
            return part[:place] + bytes([part[place] ^ 0x10]) + part[place + 1 :]
        if self._fault is Fault.STALLED:
            self._over.wait()
        raise Reset
