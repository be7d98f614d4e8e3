"""The fault proxy as it runs: a process of its own, real HTTP, a service with state on a Unix socket."""

from __future__ import annotations

import json
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.outcomes.happenings import read_happenings
from sandbox.services.proxy.carrying import AT_ONCE
from tests.support.unix_shop import Shop, shop

ITEM = {"name": "tea", "price": 12.5}


@dataclass
class Rig:
    """A proxy, the shop behind it and a client."""

    shop: Shop
    client: httpx.Client
    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def entries(self, kind: str = "answer") -> list[Mapping[str, Any]]:
        return [entry for entry in read_happenings(self.log.read_bytes()) if entry["kind"] == kind]

    def faults(self) -> list[str | None]:
        return [entry["fault"] for entry in self.entries()]


@contextmanager
def rig(place: Path, seed: str = "s", **service: Any) -> Iterator[Rig]:
    log, most = place / "service.jsonl", service.pop("most_log", 1 << 26)
    upstream = {"unix": str(place / "shop.sock")}
    told = {"listen": {"port": 0}, "upstream": upstream, **service}
    settings = place / "settings.json"
    settings.write_text(json.dumps({"seed": seed, "log": str(log), "most_log": most, "services": {"shop": told}}))
    with shop(place / "shop.sock") as server:
        command = [sys.executable, "-m", "sandbox.services.proxy", str(settings)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], 20)[0], "the proxy did not come up"
            port = json.loads(process.stdout.readline())["ready"]["shop"]["port"]
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=5) as client:
                yield Rig(server, client, port, log, process)
        finally:
            process.kill()
            process.communicate()


def script(fault: str, **rest: Any) -> dict[str, Any]:
    return {"script": [{"fault": fault, **rest}]}


def raw(port: int, data: bytes, seconds: float = 5) -> bytes:
    """What comes back for some bytes until the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while part := connection.recv(65536):
            found += part
    return found


def test_without_faults_all_is_as_the_service_says_and_written_down(tmp_path: Path) -> None:
    with rig(tmp_path) as at:
        made = at.client.post("/items?x=1", content=b'{"price": 0.1000000000000000055}', headers={"Authorization": "k"})
        read = at.client.get("/items")
        text = at.client.get("/text")
        head = at.client.head("/items")
        assert (made.status_code, made.json()["id"], read.json()["next"], text.text) == (201, 1, None, '"plain"')
        assert head.status_code == 501
        first = at.entries()[0]
        assert (first["method"], first["path"], first["status"], first["upstream"]) == ("POST", "/items", 201, 201)
        assert str(first["asked"]["price"]) == "0.1000000000000000055"
        assert first["query"] == "x=1"
        assert first["headers"]["authorization"].startswith("sha256:")
        assert '"k"' not in at.log.read_text()


def test_a_lost_response_is_a_write_that_was_done(tmp_path: Path) -> None:
    with rig(tmp_path, **script("lost-response", method="POST", path="/items")) as at:
        with pytest.raises(httpx.RemoteProtocolError):
            at.client.post("/items", json=ITEM)
        assert len(at.shop.items) == 1
        assert at.client.post("/items", json=ITEM).status_code == 201
        assert [(one["fault"], one["status"], one["upstream"]) for one in at.entries()] == [
            ("lost-response", None, 201),
            (None, 201, 201),
        ]


def test_a_time_out_is_nothing_done_and_nothing_said(tmp_path: Path) -> None:
    with rig(tmp_path, hold=30, **script("time-out")) as at:
        with pytest.raises(httpx.ReadTimeout):
            at.client.post("/items", json=ITEM, timeout=0.3)
        assert at.shop.items == []
        assert len(at.entries("request")) == 1
        _wait(lambda: at.faults() == ["time-out"])


def test_a_held_request_ends_by_itself(tmp_path: Path) -> None:
    with rig(tmp_path, hold=0.2, **script("time-out")) as at, pytest.raises(httpx.RemoteProtocolError):
        at.client.get("/items")


def test_a_rate_limit_holds_until_it_said(tmp_path: Path) -> None:
    with rig(tmp_path, retry_after=1, **script("rate-limit", path="/items")) as at:
        first, second = at.client.get("/items"), at.client.get("/text")
        assert (first.status_code, first.headers["retry-after"], second.status_code) == (429, "1", 429)
        assert at.shop.seen == []
        time.sleep(1.05)
        assert at.client.get("/items").status_code == 200
        assert at.faults() == ["rate-limit", "held", None]


def test_server_errors_come_in_bursts_and_end(tmp_path: Path) -> None:
    with rig(tmp_path, **script("server-error")) as at:
        statuses = [at.client.post("/items", json=ITEM).status_code for _ in range(6)]
        burst = [status for status in statuses if status >= 500]
        assert 2 <= len(burst) <= 4
        assert statuses == [*burst, *[201] * (6 - len(burst))]
        assert len(at.shop.items) == 6 - len(burst)


@pytest.mark.parametrize("fault", ["malformed", "truncated"])
def test_a_broken_body_has_the_status_of_a_sound_one(tmp_path: Path, fault: str) -> None:
    with rig(tmp_path, **script(fault, times=4)) as at:
        for number in range(4):
            found = at.client.post("/items", json=ITEM | {"n": number})
            assert found.status_code == 201
            with pytest.raises(ValueError):
                found.json()
        assert len(at.shop.items) == 4
        assert at.faults() == [fault] * 4


def test_drift_changes_the_shape_and_not_the_rest(tmp_path: Path) -> None:
    with rig(tmp_path, **script("drift", nth=2)) as at:
        sound, drifted = at.client.get("/things").json(), at.client.get("/things").json()
        assert drifted != sound
        assert drifted["path"] == sound["path"]


def test_a_silent_no_op_looks_done_and_is_not(tmp_path: Path) -> None:
    with rig(tmp_path, dry_run=True, **script("no-op")) as at:
        said = at.client.post("/items", json=ITEM)
        assert (said.status_code, said.json()) == (201, {"id": 1, **ITEM})
        assert at.shop.items == []
        assert at.client.post("/items", json=ITEM).json()["id"] == 1
        assert at.faults() == ["no-op", None]


def test_a_stale_read_is_what_was_true_before_a_write(tmp_path: Path) -> None:
    with rig(tmp_path, **script("stale", method="GET", nth=2, times=2)) as at:
        counts = [at.client.get("/x").json()["item_count"]]
        at.client.post("/items", json=ITEM)
        counts += [at.client.get("/x").json()["item_count"] for _ in range(3)]
        assert counts == [0, 0, 0, 1]
        other = at.client.get("/x", headers={"Authorization": "other"})
        assert other.json()["item_count"] == 1


def test_a_read_that_still_holds_is_not_stale(tmp_path: Path) -> None:
    with rig(tmp_path, **script("stale", method="GET", times=3)) as at:
        at.client.post("/items", json=ITEM)
        counts = [at.client.get("/x").json()["item_count"] for _ in range(3)]
        assert counts == [1, 1, 1]
        assert [one["notes"] for one in at.entries()[1:]] == [{"unfit": "stale"}] * 3
        assert len(at.shop.seen) == 4


def test_a_duplicated_page_loses_nothing_for_whoever_follows_cursors(tmp_path: Path) -> None:
    with rig(tmp_path, **script("duplicated-page", nth=3)) as at:
        for number in range(5):
            at.shop.items.append({"id": number})
        seen, cursor = [], "0"
        while cursor != "None":
            page = at.client.get("/items", params={"cursor": cursor}).json()
            seen += [item["id"] for item in page["data"]]
            cursor = str(page["next"])
        assert seen == [0, 1, 2, 3, 2, 3, 4]


RATES = {
    "server-error": 0.1,
    "lost-response": 0.15,
    "malformed": 0.1,
    "truncated": 0.1,
    "drift": 0.15,
    "no-op": 0.15,
    "stale": 0.1,
    "duplicated-page": 0.1,
}


def _walk(at: Rig) -> list[str | None]:
    for number in range(12):
        with suppress(httpx.RemoteProtocolError):
            at.client.post("/items", json={"n": number})
        with suppress(httpx.RemoteProtocolError):
            at.client.get("/items", params={"cursor": number})
    return at.faults()


def test_the_same_seed_gives_the_same_faults_and_another_seed_others(tmp_path: Path) -> None:
    found = []
    for index, seed in enumerate(("a", "a", "b")):
        place = tmp_path / str(index)
        place.mkdir()
        with rig(place, seed, dry_run=True, rates=RATES) as at:
            found.append((_walk(at), at.shop.items))
    assert found[0] == found[1]
    assert found[0] != found[2]
    assert len({fault for fault in found[0][0] if fault}) >= 4


@pytest.mark.parametrize(
    "target",
    [
        "/_roadtest/state",
        "//_roadtest/state",
        "/x/../_roadtest/state",
        "/%5froadtest/state",
        "/%255froadtest/state",
        "/_ROADTEST/state",
        "/x/%2e%2e/_roadtest",
        "/x%2f..%2f_roadtest/state",
        "/_roadtest;a=b/state",
        "/_roadtest?x",
        "/\\_roadtest/state",
    ],
)
def test_administrative_routes_are_closed_in_any_spelling(tmp_path: Path, target: str) -> None:
    with rig(tmp_path) as at:
        got = raw(at.port, f"GET {target} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n".encode())
        assert got.startswith(b"HTTP/1.1 404")
        assert at.shop.seen == []
        assert at.entries()[0]["notes"] == {"refused": "closed"}


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET http://shop/_roadtest/state HTTP/1.1\r\nHost: shop\r\n\r\n", b"400"),
        (b"CONNECT shop:80 HTTP/1.1\r\nHost: shop\r\n\r\n", b"400"),
        (b"BREW /items HTTP/1.1\r\nHost: shop\r\n\r\n", b"405"),
        (b"GET /items HTTP/1.1\r\n\r\n", b"400"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /" + b"%25" * 9 + b"5froadtest HTTP/1.1\r\nHost: shop\r\n\r\n", b"200"),
        (b"GET /%252525252525255f HTTP/1.1\r\nHost: shop\r\n\r\n", b"400"),
        (b"GET /%00 HTTP/1.1\r\nHost: shop\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: shop\r\nX: " + b"a" * 70000 + b"\r\n\r\n", b"431"),
        (b"POST /items HTTP/1.1\r\nHost: shop\r\nContent-Length: 9000000\r\n\r\n" + b" " * 9_000_000, b"413"),
        (
            b"POST /items HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nGET /_roadtest/state HTTP/1.1\r\nHost: shop\r\n\r\n",
            b"",
        ),
    ],
)
def test_what_is_no_plain_request_does_not_get_through(tmp_path: Path, data: bytes, status: bytes) -> None:
    with rig(tmp_path) as at:
        got = raw(at.port, data)
        if status:
            assert got[9:12] == status
        assert not any("_roadtest" in path for _, path, _ in at.shop.seen)
        assert at.client.get("/items").status_code == 200


def test_headers_of_ours_and_of_the_connection_stay_outside(tmp_path: Path) -> None:
    with rig(tmp_path) as at:
        headers = {"Roadtest-Dry-Run": "1", "roadtest_dry_run": "1", "X-Mine": "a", "Connection": "x-hop", "X-Hop": "b"}
        assert at.client.post("/items", json=ITEM, headers=headers).status_code == 201
        assert len(at.shop.items) == 1
        (_, _, seen) = at.shop.seen[0]
        assert seen["x-mine"] == "a"
        assert not {"roadtest-dry-run", "roadtest_dry_run", "x-hop"} & seen.keys()


def test_a_service_that_is_gone_is_written_down_as_that(tmp_path: Path) -> None:
    with rig(tmp_path) as at:
        (tmp_path / "shop.sock").unlink()
        assert at.client.get("/items").status_code == 502
        (gone,) = at.entries("gone")
        assert "FileNotFoundError" in gone["why"]
        assert at.entries()[0]["fault"] is None


def test_headers_keep_bytes_that_are_no_ascii(tmp_path: Path) -> None:
    with rig(tmp_path) as at:
        answer = raw(at.port, "GET /echo HTTP/1.1\r\nhost: shop\r\nx-name: Bestätigung\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 200")
        assert "x-name: Bestätigung".encode() in answer
        assert len(at.entries()) == 1


@pytest.mark.parametrize("path", ["/huge", "/odd"])
def test_an_answer_that_cannot_be_carried_does_not_count_as_a_service_that_is_gone(tmp_path: Path, path: str) -> None:
    """Whoever may fill a service may ask it for more than is carried."""
    with rig(tmp_path) as at:
        assert at.client.get(path).status_code == 502
        assert not at.entries("gone")
        assert at.entries()[0]["notes"]["bad answer"]


def test_a_service_is_asked_by_few_at_a_time_however_many_there_are(tmp_path: Path) -> None:
    """The kernel refuses connections to what takes them too slowly, and that would look as if it were gone."""
    with rig(tmp_path) as at, ExitStack() as open_ones:
        every = [socket.create_connection(("127.0.0.1", at.port), timeout=20) for _ in range(120)]
        for one in every:
            open_ones.enter_context(one)
            one.sendall(b"GET /slow HTTP/1.1\r\nhost: shop\r\n\r\n")
        assert all(one.recv(65536).startswith(b"HTTP/1.1 200") for one in every)
        assert 1 < at.shop.most_at_once <= AT_ONCE


def test_a_log_that_is_full_lets_nothing_through(tmp_path: Path) -> None:
    with rig(tmp_path, most_log=2000) as at:
        statuses = [at.client.post("/items", json=ITEM).status_code for _ in range(8)]
        assert statuses[0] == 201
        assert statuses[-1] == 503
        assert [one["upstream"] for one in at.entries()].count(201) == len(at.shop.items)
        assert [one["status"] for one in at.entries()].count(201) == statuses.count(201)


def test_what_is_under_way_when_the_log_is_full_does_not_lengthen_it(tmp_path: Path) -> None:
    """Let in while there was room: what is answered when there is none does not get through, nor who waited."""
    most = 200_000
    with rig(tmp_path, most_log=most) as at, ExitStack() as open_ones:
        every = [
            open_ones.enter_context(socket.create_connection(("127.0.0.1", at.port), timeout=20)) for _ in range(120)
        ]
        for one in every:
            one.sendall(b"GET /held?" + b"x" * 2000 + b" HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n")
        _wait(lambda: at.log.stat().st_size >= most and len(at.shop.seen) == AT_ONCE)
        at.shop.release.set()
        answers = [one.makefile("rb").read() for one in every]
        assert all(answer.startswith(b"HTTP/1.1 503") and b"the service log is full" in answer for answer in answers)
        let_in, ended = at.entries("request"), at.entries()
        assert AT_ONCE == len(at.shop.seen) < len(let_in) < 120
        assert sorted(one["cause"] for one in ended) == [one["seq"] for one in let_in]
        assert [one["upstream"] for one in ended].count(200) == AT_ONCE
        assert at.log.stat().st_size < most + 3000 + 500 * len(let_in)


def test_a_client_that_breaks_off_a_held_request_leaves_it_ended(tmp_path: Path) -> None:
    with rig(tmp_path, hold=30, **script("time-out")) as at:
        with socket.create_connection(("127.0.0.1", at.port), timeout=5) as connection:
            connection.sendall(b"GET /items HTTP/1.1\r\nhost: shop\r\n\r\n")
            _wait(lambda: at.entries("request"))
            # Closed so, the other end is told of an error and not of an end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        _wait(lambda: at.faults() == ["time-out"])


def test_told_to_end_it_ends(tmp_path: Path) -> None:
    with rig(tmp_path) as at:
        at.client.get("/items")
        at.process.send_signal(signal.SIGTERM)
        assert at.process.wait(10) == 0


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ({"rates": {"lost-response": 0.9, "drift": 0.2}}, "add up to more than 1"),
        ({"rates": {"lost": 0.9}}, "services.shop.rates: must be an object"),
        ({"script": [{"fault": "lost"}]}, "lost is no fault"),
        ({"speed": 1}, "unknown key speed"),
        ({"listen": {}}, "services.shop.listen: needs unix or port"),
    ],
)
def test_bad_settings_name_the_field(tmp_path: Path, service: dict[str, Any], words: str) -> None:
    shop_settings = {"listen": {"port": 0}, "upstream": {"unix": "x"}, **service}
    document = {"seed": "s", "log": str(tmp_path / "log"), "services": {"shop": shop_settings}}
    (tmp_path / "settings.json").write_text(json.dumps(document))
    command = [sys.executable, "-m", "sandbox.services.proxy", str(tmp_path / "settings.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert words in done.stderr


def test_it_adds_little_to_a_request(tmp_path: Path) -> None:
    """What the quickest request takes through it, over the quickest that asks the service itself."""
    with rig(tmp_path) as at:
        straight = httpx.HTTPTransport(uds=str(tmp_path / "shop.sock"))
        with httpx.Client(transport=straight, base_url="http://shop") as direct:
            without = _quickest(lambda: direct.get("/items"))
        through = _quickest(lambda: at.client.get("/items"))
        # Twice what is aimed at: the machine may be busy.
        assert through - without < 0.004


def _quickest(ask: Any, times: int = 60) -> float:
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _wait(holds: Any, seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
