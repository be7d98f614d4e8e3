"""Takes what the payment service tells the workshop, and books it: python3 receiver.py"""

import hashlib
import hmac
import json
import os
import queue
import sqlite3
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import labels

PATH = "/webhooks"


SIGNATURE = "payments-signature"
# Seconds for which a signature is good.
GOOD_FOR = 300


def is_signed(secret, header, body):
    """Whether it was signed with the secret, and lately."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    at, given = parts.get("t", ""), parts.get("v1", "")
    if not (at.isascii() and at.isdigit() and len(at) < 13) or abs(time.time() - int(at)) > GOOD_FOR:
        return False
    right = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right.encode(), given.encode())


class Books:
    """The bookings, in a SQLite file; accounting reads the table as it is."""

    def __init__(self, path):
        self.path = path
        with self._connected() as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS bookings ("
                "number INTEGER PRIMARY KEY, charge TEXT, order_id TEXT, amount INTEGER, currency TEXT)"
            )
            database.execute("CREATE TABLE IF NOT EXISTS taken (event TEXT PRIMARY KEY)")
        database.close()

    def book(self, event, charge):
        """Book a charge that was paid; whether it was not yet."""
        with self._connected() as database:
            # Both or none of them: what was not booked has to be booked when it comes again.
            new = database.execute("INSERT OR IGNORE INTO taken (event) VALUES (?)", (event,)).rowcount
            if new:
                database.execute(
                    "INSERT INTO bookings (charge, order_id, amount, currency) VALUES (?, ?, ?, ?)",
                    (charge["id"], charge["order_id"], charge["amount"], charge["currency"]),
                )
        database.close()
        return bool(new)

    def _connected(self):
        return sqlite3.connect(self.path, timeout=10)


class Receiver(ThreadingHTTPServer):
    """Listens for webhooks.

    address: (host, port). path: of the books. secret: that we share with the payment service. print_label: is called
    with each charge that was booked, so that the parcel gets its label.
    """

    def __init__(self, address, path, secret, print_label=labels.print_label):
        super().__init__(address, Handler)
        self.books = Books(path)
        self.secret = secret
        self.print_label = print_label
        self.to_print = queue.Queue()
        threading.Thread(target=self._print, daemon=True).start()

    def _print(self):
        # One printer, one label after the other.
        while True:
            try:
                self.print_label(self.to_print.get())
            except Exception as exc:
                print("no label:", exc)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        if self.path != PATH:
            return self._answer(404)
        body = self.rfile.read(int(self.headers["content-length"]))
        if not is_signed(self.server.secret, self.headers.get(SIGNATURE, ""), body):
            return self._answer(400)
        event = json.loads(body)
        if event["type"] == "charge.succeeded" and self.server.books.book(event["id"], event["data"]):
            self.server.to_print.put(event["data"])
        return self._answer(204)

    def _answer(self, status):
        self.send_response(status)
        self.end_headers()


if __name__ == "__main__":
    Receiver(("127.0.0.1", 8000), "books.sqlite", os.environ["WEBHOOK_SECRET"]).serve_forever()
