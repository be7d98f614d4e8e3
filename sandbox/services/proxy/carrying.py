"""One request from its arrival to its answer: what is closed, which fault it meets, what is written down."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.services.proxy import routes
from sandbox.services.proxy.damage import damaged
from sandbox.services.proxy.faults import HELD, Fault, Faults
from sandbox.services.proxy.forwarding import BadAnswer, ServiceGone, Unsendable, forward
from sandbox.services.proxy.memory import Memory
from sandbox.services.proxy.message import BAD_ANSWER, FULL, REPLAYED, Answer, Headers, Request
from sandbox.services.proxy.service_log import ServiceLog
from sandbox.services.proxy.settings import DUPLICATED, LOST, NO_OP, RATE_LIMIT, SERVER_ERROR, STALE, TIME_OUT, Service

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Requests that a service has at a time. Those that wait to be taken by one are refused by the kernel from 100 on.
AT_ONCE = 64
_FULL = "the service log is full"
_DRY_RUN: Headers = (("roadtest-dry-run", "1"),)
_PHRASES = {429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}

# Waits until the client has gone, or for so many seconds.
Hold = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a request came to.

    answer: None where the client is told nothing. upstream: the status that the service answered, None where it was not
    asked. fault: what was done. notes: more of that, for the log.
    """

    answer: Answer | None
    upstream: int | None = None
    fault: str | None = None
    notes: dict[str, Any] = field(default_factory=dict)


class Carrier:
    """What lies between clients and one service."""

    def __init__(self, service: Service, seed: str, log: ServiceLog) -> None:
        self._service = service
        self._faults = Faults(seed, service)
        self._memory = Memory()
        self._log = log
        self._room = asyncio.Semaphore(AT_ONCE)

    async def carry(self, request: Request, hold: Hold) -> Answer | None:
        """The answer that a client gets; None: the connection is closed without one.

        Raises:
            LogFailed: what happened cannot be written down.
        """
        if self._log.full:
            return _says(503, _FULL)
        started = time.monotonic()
        number = self._log.request(self._service.name, request)
        told = self._refused(request) or await self._through(number, request, hold)
        if self._log.full and told.answer is not None:
            # The log may have filled meanwhile, and hundreds of answers together are as much again as it may hold.
            told = replace(told, answer=_says(503, _FULL), fault=None, notes={**told.notes, FULL: True})
        seconds = round(time.monotonic() - started, 6)
        rest = {"upstream": told.upstream, "fault": told.fault, "seconds": seconds, "notes": told.notes}
        self._log.answer(self._service.name, number, request, told.answer, **rest)
        return told.answer

    def _refused(self, request: Request) -> Told | None:
        why = routes.refusal(request.target)
        if why is not None:
            return Told(answer=_says(400, why), notes={"refused": why})
        if request.method not in METHODS:
            return Told(answer=_says(405, "Method Not Allowed"), notes={"refused": "method"})
        if routes.is_closed(request.target, self._service.closed):
            return Told(answer=_says(404, "Not Found"), notes={"refused": "closed"})
        return None

    async def _through(self, number: int, request: Request, hold: Hold) -> Told:
        fault = self._faults.next(request.method, request.path, request.query, request.body, time.monotonic())
        if fault is None:
            return await self._asked(number, request)
        if fault.status is not None:
            return _turned_away(fault)
        if fault.kind == TIME_OUT:
            await hold(self._service.hold)
            return Told(answer=None, fault=fault.kind)
        if fault.kind in (STALE, DUPLICATED):
            return await self._from_memory(number, request, fault)
        return await self._altered(number, request, fault)

    async def _asked(self, number: int, request: Request, extra: Headers = (), **notes: Any) -> Told:
        try:
            async with self._room:
                if self._log.full:
                    return Told(answer=_says(503, _FULL))
                answer = await forward(self._service.upstream, request, extra)
        except Unsendable as exc:
            return Told(answer=_says(400, str(exc)), notes={"refused": "unsendable"})
        except BadAnswer as exc:
            return Told(answer=_says(502, "Bad Gateway"), notes={BAD_ANSWER: str(exc)})
        except ServiceGone as exc:
            self._log.gone(self._service.name, number, str(exc))
            return Told(answer=_says(502, "Bad Gateway"), notes={"gone": True})
        if not extra:
            self._memory.note(request, answer)
        if answer.header("idempotent-replayed"):
            notes[REPLAYED] = True
        return Told(answer=answer, upstream=answer.status, notes=notes)

    async def _from_memory(self, number: int, request: Request, fault: Fault) -> Told:
        find = self._memory.stale if fault.kind == STALE else self._memory.page_before
        answer = find(request)
        if answer is None:
            return await self._asked(number, request, unfit=fault.kind)
        return Told(answer=answer, fault=fault.kind)

    async def _altered(self, number: int, request: Request, fault: Fault) -> Told:
        told = await self._asked(number, request, _DRY_RUN if fault.kind == NO_OP else ())
        if told.answer is None or told.upstream is None:
            return told
        if fault.kind == LOST:
            return replace(told, answer=None, fault=LOST)
        answer = told.answer if fault.kind == NO_OP else damaged(fault.kind, told.answer, fault.draw)
        if answer is None:
            return replace(told, notes={**told.notes, "unfit": fault.kind})
        return replace(told, answer=answer, fault=fault.kind)


def _turned_away(fault: Fault) -> Told:
    status = fault.status or 500
    answer = _says(status, _PHRASES[status])
    if fault.kind in (RATE_LIMIT, HELD):
        answer = Answer(
            status=status, headers=(*answer.headers, ("retry-after", str(fault.retry_after))), body=answer.body
        )
    assert fault.kind in (RATE_LIMIT, HELD, SERVER_ERROR), fault.kind
    return Told(answer=answer, fault=fault.kind)


def _says(status: int, words: str) -> Answer:
    body = json.dumps({"detail": words}).encode()
    return Answer(status=status, headers=(("content-type", "application/json"),), body=body)
