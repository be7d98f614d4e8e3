"""Takes what the payment service tells the workshop, and books it: python3 receiver.py"""

import json
import os
import sqlite3
from http.server import BaseHTTPRequestHandler, HTTPServer

import labels

PATH = "/webhooks"


class Books:
    """The bookings, in a SQLite file; accounting reads the table as it is."""

    def __init__(self, path):
        self.path = path
        with self._connected() as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS bookings ("
                "number INTEGER PRIMARY KEY, charge TEXT, order_id TEXT, amount INTEGER, currency TEXT)"
            )
        database.close()

    def book(self, charge):
        """Book a charge that was paid."""
        with self._connected() as database:
            database.execute(
                "INSERT INTO bookings (charge, order_id, amount, currency) VALUES (?, ?, ?, ?)",
                (charge["id"], charge["order_id"], charge["amount"], charge["currency"]),
            )
        database.close()

    def _connected(self):
        return sqlite3.connect(self.path, timeout=10)


class Receiver(HTTPServer):
    """Listens for webhooks.

    address: (host, port). path: of the books. secret: that we share with the payment service. print_label: is called
    with each charge that was booked, so that the parcel gets its label.
    """

    def __init__(self, address, path, secret, print_label=labels.print_label):
        super().__init__(address, Handler)
        self.books = Books(path)
        self.secret = secret
        self.print_label = print_label


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        if self.path != PATH:
            return self._answer(404)
        body = self.rfile.read(int(self.headers["content-length"]))
        event = json.loads(body)
        if event["type"] == "charge.succeeded":
            self.server.books.book(event["data"])
            self.server.print_label(event["data"])
        return self._answer(204)

    def _answer(self, status):
        self.send_response(status)
        self.end_headers()


if __name__ == "__main__":
    Receiver(("127.0.0.1", 8000), "books.sqlite", os.environ["WEBHOOK_SECRET"]).serve_forever()
