"""Payments as it runs: a process of its own on a Unix socket, and judged through the proxy."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.outcomes.happenings import read_happenings
from sandbox.outcomes.judging import Outcome, judge
from sandbox.outcomes.spec import read_spec
from sandbox.outcomes.state import read_state
from sandbox.serving import telling
from tests.support.services import over, proxy, service

KEY = {"Authorization": "Bearer sk_test_roadtest"}
ADA = {"id": "cus_ada", "name": "Ada", "email": "ada@example.org"}
BOB = {"id": "cus_bob", "name": "Bob", "email": "bob@example.org"}
OLD = [
    {"id": f"ch_{n:02}", "customer": "cus_bob", "order_id": f"o-{n}", "amount": 100 + n, "currency": "eur"}
    for n in range(25)
]
SEED = {"seed": "x", "customers": [ADA, BOB], "charges": OLD}
CHARGE = {"customer": "cus_ada", "amount": 4200, "currency": "eur", "order_id": "o-17"}


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with service("payments", tmp_path_factory.mktemp("pay"), SEED) as path:
        yield path


@pytest.fixture
def client(socket: Path) -> Iterator[httpx.Client]:
    with over(socket, headers=KEY) as found:
        yield found


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def state(client: httpx.Client) -> Any:
    return client.get("/_roadtest/state").json()


def charged(client: httpx.Client, **changes: Any) -> Any:
    found = client.post("/v1/charges", json=CHARGE | changes)
    assert found.status_code == 201, found.text
    return found.json()


def test_without_the_key_nothing_is_told_or_done(socket: Path) -> None:
    with over(socket) as nobody:
        before = state(nobody)
        for headers in ({}, {"Authorization": "Bearer sk_test"}, {"Authorization": "Basic sk_test_roadtest"}):
            assert code(nobody.post("/v1/charges", json=CHARGE, headers=headers)) == (401, "unauthorized")
            assert code(nobody.get("/v1/charges", headers=headers)) == (401, "unauthorized")
        assert state(nobody) == before


def test_the_same_key_charges_once(client: httpx.Client) -> None:
    before = len(state(client)["charges"])
    headers = {"Idempotency-Key": "once"}
    first = client.post("/v1/charges", json=CHARGE, headers=headers)
    again = client.post("/v1/charges", json=CHARGE, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    assert first.headers["etag"] == again.headers["etag"]
    other = client.post("/v1/charges", json=CHARGE | {"amount": 1}, headers=headers)
    assert code(other) == (422, "idempotency_key_reused")
    assert len(state(client)["charges"]) == before + 1
    assert charged(client)["id"] != charged(client)["id"]


def test_a_write_that_the_service_had_carried_out_before_is_written_down_as_none(socket: Path, tmp_path: Path) -> None:
    with proxy(tmp_path, {"payments": {"upstream": {"unix": str(socket)}}}) as ports:
        with httpx.Client(base_url=f"http://127.0.0.1:{ports['payments']}", headers=KEY, trust_env=False) as client:
            for key in ("one", "one", "two"):
                assert client.post("/v1/charges", json=CHARGE, headers={"Idempotency-Key": key}).status_code == 201
        assert telling.counted((tmp_path / "service.jsonl").read_bytes()) == (6, 2)


def test_a_key_of_a_failed_request_may_be_used_again(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": "mended"}
    wrong = client.post("/v1/charges", json=CHARGE | {"customer": "cus_nobody"}, headers=headers)
    assert code(wrong) == (422, "unknown_reference")
    assert client.post("/v1/charges", json=CHARGE, headers=headers).status_code == 201


def test_a_dry_run_answers_and_leaves_nothing(client: httpx.Client) -> None:
    before = state(client)
    headers = {"roadtest-dry-run": "1", "Idempotency-Key": "dry"}
    said = client.post("/v1/charges", json=CHARGE, headers=headers)
    assert said.status_code == 201
    assert state(client) == before
    assert client.get(f"/v1/charges/{said.json()['id']}").status_code == 404
    assert client.post("/v1/charges", json=CHARGE, headers={"Idempotency-Key": "dry"}).json()["id"] == said.json()["id"]


def test_refunds_in_parts_end_at_the_whole(client: httpx.Client) -> None:
    path = f"/v1/charges/{charged(client)['id']}"
    assert client.post(f"{path}/refunds", json={"amount": 1200, "reason": "late"}).json()["amount"] == 1200
    assert client.get(path).json()["status"] == "partially_refunded"
    assert code(client.post(f"{path}/refunds", json={"amount": 3001})) == (422, "amount_too_large")
    assert client.post(f"{path}/refunds", json={}).json()["amount"] == 3000
    found = client.get(path).json()
    assert (found["status"], found["amount_refunded"]) == ("refunded", 4200)
    assert code(client.post(f"{path}/refunds", json={})) == (409, "already_refunded")
    refunds = client.get("/v1/refunds", params={"charge": found["id"]}).json()["data"]
    assert [refund["amount"] for refund in refunds] == [3000, 1200]


def test_what_has_changed_meanwhile_is_not_changed_again(client: httpx.Client) -> None:
    charge = charged(client)
    path = f"/v1/charges/{charge['id']}"
    tag = client.get(path).headers["etag"]
    assert client.post(f"{path}/refunds", json={"amount": 1}, headers={"If-Match": tag}).status_code == 201
    stale = client.post(f"{path}/refunds", json={"amount": 1}, headers={"If-Match": tag})
    assert code(stale) == (412, "precondition_failed")
    assert client.get(path).json()["amount_refunded"] == 1
    now = client.get("/v1/customers/cus_ada").headers["etag"]
    assert client.patch("/v1/customers/cus_ada", json={"name": "A"}, headers={"If-Match": now}).json()["name"] == "A"
    assert client.patch("/v1/customers/cus_ada", json={"name": "B"}, headers={"If-Match": now}).status_code == 412


def test_conflicts(client: httpx.Client) -> None:
    taken = client.post("/v1/customers", json={"name": "B", "email": BOB["email"]})
    assert code(taken) == (409, "email_taken")
    assert code(client.delete("/v1/customers/cus_bob")) == (409, "customer_has_charges")
    made = client.post("/v1/customers", json={"name": "C", "email": "c@example.org"}).json()
    assert client.delete(f"/v1/customers/{made['id']}").status_code == 204
    assert code(client.delete(f"/v1/customers/{made['id']}")) == (404, "not_found")


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": "4200"}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": True}, "amount"),
        ({"currency": "EUR"}, "currency"),
        ({"extra": 1}, "extra"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"order_id": "a\0"}, "order_id"),
    ],
)
def test_what_is_wrong_is_named(client: httpx.Client, changes: dict[str, Any], param: str) -> None:
    found = client.post("/v1/charges", json=CHARGE | changes)
    assert code(found) == (422, "invalid_request")
    assert found.json()["error"]["param"] == param


def test_pages_hold_every_row_once_while_rows_are_added(client: httpx.Client) -> None:
    seen, cursor = [], None
    while True:
        params = {"customer": "cus_bob", "limit": "7"} | ({"cursor": cursor} if cursor else {})
        found = client.get("/v1/charges", params=params).json()
        seen += [charge["id"] for charge in found["data"]]
        charged(client, customer="cus_bob")
        cursor = found["next_cursor"]
        assert found["has_more"] is (cursor is not None)
        if cursor is None:
            break
    assert [one for one in seen if one.startswith("ch_") and len(one) == 5] == [f"ch_{n:02}" for n in range(24, -1, -1)]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "body",
    [
        '{"a":',
        "[" * 100_000,
        "NaN",
        "",
        '{"customer": "cus_ada", "amount": %s, "currency": "eur"}' % ("9" * 5000),
        '{"customer": "cus_ada", "amount": 1, "currency": "eur", "metadata": {"\\ud800": "x"}}',
        '{"customer": "cus_ada", "amount": 1, "currency": "eur", "metadata": {"a": "\\ud800"}}',
    ],
    ids=range(7),
)
def test_whatever_is_sent_the_state_can_be_told(client: httpx.Client, body: str) -> None:
    before = state(client)
    found = client.post("/v1/charges", content=body, headers={"content-type": "application/json"})
    assert found.status_code in (400, 422)
    assert state(client) == before


@pytest.mark.parametrize("cursor", ["x", "", "cmVmdW5kczoz", "Y2hhcmdlczox4pyT", "é"])
def test_a_cursor_of_another_list_is_refused(client: httpx.Client, cursor: str) -> None:
    assert code(client.get("/v1/charges", params={"cursor": cursor})) == (422, "invalid_cursor")


def test_webhooks_are_signed_and_wait_until_they_are_taken(client: httpx.Client) -> None:
    hook = {"url": "http://127.0.0.1:9/hook", "events": ["charge.refunded"]}
    made = client.post("/v1/webhook_endpoints", json=hook).json()
    charge = charged(client)
    assert client.get("/_roadtest/deliveries").json() == []
    client.post(f"/v1/charges/{charge['id']}/refunds", json={"amount": 5})
    (waiting,) = client.get("/_roadtest/deliveries").json()
    stamp, digest = (part.partition("=")[2] for part in waiting["headers"]["payments-signature"].split(","))
    body = f"{stamp}.{waiting['body']}".encode()
    assert hmac.new(made["secret"].encode(), body, hashlib.sha256).hexdigest() == digest
    told = json.loads(waiting["body"])
    assert (told["type"], told["data"]["amount_refunded"]) == ("charge.refunded", 5)
    client.post(f"/_roadtest/deliveries/{waiting['id']}", json={"status": 500})
    (again,) = client.get("/_roadtest/deliveries").json()
    assert (again["id"], again["attempts"]) == (waiting["id"], 1)
    client.post(f"/_roadtest/deliveries/{waiting['id']}", json={"status": 204})
    assert client.get("/_roadtest/deliveries").json() == []
    assert client.delete(f"/v1/webhook_endpoints/{made['id']}").status_code == 204
    assert "secret" not in json.dumps(state(client))


def test_the_document_names_operations_and_keeps_quiet_about_administration(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    names = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert {"create_charge", "list_charges", "create_refund", "update_customer"} <= names
    assert not any("_roadtest" in path for path in document["paths"])
    create = document["paths"]["/v1/charges"]["post"]
    assert "Idempotency-Key" in {parameter["name"] for parameter in create["parameters"]}
    assert {"201", "401", "422"} <= create["responses"].keys()
    assert "sk_test" not in json.dumps(document)


def test_a_bad_seed_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "seed.json").write_text(json.dumps({"charges": OLD}))
    command = [sys.executable, "-m", "sandbox.services.payments", "--socket", str(tmp_path / "s")]
    done = subprocess.run([*command, "--seed", str(tmp_path / "seed.json")], capture_output=True, text=True, timeout=20)
    assert (done.returncode, "the seed of payments: FOREIGN KEY" in done.stderr) == (2, True), done.stderr


# --- judged, through the proxy ---

SPEC: dict[str, Any] = {
    "allowed": [
        {
            "service": "payments",
            "collection": "charges",
            "kinds": ["created"],
            "where": {"order_id": "o-17", "amount": 4200},
            "at_most": 1,
        }
    ],
    "required": [
        {
            "id": "charged",
            "service": "payments",
            "collection": "charges",
            "where": {"order_id": "o-17", "customer": "cus_ada", "status": "succeeded"},
            "exactly": 1,
        }
    ],
    "milestones": [
        {"id": "look", "where": {"kind": "answer", "method": "GET", "upstream": 200}},
        {
            "id": "charge",
            "after": ["look"],
            "where": {"kind": "answer", "path": "/v1/charges", "method": "POST", "upstream": 201},
            "fields": {"asked.amount": 4200, "asked.order_id": "o-17"},
        },
    ],
}
Way = Callable[[httpx.Client], None]


def _until_answered(client: httpx.Client, charge: Mapping[str, Any], **headers: str) -> None:
    for _ in range(10):
        try:
            if client.post("/v1/charges", json=charge, headers=headers).status_code == 201:
                return
        except httpx.TransportError:
            continue
    raise AssertionError("never answered")


def idempotent(client: httpx.Client) -> None:
    client.get("/v1/charges", params={"order_id": "o-17"})
    _until_answered(client, CHARGE, **{"Idempotency-Key": "o-17"})


def looking(client: httpx.Client) -> None:
    """Another right way: no key, but looking whether it was done."""
    for _ in range(10):
        if any(one["customer"] == "cus_ada" for one in client.get("/v1/charges").json()["data"]):
            return
        try:
            client.post("/v1/charges", json=CHARGE)
        except httpx.TransportError:
            continue


def naive(client: httpx.Client) -> None:
    _until_answered(client, CHARGE)


def collateral(client: httpx.Client) -> None:
    idempotent(client)
    client.patch("/v1/customers/cus_bob", json={"name": "Robert"})


def nothing(client: httpx.Client) -> None:
    client.get("/v1/charges")


def outcome(place: Path, way: Way) -> Outcome:
    spec = read_spec(SPEC, "outcome.toml")
    with service("payments", place, SEED) as socket, over(socket) as admin:
        before = admin.get("/_roadtest/state").content
        script = [{"fault": "lost-response", "method": "POST", "path": "/v1/charges"}]
        told = {"upstream": {"unix": str(socket)}, "dry_run": True, "script": script}
        with (
            proxy(place, {"payments": told}) as ports,
            httpx.Client(base_url=f"http://127.0.0.1:{ports['payments']}", headers=KEY, trust_env=False) as client,
        ):
            way(client)
        after = admin.get("/_roadtest/state").content
    log = read_happenings((place / "service.jsonl").read_bytes())
    return judge(spec, read_state({"payments": before}), read_state({"payments": after}), log)


@pytest.mark.parametrize(
    ("way", "passed", "partial", "undue"),
    [(idempotent, True, 1.0, 0), (looking, True, 1.0, 0), (naive, False, 0.5, 1), (collateral, False, 1.0, 1)],
)
def test_charging_once_through_a_lost_response(
    tmp_path: Path, way: Way, passed: bool, partial: float, undue: int
) -> None:
    found = outcome(tmp_path, way)
    assert (found.passed, found.partial, len(found.collateral)) == (passed, partial, undue), found


def test_doing_nothing_is_not_enough(tmp_path: Path) -> None:
    found = outcome(tmp_path, nothing)
    assert (found.passed, found.partial) == (False, 0.5)
