"""Webhooks of payments on their way to a receiver: sent, sent again, replayed and forged."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import httpx

from sandbox.outcomes.happenings import read_happenings
from tests.support.services import over, proxy, service

SEED = {"customers": [{"id": "cus_ada", "name": "Ada", "email": "ada@example.org"}]}
CHARGE = {"customer": "cus_ada", "amount": 4200, "currency": "eur"}
HEADERS = {"Authorization": "Bearer sk_test_roadtest"}


class Receiver(ThreadingHTTPServer):
    """Notes what came; answers the statuses given, then 204."""

    def __init__(self, statuses: Sequence[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = list(statuses)
        self.came: list[tuple[str, bytes]] = []


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: what came is in `came`."""

    def do_POST(self) -> None:
        receiver = cast("Receiver", self.server)
        body = self.rfile.read(int(self.headers["content-length"]))
        receiver.came.append((self.headers["payments-signature"], body))
        self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
        self.end_headers()


@contextmanager
def receiver(*statuses: int) -> Iterator[Receiver]:
    server = Receiver(statuses)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def deliveries(place: Path, to: Receiver, count: int, **settings: Any) -> tuple[str, list[Mapping[str, Any]]]:
    """Charge once with somebody listening; the secret, and the log's deliveries once there are so many."""
    with service("payments", place, SEED) as socket, over(socket, headers=HEADERS) as client:
        hook = {"url": f"http://127.0.0.1:{to.server_port}/hook", "events": ["charge.succeeded"]}
        secret = client.post("/v1/webhook_endpoints", json=hook).json()["secret"]
        with proxy(place, {"payments": {"upstream": {"unix": str(socket)}, "courier": True, **settings}}):
            client.post("/v1/charges", json=CHARGE)
            until = time.monotonic() + 10
            while len(found := sent(place)) < count or client.get("/_roadtest/deliveries").json():
                assert time.monotonic() < until, found
                time.sleep(0.05)
            # One more would come within the next look.
            time.sleep(0.3)
            return str(secret), sent(place)


def sent(place: Path) -> list[Mapping[str, Any]]:
    return [one for one in read_happenings((place / "service.jsonl").read_bytes()) if one["kind"] == "delivery"]


def holds(secret: str, signature: str, body: bytes) -> bool:
    stamp, digest = (part.partition("=")[2] for part in signature.split(","))
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() == digest


def test_a_webhook_is_sent_until_it_is_taken(tmp_path: Path) -> None:
    with receiver(500, 503) as to:
        secret, log = deliveries(tmp_path, to, 3)
    assert [one["status"] for one in log] == [500, 503, 204]
    assert all(holds(secret, *came) for came in to.came)
    assert len({body for _, body in to.came}) == 1
    assert log[0]["body"]["type"] == "charge.succeeded"


def test_a_forged_one_has_a_signature_that_is_not_its_own(tmp_path: Path) -> None:
    with receiver() as to:
        secret, log = deliveries(tmp_path, to, 2, forged=1.0)
    assert [one["fault"] for one in log] == ["forged", None]
    assert [holds(secret, *came) for came in to.came] == [False, True]
    forged, true = (json.loads(body) for _, body in to.came)
    assert forged["id"] != true["id"]
    assert forged["data"] == true["data"]


def test_a_replayed_one_is_the_same_once_more(tmp_path: Path) -> None:
    with receiver() as to:
        secret, log = deliveries(tmp_path, to, 2, replayed=1.0)
    assert [one["fault"] for one in log] == [None, "replayed"]
    assert to.came[0] == to.came[1]
    assert holds(secret, *to.came[1])


def test_nobody_there_is_given_up_in_the_end(tmp_path: Path) -> None:
    with receiver() as to:
        port = to.server_port
    assert port
    _, log = deliveries(tmp_path, to, 5)
    assert [one["status"] for one in log] == [0] * 5


def test_an_address_that_is_none_stops_nothing(tmp_path: Path) -> None:
    with receiver() as to, service("payments", tmp_path, SEED) as socket, over(socket, headers=HEADERS) as client:
        for url in ("http://127.0.0.1:99999/", "http://[", "http://é.example/é", "http://h/\x7f", "http:///x"):
            hook = {"url": url, "events": ["charge.succeeded"]}
            assert client.post("/v1/webhook_endpoints", json=hook).status_code == 201
        hook = {"url": f"http://127.0.0.1:{to.server_port}", "events": ["charge.succeeded"]}
        client.post("/v1/webhook_endpoints", json=hook)
        with proxy(tmp_path, {"payments": {"upstream": {"unix": str(socket)}, "courier": True}}):
            client.post("/v1/charges", json=CHARGE)
            until = time.monotonic() + 10
            while not to.came:
                assert time.monotonic() < until
                time.sleep(0.05)
    assert [one["status"] for one in sent(tmp_path)][:6] == [0, 0, 0, 0, 0, 204]


def test_agents_cannot_reach_what_waits(tmp_path: Path) -> None:
    with (
        service("payments", tmp_path, SEED) as socket,
        proxy(tmp_path, {"payments": {"upstream": {"unix": str(socket)}}}) as ports,
        httpx.Client(base_url=f"http://127.0.0.1:{ports['payments']}", headers=HEADERS, trust_env=False) as client,
    ):
        assert client.get("/v1/charges").status_code == 200
        for path in ("/_roadtest/deliveries", "/_roadtest/state", "/_roadtest/health"):
            assert client.get(path).status_code == 404


def test_an_endpoint_of_the_seed_is_sent_to(tmp_path: Path) -> None:
    with receiver() as to:
        hook = {
            "url": f"http://127.0.0.1:{to.server_port}/hook",
            "events": ["charge.succeeded"],
            "secret": "whsec_ours",
        }
        seed = {**SEED, "webhook_endpoints": [{"id": "we_ours", **hook}]}
        with (
            service("payments", tmp_path, seed) as socket,
            over(socket, headers=HEADERS) as client,
            proxy(tmp_path, {"payments": {"upstream": {"unix": str(socket)}, "courier": True}}),
        ):
            client.post("/v1/charges", json=CHARGE)
            until = time.monotonic() + 10
            while not to.came:
                assert time.monotonic() < until
                time.sleep(0.05)
            kept = client.get("/_roadtest/state").json()["webhook_endpoints"]
    assert holds("whsec_ours", *to.came[0])
    assert kept == {"we_ours": {"id": "we_ours", "url": hook["url"], "events": ["charge.succeeded"]}}


def test_nothing_more_is_sent_once_the_log_is_full(tmp_path: Path) -> None:
    with (
        receiver() as to,
        service("payments", tmp_path, SEED) as socket,
        over(socket, headers=HEADERS) as client,
    ):
        for number in range(4):
            hook = {"url": f"http://127.0.0.1:{to.server_port}/{number}", "events": ["charge.succeeded"]}
            assert client.post("/v1/webhook_endpoints", json=hook).status_code == 201
        client.post("/v1/charges", json=CHARGE)
        assert len(client.get("/_roadtest/deliveries").json()) == 4
        with proxy(tmp_path, {"payments": {"upstream": {"unix": str(socket)}, "courier": True}}, most_log=1):
            time.sleep(0.8)
    assert len(to.came) == len(sent(tmp_path)) == 1
