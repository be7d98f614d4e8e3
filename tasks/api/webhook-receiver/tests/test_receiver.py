import contextlib
import hashlib
import hmac
import http.client
import itertools
import json
import os
import sqlite3
import threading
import time
import urllib.request

from receiver import Receiver

SECRET = "whsec_of_the_tests"
NUMBERS = itertools.count(1)


class Shop:
    """A receiver at work, its books and the labels that it had printed."""

    def __init__(self, path, secret=SECRET, port=0, printing=0.0):
        self.path = path
        self.secret = secret
        self.printing = printing
        self.labels = []
        self.receiver = Receiver(("127.0.0.1", port), str(path), secret, print_label=self.print_label)
        self.thread = threading.Thread(target=self.receiver.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def print_label(self, charge):
        time.sleep(self.printing)
        self.labels.append(charge["order_id"])

    def close(self):
        self.receiver.shutdown()
        self.thread.join()
        # Some wait in there for labels that are still to be printed.
        closing = threading.Thread(target=self.receiver.server_close, daemon=True)
        closing.start()
        closing.join(timeout=2)

    def send(self, body, signature=None):
        """Send a body; the status, 0 where there was no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.receiver.server_address[1], timeout=10)
        headers = {"Content-Type": "application/json"}
        if signature is not None:
            headers["payments-signature"] = signature
        try:
            connection.request("POST", "/webhooks", body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def tell(self, event):
        body = json.dumps(event).encode()
        return self.send(body, signed(body, self.secret))

    def booked(self):
        with contextlib.closing(sqlite3.connect(self.path, timeout=10)) as database:
            return sorted(database.execute("SELECT charge, order_id, amount, currency FROM bookings"))

    def printed(self, number):
        """The labels, once there are so many; one more than there should be has had its time then."""
        until = time.monotonic() + 8 + number * self.printing
        while len(self.labels) < number and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.1 + min(self.printing, 0.4))
        return sorted(self.labels)


@contextlib.contextmanager
def shop(path, **how):
    made = Shop(path, **how)
    try:
        yield made
    finally:
        made.close()


def signed(body, secret=SECRET, at=None):
    at = int(time.time()) if at is None else int(at)
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def paid(amount=4200, order=None):
    number = next(NUMBERS)
    order = order or f"T-{number}"
    data = {"id": f"ch_{number}", "customer": "cus_runa", "order_id": order, "amount": amount, "currency": "eur"}
    return {"id": f"evt_{number}", "type": "charge.succeeded", "data": data}


def row(event):
    return tuple(event["data"][name] for name in ("id", "order_id", "amount", "currency"))


def test_what_is_not_signed_with_our_secret_is_refused(tmp_path):
    with shop(tmp_path / "books") as one:
        body = json.dumps(paid()).encode()
        assert one.send(body) == 400
        assert one.send(body, signed(body, "whsec_of_somebody_else")) == 400
        assert one.send(body, signed(body, "")) == 400
        assert one.booked() == []
        assert one.labels == []


def test_what_was_changed_after_it_was_signed_is_refused(tmp_path):
    with shop(tmp_path / "books") as one:
        event = paid(100)
        signature = signed(json.dumps(event).encode())
        event["data"]["amount"] = 100_000
        assert one.send(json.dumps(event).encode(), signature) == 400
        other = {**event, "id": "evt_another"}
        assert one.send(json.dumps(other).encode(), signature) == 400
        assert one.booked() == []


def test_a_signature_that_is_none_is_refused(tmp_path):
    now = int(time.time())
    none = ["", "nothing", "t=,v1=", "v1=", "t=soon,v1=00", f"t={now}", "=,=", f"t={now},v1=", f"t={now},v1=\xe4\xf6"]
    with shop(tmp_path / "books") as one:
        body = json.dumps(paid()).encode()
        assert [one.send(body, signature) for signature in none] == [400] * len(none)
        assert one.send(b"no json", "nothing") == 400
        assert one.booked() == []


def test_what_was_signed_long_ago_is_refused(tmp_path):
    with shop(tmp_path / "books") as one:
        old, fresh = json.dumps(paid()).encode(), paid()
        assert one.send(old, signed(old, at=time.time() - 600)) == 400
        assert one.booked() == []
        body = json.dumps(fresh).encode()
        assert 200 <= one.send(body, signed(body, at=time.time() - 120)) <= 299
        assert one.booked() == [row(fresh)]


def test_an_event_that_comes_again_is_booked_once(tmp_path):
    with shop(tmp_path / "books") as one:
        first, second = paid(), paid()
        statuses = [one.tell(event) for event in (first, second, first, first, second)]
        assert all(200 <= status <= 299 for status in statuses), statuses
        assert one.booked() == sorted([row(first), row(second)])
        assert one.printed(2) == sorted([first["data"]["order_id"], second["data"]["order_id"]])


def test_an_event_that_comes_again_after_a_restart_is_booked_once(tmp_path):
    event = paid()
    with shop(tmp_path / "books") as one:
        assert 200 <= one.tell(event) <= 299
        assert one.printed(1) == [event["data"]["order_id"]]
    with shop(tmp_path / "books") as again:
        assert 200 <= again.tell(event) <= 299
        assert again.booked() == [row(event)]
        assert again.printed(0) == []


def test_an_event_that_comes_many_times_at_once_is_booked_once(tmp_path):
    with shop(tmp_path / "books") as one:
        event, statuses = paid(), []
        senders = [threading.Thread(target=lambda: statuses.append(one.tell(event))) for _ in range(8)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert all(200 <= status <= 299 for status in statuses), statuses
        assert one.booked() == [row(event)]
        assert one.printed(1) == [event["data"]["order_id"]]


def test_answers_do_not_wait_for_the_printer(tmp_path):
    with shop(tmp_path / "books", printing=2.0) as one:
        event, began = paid(), time.monotonic()
        assert 200 <= one.tell(event) <= 299
        assert time.monotonic() - began < 1.5
        assert one.booked() == [row(event)]
        assert one.printed(1) == [event["data"]["order_id"]]


def test_many_events_are_answered_in_time(tmp_path):
    with shop(tmp_path / "books", printing=0.4) as one:
        events, began = [paid() for _ in range(6)], time.monotonic()
        assert all(200 <= one.tell(event) <= 299 for event in events)
        assert time.monotonic() - began < 2.0
        assert one.booked() == sorted(map(row, events))
        assert one.printed(6) == sorted(event["data"]["order_id"] for event in events)


def charged(order, amount):
    """Have the service charge the customer who is nobody; the charge."""
    body = {"customer": "cus_probe", "order_id": order, "amount": amount, "currency": "eur"}
    headers = {
        "Authorization": "Bearer " + os.environ["PAYMENTS_KEY"],
        "Content-Type": "application/json",
        "Idempotency-Key": order,
    }
    url = os.environ["PAYMENTS_URL"] + "/v1/charges"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=10) as answer:
        return json.load(answer)


def test_what_the_service_sends_is_booked_exactly_once(tmp_path):
    with shop(tmp_path / "books", secret=os.environ["WEBHOOK_SECRET"], port=8000) as one:
        # Other tests ask the same service, and so do further runs of this one.
        name = f"{os.getpid()}-{time.time_ns()}"
        made = {charged(f"T-{name}-{place}", 1000 + place)["id"] for place in range(10)}
        until = time.monotonic() + 10
        while not made <= {charge for charge, *_ in one.booked()} and time.monotonic() < until:
            time.sleep(0.05)
        # What is sent once more comes right after the first.
        time.sleep(0.6)
        ours = [charge for charge, *_ in one.booked() if charge in made]
        assert sorted(ours) == sorted(made)


def test_what_was_paid_is_booked(tmp_path):
    with shop(tmp_path / "books") as one:
        first, second = paid(990), paid(12_345)
        second["data"]["order_id"] = first["data"]["order_id"]
        assert [200 <= one.tell(event) <= 299 for event in (first, second)] == [True, True]
        assert one.booked() == sorted([row(first), row(second)])
        assert one.printed(2) == [first["data"]["order_id"]] * 2


def test_other_events_are_taken_and_not_booked(tmp_path):
    with shop(tmp_path / "books") as one:
        event = {"id": "evt_other", "type": "customer.updated", "data": {"id": "cus_runa", "name": "R", "email": "r@x"}}
        assert 200 <= one.tell(event) <= 299
        assert one.booked() == []
        assert one.printed(0) == []
