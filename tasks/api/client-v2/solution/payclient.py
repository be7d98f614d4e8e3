"""The market's client of the payment service."""

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


ERRORS = {
    "not_found": NotFound,
    "unknown_reference": NotFound,
    "already_refunded": AlreadyRefunded,
    "unauthorized": NotAllowed,
}


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
        found = self._ask("GET", "/v1/customers", {"email": email})["data"]
        return found[0]["id"] if found else None

    def get(self, charge):
        """The charge with an id."""
        return _charge(self._ask("GET", f"/v1/charges/{charge}"))

    def charges(self, customer):
        """All charges of a customer, oldest first."""
        found, query = [], {"customer": customer, "limit": PAGE}
        while True:
            page = self._ask("GET", "/v1/charges", query)
            found += page["data"]
            if not page["has_more"]:
                # The service begins with the newest.
                return [_charge(one) for one in reversed(found)]
            query["cursor"] = page["next_cursor"]

    def total(self, customer, currency="EUR"):
        """What a customer has paid in a currency, less what was given back."""
        mine = [one for one in self.charges(customer) if one.currency == currency]
        return sum((one.amount - one.refunded for one in mine), Decimal("0.00"))

    def charge(self, customer, order, amount, currency="EUR"):
        """Charge a customer for an order.

        Asked again for the same order with the same amount, it gives the charge that was made: nobody pays twice.
        """
        body = {"customer": customer, "order_id": order, "amount": _cents(amount), "currency": currency.lower()}
        return _charge(self._ask("POST", "/v1/charges", body=body, more={"Idempotency-Key": f"order-{order}"}))

    def refund(self, charge, amount=None):
        """Give back an amount of a charge, or all that is left; the charge as it is then."""
        body = {} if amount is None else {"amount": _cents(amount)}
        self._ask("POST", f"/v1/charges/{charge}/refunds", body=body)
        return self.get(charge)

    def _ask(self, method, path, query=None, body=None, more=None):
        url = self.url + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **(more or {})}
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as exc:
            told = json.load(exc)["error"]
            kind = ERRORS.get(told["code"], PaymentError)
            raise kind(told["code"], told["message"], told.get("param")) from exc


def _cents(amount):
    return int(money(amount) * 100)


def _charge(row):
    amount, refunded = (Decimal(row[name]).scaleb(-2) for name in ("amount", "amount_refunded"))
    return Charge(row["id"], row["customer"], row["order_id"], amount, row["currency"].upper(), refunded)
