"""Has the customer who is nobody charged, and waits until the receiver has booked it."""

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

BODY = {"customer": "cus_probe", "order_id": "probe", "amount": 100, "currency": "eur"}
HEADERS = {
    "Authorization": "Bearer " + os.environ["PAYMENTS_KEY"],
    "Content-Type": "application/json",
    "Idempotency-Key": "probe",
}


def charge():
    request = urllib.request.Request(os.environ["PAYMENTS_URL"] + "/v1/charges", json.dumps(BODY).encode(), HEADERS)
    for _ in range(12):
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)["id"]
        except urllib.error.HTTPError as exc:
            if exc.code != 429 and exc.code < 500:
                raise
            time.sleep(float(exc.headers.get("Retry-After", 0.1)))
        except (OSError, ValueError):  # no answer, or half of one
            time.sleep(0.1)
    raise SystemExit("no answer")


def booked():
    database = sqlite3.connect("books.sqlite")
    try:
        return [charge for (charge,) in database.execute("SELECT charge FROM bookings")]
    except sqlite3.OperationalError:  # it has not begun yet
        return []
    finally:
        database.close()


receiver = subprocess.Popen([sys.executable, "receiver.py"])
try:
    made, until = charge(), time.monotonic() + 10
    while made not in booked() and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(0.5)
    if booked() != [made]:
        raise SystemExit(f"{made} was charged, {booked()} booked")
finally:
    receiver.terminate()
    receiver.wait()
