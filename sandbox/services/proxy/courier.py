"""Deliveries of webhooks: a service has no network, so the proxy fetches what waits and sends it.

By seed a delivery is *replayed* after it was taken, byte for byte, or a *forged* one goes before it: of another event,
with a signature that is not its own. A receiver that checks signatures and remembers events is not troubled by either.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.services.proxy.forwarding import ServiceGone, forward
from sandbox.services.proxy.message import Answer, Request
from sandbox.services.proxy.service_log import ServiceLog
from sandbox.services.proxy.settings import Address, Service

WAITING = "/_roadtest/deliveries"
# Seconds between two looks, the first wait after a refusal (then twice that), and what a receiver has.
EVERY, FIRST_WAIT, PATIENCE = 0.1, 0.2, 5.0


class Courier:
    """Sends what one service has to send."""

    def __init__(self, service: Service, seed: str, log: ServiceLog) -> None:
        self._service = service
        self._seed = seed
        self._log = log
        self._not_before: dict[str, float] = {}

    async def run(self) -> None:
        """Look and send until cancelled.

        Raises:
            LogFailed: what was sent cannot be written down.
        """
        while not self._log.full:
            try:
                await self._round()
            except (ServiceGone, ValueError):
                # A service that is gone shows where agents ask for it, and in its health.
                await asyncio.sleep(10 * EVERY)
            await asyncio.sleep(EVERY)

    async def _round(self) -> None:
        answer = await self._ask("GET", WAITING)
        for delivery in json.loads(answer.body) if answer.status == 200 else []:
            if self._log.full:
                return
            if time.monotonic() >= self._not_before.get(delivery["id"], 0.0):
                await self._deliver(delivery)

    async def _deliver(self, delivery: Mapping[str, Any]) -> None:
        words = f"{self._seed}/{self._service.name}/{delivery['id']}"
        draw = random.Random(hashlib.sha256(words.encode()).digest())
        forged, replayed = draw.random() < self._service.forged, draw.random() < self._service.replayed
        if forged and delivery["attempts"] == 0:
            await self._send(delivery, _forgery(delivery["body"]), "forged")
        status = await self._send(delivery, delivery["body"], None)
        if replayed and 200 <= status <= 299:
            await self._send(delivery, delivery["body"], "replayed")
        wait = FIRST_WAIT * 2 ** delivery["attempts"]
        self._not_before[delivery["id"]] = time.monotonic() + wait
        await self._ask("POST", f"{WAITING}/{delivery['id']}", json.dumps({"status": status}).encode())

    async def _send(self, delivery: Mapping[str, Any], body: str, fault: str | None) -> int:
        """Send a delivery once; the status that it was answered, 0 for none."""
        try:
            place, target = _place(delivery["url"])
            headers = tuple((str(name), str(value)) for name, value in delivery["headers"].items())
            request = Request(method="POST", target=target, headers=headers, body=body.encode())
            status = (await forward(place, request, patience=PATIENCE)).status
        except (ServiceGone, ValueError):
            status = 0
        self._log.delivery(self._service.name, delivery["id"], delivery["url"], body, status, fault)
        return status

    async def _ask(self, method: str, target: str, body: bytes = b"") -> Answer:
        headers = (("content-type", "application/json"),)
        request = Request(method=method, target=target, headers=headers, body=body)
        return await forward(self._service.upstream, request)


def _place(url: str) -> tuple[Address, str]:
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"{url} is no address to send to")
    query = f"?{parts.query}" if parts.query else ""
    return Address(host=parts.hostname, port=parts.port or 80), f"{parts.path or '/'}{query}"


def _forgery(body: str) -> str:
    """The body of another event that says the same."""
    event = json.loads(body)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return json.dumps({**event, "id": f"evt_{digest[:14]}"})
