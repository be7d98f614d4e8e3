"""Telling how a run goes in a thread of its own: whoever does not read it holds nobody up."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from sandbox.progress import Progress

# Seconds for what is left to be told at the end, and how much may wait before steps are left out.
LAST_WORDS, MOST_WAITING = 3.0, 1000


class Aside:
    """Passes on to another progress. What cannot be written, on a full disk, is lost; the run goes on."""

    def __init__(self, inner: Progress) -> None:
        self._inner = inner
        self._told: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._pass_on, name="progress", daemon=True)

    def __enter__(self) -> Aside:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        self._told.put(None)
        self._thread.join(LAST_WORDS)

    def _pass_on(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._inner:
            while (tell := self._told.get()) is not None:
                with contextlib.suppress(OSError, ValueError):
                    tell()

    def start(self, total: int, done: int) -> None:
        self._told.put(lambda: self._inner.start(total, done))

    def say(self, text: str) -> None:
        self._told.put(lambda: self._inner.say(text))

    def step(self, trial: str, text: str) -> None:
        if self._told.qsize() < MOST_WAITING:
            self._told.put(lambda: self._inner.step(trial, text))

    def tick(self) -> None:
        if self._told.qsize() < MOST_WAITING:
            self._told.put(self._inner.tick)

    def again(self, trial: str, record: Mapping[str, Any]) -> None:
        self._told.put(lambda: self._inner.again(trial, record))

    def done(self, trial: str, record: Mapping[str, Any]) -> None:
        self._told.put(lambda: self._inner.done(trial, record))
