"""What was answered before, so that it can be answered again where it no longer holds. Pure."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from sandbox.services.proxy.faults import WRITES
from sandbox.services.proxy.message import Answer, Request

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
# Answers that are kept, and how large one may be, in bytes.
MOST, LARGEST = 256, 256 * 1024


class Memory:
    """The last answers of one service to reads."""

    def __init__(self) -> None:
        self._reads: OrderedDict[tuple[str, str], tuple[int, Answer]] = OrderedDict()
        self._pages: OrderedDict[tuple[str, str], tuple[str, Answer]] = OrderedDict()
        self._writes = 0

    def note(self, request: Request, answer: Answer) -> None:
        """Remember what a client was truly told, or that something was written."""
        if request.method in WRITES:
            self._writes += answer.status < 400
        elif request.method == "GET" and answer.status == 200 and len(answer.body) <= LARGEST:
            _keep(self._reads, (request.target, request.who), (self._writes, answer))
            _keep(self._pages, (request.path, request.who), (request.target, answer))

    def stale(self, request: Request) -> Answer | None:
        """What this read was answered before something was written; None where nothing was, or was not asked."""
        found = self._reads.get((request.target, request.who))
        return found[1] if found is not None and found[0] < self._writes else None

    def page_before(self, request: Request) -> Answer | None:
        """The page of the same list that was served last; None where that is the one asked for, or there is none."""
        found = self._pages.get((request.path, request.who))
        return found[1] if found is not None and found[0] != request.target else None


def _keep(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST:
        kept.popitem(last=False)
