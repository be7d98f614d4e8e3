"""Trees that were judged in this run, so that equal ones are judged once. As much as a long run may hold in memory."""

from __future__ import annotations

import json
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

import anyio

from sandbox.judge import Judgement
from sandbox.probe import Check

# Source tree, image, tests digest, the units whose tests were run (None: all), and how often before.
CheckKey = tuple[str, str, str, frozenset[str] | None, int]

# A judge's answer of a few hundred tests takes some 20 KB here; the oldest that nobody asked for lately goes first.
MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A check that was made. packed: the judge's whole answer, which is long and much alike. seconds: of its tests."""

    judgement: Judgement
    packed: bytes
    seconds: float

    @classmethod
    def of(cls, done: Check) -> Checked:
        """What is kept of a check."""
        text = json.dumps({"planted": done.planted, **done.answer}, indent=1)
        return cls(judgement=done.judgement, packed=cls.packed_of(text.encode("ascii")), seconds=done.seconds)

    @staticmethod
    def packed_of(answer: bytes) -> bytes:
        """A judge's answer as it is held here."""
        return zlib.compress(answer)

    def answer(self) -> bytes:
        """What the judge said, as it goes into a log."""
        return zlib.decompress(self.packed)


class Before(Protocol):
    """What was judged before this run."""

    def foresees(self, image: str, exam: str) -> bool:
        """Whether trees of an image were judged by an exam, which its digest names."""
        ...

    def recall(self, key: CheckKey) -> Checked | None:
        """What was found of a tree, if it is known."""
        ...


class Checks:
    """What was judged, by key; with a lock for each key that is being judged.

    before: where else an answer may be found, if anywhere.
    """

    def __init__(self, most: int = MOST, before: Before | None = None) -> None:
        self._most = most
        self._before = before
        self._found: OrderedDict[CheckKey, Checked] = OrderedDict()
        self._locks: dict[CheckKey, anyio.Lock] = {}

    def __len__(self) -> int:
        return len(self._found)

    def lock(self, key: CheckKey) -> anyio.Lock:
        """Held by whoever judges, so that trials which come to equal trees at once judge one."""
        return self._locks.setdefault(key, anyio.Lock())

    def get(self, key: CheckKey) -> Checked | None:
        """What was found, if it is still known."""
        if (found := self._found.get(key)) is not None:
            self._found.move_to_end(key)
        elif self._before is not None and (found := self._before.recall(key)) is not None:
            self.put(key, found)
        return found

    def foresees(self, image: str, exam: str) -> bool:
        """Whether a tree of an image will most likely not have to be judged."""
        return self._before is not None and self._before.foresees(image, exam)

    def put(self, key: CheckKey, found: Checked) -> None:
        """Keep what was found."""
        self._found[key] = found
        self._found.move_to_end(key)
        while len(self._found) > self._most:
            gone, _ = self._found.popitem(last=False)
            self._forget_lock(gone)

    def drop(self, image: str) -> None:
        """Forget what was judged in an image."""
        for key in [key for key in self._found if key[1] == image]:
            del self._found[key]
            self._forget_lock(key)

    def _forget_lock(self, key: CheckKey) -> None:
        lock = self._locks.get(key)
        if lock is not None and not lock.locked():
            del self._locks[key]
