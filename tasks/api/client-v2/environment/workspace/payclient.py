"""The market's client of the payment service, for its version 1."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PAGE = 50


class PaymentError(Exception):
    """The service said no. code: what it calls that; text: its words; field: what was wrong, if it says so."""

    def __init__(self, code, text="", field=None):
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.field = field


class NotFound(PaymentError):
    """There is no such charge, or no such customer, whatever was to be done with it."""


class AlreadyRefunded(PaymentError):
    """There is nothing left of the charge."""


class NotAllowed(PaymentError):
    """The key is not good."""


ERRORS = {"no_such_thing": NotFound, "nothing_left": AlreadyRefunded, "bad_key": NotAllowed}


@dataclass(frozen=True)
class Charge:
    """A charge. amount, refunded: Decimals with two places, in the currency, which is written as EUR."""

    id: str
    customer: str
    order: str
    amount: Decimal
    currency: str
    refunded: Decimal


def money(amount):
    """An amount, given as a number or a text, as a Decimal with two places."""
    found = Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if found <= 0:
        raise ValueError(f"{amount} is no amount")
    return found


class Client:
    """Asks the payment service."""

    def __init__(self, url, key):
        self.url = url
        self.key = key

    @classmethod
    def from_environment(cls):
        return cls(os.environ["PAYMENTS_URL"], os.environ["PAYMENTS_KEY"])

    def customer(self, email):
        """The id of the customer with an e-mail address; None if there is none."""
        found = self._ask("GET", "/api/customers", {"mail": email})["items"]
        return found[0]["id"] if found else None

    def get(self, charge):
        """The charge with an id."""
        return _charge(self._ask("GET", f"/api/charge/{charge}"))

    def charges(self, customer):
        """All charges of a customer, oldest first."""
        found, total = [], 1
        while len(found) < total:
            page = self._ask("GET", "/api/charges", {"customer": customer, "offset": len(found), "count": PAGE})
            found += page["items"]
            total = page["total"]
        return [_charge(one) for one in found]

    def total(self, customer, currency="EUR"):
        """What a customer has paid in a currency, less what was given back."""
        mine = [one for one in self.charges(customer) if one.currency == currency]
        return sum((one.amount - one.refunded for one in mine), Decimal("0.00"))

    def charge(self, customer, order, amount, currency="EUR"):
        """Charge a customer for an order.

        Asked again for the same order with the same amount, it gives the charge that was made: nobody pays twice.
        """
        body = {"customer": customer, "order": order, "amount": float(money(amount)), "currency": currency}
        return _charge(self._ask("POST", "/api/charge", body={**body, "request": order}))

    def refund(self, charge, amount=None):
        """Give back an amount of a charge, or all that is left; the charge as it is then."""
        body = {"charge": charge, "amount": None if amount is None else float(money(amount))}
        return _charge(self._ask("POST", "/api/refund", body=body))

    def _ask(self, method, path, query=None, body=None):
        url = self.url + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-Api-Key": self.key, "Content-Type": "application/json"}
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as exc:
            told = json.load(exc)
            code = told.get("error", "unknown")
            kind = ERRORS.get(code, PaymentError) if isinstance(code, str) else PaymentError
            raise kind(code, told.get("text", ""), told.get("field")) from exc


def _charge(row):
    refunded = Decimal(str(row["refunded"])).quantize(Decimal("0.01"))
    return Charge(row["id"], row["customer"], row["order"], money(row["amount"]), row["currency"], refunded)
