"""Cores of this machine, lent to one submission at a time, whichever process judges it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sandbox import paths
from sandbox.cp.session import Signal, Stopped
from sandbox.errors import HarnessError, boundary

FOLDER = "cp-cores"
BETWEEN_LOOKS = 0.05

Item = TypeVar("Item")
Result = TypeVar("Result")


class Cores:
    """Lends cores. Who holds one holds a lock on a file, which ends with the process at the latest.

    Args:
        cores: their numbers. most: lent by this object at a time.
    """

    def __init__(self, cores: Sequence[int], *, most: int, stop: Signal, folder: Path | None = None) -> None:
        self._cores = tuple(cores)
        self.count = max(1, min(most, len(self._cores)))
        self._stop = stop
        self._folder = folder or paths.cache() / FOLDER

    @contextlib.contextmanager
    def one(self) -> Iterator[int]:
        """A core that nobody else who asks here has meanwhile. Waits for one.

        Raises:
            Stopped: judging was called off.
            HarnessError: the locks cannot be kept.
        """
        with boundary(HarnessError, f"keep locks in {self._folder}"):
            self._folder.mkdir(parents=True, exist_ok=True)
        while True:
            # Not always the first: where there is room for one, others may have theirs there, too.
            for core in random.sample(self._cores, len(self._cores)):
                with boundary(HarnessError, f"keep locks in {self._folder}"):
                    fd = os.open(self._folder / f"{core}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
                try:
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    os.close(fd)
                    continue
                try:
                    yield core
                    return
                finally:
                    os.close(fd)
            if self._stop.is_set():
                raise Stopped("judging was called off")
            time.sleep(BETWEEN_LOOKS)

    def map(self, work: Callable[[int, Item], Result], items: Sequence[Item]) -> list[Result]:
        """Do something for each item, each on a core of its own; results in order.

        Raises:
            Exception: what the first that failed raised, once all others have ended.
        """

        def one(item: Item) -> Result:
            with self.one() as core:
                return work(core, item)

        with ThreadPoolExecutor(max_workers=self.count) as pool:
            return list(pool.map(one, items))
