"""Pays what is missing, each refund with a key of its own; then writes down what is out."""

import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

import db


def once(method, path, body=None, more=None):
    headers = {"Authorization": "Bearer " + os.environ["PAYMENTS_KEY"], "Content-Type": "application/json"}
    headers |= more or {}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["PAYMENTS_URL"] + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer), answer.headers


def ask(method, path, body=None, more=None):
    """Ask until there is an answer that can be read."""
    for _ in range(20):
        try:
            return once(method, path, body, more)
        except urllib.error.HTTPError as exc:
            if exc.code != 429 and exc.code < 500:
                raise
            time.sleep(float(exc.headers.get("Retry-After", 0.2)))
        except (OSError, ValueError, http.client.HTTPException):
            time.sleep(0.2)
    raise SystemExit(f"{method} {path}: no answer")


def all_of(path):
    """Every row of a list."""
    cursor = None
    while True:
        query = {"limit": 50, **({"cursor": cursor} if cursor else {})}
        page, _ = ask("GET", path + "?" + urllib.parse.urlencode(query))
        yield from page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def in_books(do):
    """Do something in one transaction, again until it went through: it has to be the same done twice."""
    for _ in range(20):
        try:
            with db.connect() as books:
                books.query("BEGIN")
                found = do(books)
                books.query("COMMIT")
                return found
        except OSError:
            time.sleep(0.2)
    raise SystemExit("no answer of the database")


def cases(books):
    rows = books.query("SELECT case_no, charge, amount_cents, status FROM cases ORDER BY case_no")
    return [(case, charge, int(amount), status) for case, charge, amount, status in rows]


def write(books):
    for case, charge, amount, status in known:
        out = paid.get(charge, 0)
        granted = status in ("approved", "paid")
        told = [case, "paid" if granted else status, out]
        books.query("UPDATE cases SET status = $2, paid_cents = $3 WHERE case_no = $1", told)
        if out > (amount if granted else 0):
            books.query("UPDATE cases SET to_check = true WHERE case_no = $1", [case])
    for charge in paid.keys() - {charge for _, charge, _, _ in known}:
        added = ["N-" + charge, charge, paid[charge]]
        books.query("INSERT INTO cases VALUES ($1, $2, 0, 'open', $3, true) ON CONFLICT DO NOTHING", added)


def pay(case, charge, missing):
    body = {"amount": missing, "reason": case}
    ask("POST", f"/v1/charges/{charge}/refunds", body, {"Idempotency-Key": f"{case}-{missing}"})


paid = {}
for refund in all_of("/v1/refunds"):
    paid[refund["charge"]] = paid.get(refund["charge"], 0) + refund["amount"]
known = in_books(cases)
for case, charge, amount, status in known:
    missing = amount - paid.get(charge, 0)
    if status in ("approved", "paid") and missing > 0:
        pay(case, charge, missing)
        paid[charge] = amount
in_books(write)
