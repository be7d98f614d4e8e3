"""Takes out what the log says was made, and what was sent unanswered and is there just so."""

import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path


def ask(method, path, body=None, key=None):
    """Ask until there is an answer that can be read; None where there is nothing of that name."""
    headers = {"Authorization": "Bearer " + os.environ["PAYMENTS_KEY"], "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["PAYMENTS_URL"] + path, data, headers, method=method)
    for _ in range(20):
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                text = answer.read()
                return json.loads(text) if text else {}
        except urllib.error.HTTPError as exc:
            if exc.code == 404:
                return None
            if exc.code != 429 and exc.code < 500:
                raise
            time.sleep(float(exc.headers.get("Retry-After", 0.2)))
        except (OSError, ValueError, http.client.HTTPException):
            time.sleep(0.2)
    raise SystemExit(f"{method} {path}: no answer")


def all_of(path, **filters):
    """Every row of a list."""
    while True:
        page = ask("GET", path + "?" + urllib.parse.urlencode({"limit": 50, **filters}))
        yield from page["data"]
        if page["next_cursor"] is None:
            return
        filters["cursor"] = page["next_cursor"]


def made(path, *sent):
    """What the test made there: what it was told the id of, and what is there just as it was sent unanswered."""
    asked = [entry for entry in log if entry["request"] == "POST " + path]
    ids = {entry["id"] for entry in asked if entry["answer"] == 201}
    unanswered = [[entry[name] for name in sent] for entry in asked if entry["answer"] is None]
    return [row for row in all_of(path) if row["id"] in ids or [row[name] for name in sent] in unanswered]


log = [json.loads(line) for line in Path("loadtest.jsonl").read_text().splitlines()]
charges = made("/v1/charges", "customer", "order_id", "amount", "currency")
customers = made("/v1/customers", "name", "email")
for charge in charges:
    if charge["status"] != "refunded":
        ask("POST", f"/v1/charges/{charge['id']}/refunds", {"reason": "load test"}, "load-test-" + charge["id"])
charged = {charge["customer"] for charge in all_of("/v1/charges")}
for customer in customers:
    if customer["id"] not in charged:
        ask("DELETE", "/v1/customers/" + customer["id"])
