"""What becomes of which connection, by seed. Pure.

What the n-th connection meets hangs on the seed, the service and n alone. The one after a fault that was drawn is
spared, so that connecting again leads somewhere.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.services.common.reading import BadSettings, natural, rates, text

REFUSE, CUT, DELAY = "refuse", "cut", "delay"
# In the order in which a draw goes through them.
KINDS = (REFUSE, CUT, DELAY)
# Bytes of the service's after which a connection is cut, as powers of two: some protocols say little. Seconds that each
# of its answers waits.
FEWEST_BYTES, MOST_BYTES = 3, 11
SHORTEST, LONGEST = 0.05, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """A fault of single connections: of the `nth` (from 1) and `times - 1` after it."""

    fault: str
    nth: int = 1
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a relay is told. rates: share of connections by fault. log: a file; most_log: bytes after which it is full
    and nobody is let in any more."""

    service: str
    log: str
    seed: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)
    script: tuple[Scripted, ...] = ()
    most_log: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is to be done to a connection. after: bytes of the service's that still pass. seconds: each answer waits."""

    kind: str
    after: int = 0
    seconds: float = 0.0


class Faults:
    """The faults of one service in one trial."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._number = 0
        self._spared = False

    def next(self) -> Fault | None:
        """What becomes of the connection that has just come."""
        self._number += 1
        words = json.dumps([self._settings.seed, self._settings.service, self._number])
        draw = random.Random(hashlib.sha256(words.encode()).digest())
        value = draw.random()
        kind = self._scripted()
        if kind is None:
            kind = None if self._spared else self._drawn(value)
            self._spared = kind is not None
        if kind is None:
            return None
        after, seconds = int(2 ** draw.uniform(FEWEST_BYTES, MOST_BYTES)), draw.uniform(SHORTEST, LONGEST)
        return Fault(kind=kind, after=after if kind == CUT else 0, seconds=seconds if kind == DELAY else 0.0)

    def _scripted(self) -> str | None:
        for one in self._settings.script:
            if one.nth <= self._number < one.nth + one.times:
                return one.fault
        return None

    def _drawn(self, value: float) -> str | None:
        for kind in KINDS:
            rate = self._settings.rates.get(kind, 0.0)
            if value < rate:
                return kind
            value -= rate
        return None


def read_settings(document: Any, service: str, log: str) -> Settings:
    """Settings from the document of a JSON file.

    Args:
        service, log: where the document says nothing of them.

    Raises:
        BadSettings: naming the field.
    """
    if not isinstance(document, dict):
        raise BadSettings("must be an object")
    known = ("service", "log", "seed", "rates", "script", "most_log")
    if unknown := sorted(document.keys() - set(known)):
        raise BadSettings(f"unknown key {unknown[0]} (known: {', '.join(known)})")
    return Settings(
        service=text(document.get("service", service), "service"),
        log=text(document.get("log", log), "log"),
        seed=str(document.get("seed", "")),
        rates=rates(document.get("rates", {}), "rates", KINDS),
        script=_script(document.get("script", [])),
        most_log=natural(document.get("most_log", Settings.__dataclass_fields__["most_log"].default), "most_log"),
    )


def _script(value: Any) -> tuple[Scripted, ...]:
    if not isinstance(value, list):
        raise BadSettings("script: must be a list")
    return tuple(_scripted(one, f"script[{index}]") for index, one in enumerate(value))


def _scripted(table: Any, where: str) -> Scripted:
    if not isinstance(table, dict) or not table.keys() <= {"fault", "nth", "times"}:
        raise BadSettings(f"{where}: must be an object of fault, nth and times")
    if table.get("fault") not in KINDS:
        raise BadSettings(f"{where}.fault: must be one of {', '.join(KINDS)}")
    return Scripted(
        fault=table["fault"],
        nth=natural(table.get("nth", 1), f"{where}.nth"),
        times=natural(table.get("times", 1), f"{where}.times"),
    )
