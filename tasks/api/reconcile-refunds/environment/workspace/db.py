"""A small client of PostgreSQL, for scripts of ours.

    with connect() as db:
        rows = db.query("SELECT number, amount FROM orders WHERE placed > $1", ["2024-01-01"])

A row is a list of texts, None where it is NULL; what is passed for $1 and so on is a text (or None), too, and the
database makes of it what the column wants. Each statement is carried out at once, unless it stands between a
query("BEGIN") and a query("COMMIT"). What breaks the connection is a ConnectionError: connect again.
"""

import base64
import hashlib
import hmac
import os
import secrets
import socket
import struct
from urllib.parse import urlsplit


class Refused(Exception):
    """The database said no."""


def connect(url=None, timeout=20):
    """A connection to DATABASE_URL."""
    told = urlsplit(url or os.environ["DATABASE_URL"])
    return Connection(told.hostname, told.port or 5432, told.username, told.password, told.path.lstrip("/"), timeout)


class Connection:
    def __init__(self, host, port, user, password, database, timeout):
        try:
            self._socket = socket.create_connection((host, port), timeout)
            self._file = self._socket.makefile("rb")
            words = b"user\0%b\0database\0%b\0\0" % (user.encode(), database.encode())
            self._send(b"", struct.pack("!i", 196608) + words)
            self._authenticate(password)
            self._until_ready()
        except OSError as exc:
            raise ConnectionError(f"no connection to the database: {exc}") from exc

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        self._file.close()
        self._socket.close()

    def query(self, statement, values=()):
        """Carry out one statement; its rows."""
        try:
            texts = [None if value is None else str(value).encode() for value in values]
            bound = b"".join(b"\xff\xff\xff\xff" if t is None else struct.pack("!i", len(t)) + t for t in texts)
            self._send(b"P", b"\0" + statement.encode() + b"\0\0\0")
            self._send(b"B", b"\0\0\0\0" + struct.pack("!h", len(texts)) + bound + b"\0\0")
            self._send(b"E", b"\0\0\0\0\0")
            self._send(b"S", b"")
            return self._until_ready()
        except OSError as exc:
            raise ConnectionError(f"the connection broke: {exc}") from exc

    def _send(self, kind, body):
        self._socket.sendall(kind + struct.pack("!i", len(body) + 4) + body)

    def _message(self):
        head = self._file.read(5)
        if len(head) < 5:
            raise ConnectionError("the connection broke")
        length = struct.unpack("!i", head[1:])[0] - 4
        body = self._file.read(length)
        if len(body) < length:
            raise ConnectionError("the connection broke")
        return head[:1], body

    def _until_ready(self):
        rows, refused = [], None
        while True:
            kind, body = self._message()
            if kind == b"D":
                rows.append(_row(body))
            elif kind == b"E":
                refused = Refused(_words(body))
            elif kind == b"Z":
                if refused:
                    raise refused
                return rows

    def _authenticate(self, password):
        """SCRAM-SHA-256 (RFC 5802)."""
        first = "n=,r=" + secrets.token_hex(12)
        self._challenge(10)
        told = b"n,," + first.encode()
        self._send(b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(told)) + told)
        challenge = self._challenge(11).decode()
        parts = dict(part.split("=", 1) for part in challenge.split(","))
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(parts["s"]), int(parts["i"]))
        key = _hmac(salted, b"Client Key")
        last = "c=biws,r=" + parts["r"]
        signed = _hmac(hashlib.sha256(key).digest(), f"{first},{challenge},{last}".encode())
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signed, strict=True))).decode()
        self._send(b"p", f"{last},p={proof}".encode())
        self._challenge(12)

    def _challenge(self, wanted):
        kind, body = self._message()
        if kind == b"E":
            raise Refused(_words(body))
        found = struct.unpack("!i", body[:4])[0]
        if (kind, found) != (b"R", wanted):
            raise Refused(f"an unknown way to sign in: {found}")
        return body[4:]


def _hmac(key, words):
    return hmac.new(key, words, "sha256").digest()


def _row(body):
    cells, place = [], 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        length = struct.unpack("!i", body[place : place + 4])[0]
        place += 4
        cells.append(None if length < 0 else body[place : place + length].decode())
        place += max(length, 0)
    return cells


def _words(body):
    fields = {part[:1]: part[1:].decode() for part in body.split(b"\0") if part}
    return f"{fields.get(b'M')} ({fields.get(b'C')})"
