"""Moves the orders: what the table lacks is looked up anew in each attempt, in the transaction that adds it."""

import csv
import io
import json
import time

import db
import s3


def patiently(ask, *given):
    """Ask again while the line is bad."""
    for _ in range(20):
        try:
            return ask(*given)
        except OSError as exc:
            headers = getattr(exc, "headers", None) or {}
            time.sleep(float(headers.get("Retry-After", 0.2)))
    raise SystemExit("no answer")


def number(text):
    return text.replace(".", "").replace(",", ".") or None


def from_csv(text):
    for row in csv.DictReader(io.StringIO(text), delimiter=";"):
        row["placed"] = "-".join(reversed(row["placed"].split(".")))
        row["amount"], row["weight_kg"] = number(row["amount"]), number(row["weight_kg"])
        yield {name: value or None for name, value in row.items()}


def from_lines(text):
    return map(json.loads, text.splitlines())


def details(row):
    weight = None if row["weight_kg"] is None else float(row["weight_kg"])
    return json.dumps({"weight_kg": weight, "gift": row["gift"] == "yes", "shelf": row["shelf"]})


def archive():
    """The orders as the latest file has them."""
    found = {}
    for key in sorted(patiently(s3.keys, "orders/")):
        text = patiently(s3.get, key).decode()
        for row in from_csv(text) if key.endswith(".csv") else from_lines(text):
            texts = [row[name] for name in ("number", "customer", "placed", "amount", "items", "coupon")]
            found[row["number"]] = [*texts, details(row)]
    return found


THERE = "SELECT number, customer, placed, amount, items, coupon, details::text FROM orders WHERE source = 'archive'"


def move(orders):
    with db.connect() as base:
        base.query("BEGIN")
        rows = base.query(THERE)
        there = {row[0]: same(row) for row in rows}
        for order, row in orders.items():
            if there.get(order) == same(row):
                continue
            base.query("DELETE FROM orders WHERE number = $1 AND source = 'archive'", [order])
            base.query("INSERT INTO orders VALUES ($1, $2, $3, $4, $5, $6, $7, 'archive')", row)
        base.query("COMMIT")


def same(row):
    amount = None if row[3] is None else float(row[3])
    return [*row[:3], amount, *map(str, row[4:6]), json.loads(row[6])]


patiently(move, archive())
