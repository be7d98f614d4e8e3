import itertools
import json
import os
import time
import urllib.request
from decimal import Decimal

import payclient
import pytest
from payclient import AlreadyRefunded, Client, NotAllowed, NotFound, PaymentError

NUMBERS = itertools.count()
# What the market's account begins with.
ORDERS = [f"M-{number}" for number in range(500, 637)]


def client():
    return Client.from_environment()


def new_order():
    # Tests ask the same service one after another.
    return f"T-{os.getpid()}-{time.time_ns()}-{next(NUMBERS)}"


def kept(path):
    """What the service itself says."""
    headers = {"Authorization": "Bearer " + os.environ["PAYMENTS_KEY"]}
    request = urllib.request.Request(os.environ["PAYMENTS_URL"] + path, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def charges_of(order):
    return [(one["amount"], one["currency"]) for one in kept(f"/v1/charges?order_id={order}")["data"]]


def test_customers_are_found():
    assert client().customer("olive@saltmarket.invalid") == "cus_olive"
    assert client().customer("nobody@saltmarket.invalid") is None


def test_a_charge_is_found_with_its_order():
    found = client().get("ch_olive")
    assert (found.id, found.customer, found.order) == ("ch_olive", "cus_olive", "M-700")


def test_amounts_arrive_to_the_cent():
    given = {"19.90": 1990, 0.29: 29, 1.15: 115, Decimal("1234.56"): 123456, 8: 800, 4.35: 435, 2.675: 268}
    orders = {amount: new_order() for amount in given}
    for amount, order in orders.items():
        client().charge("cus_yusuf", order, amount)
    assert {amount: charges_of(order) for amount, order in orders.items()} == {
        amount: [(cents, "eur")] for amount, cents in given.items()
    }
    order = new_order()
    client().charge("cus_yusuf", order, "5.05", "USD")
    assert charges_of(order) == [(505, "usd")]


def test_amounts_come_back_as_they_were():
    found = client().get("ch_olive")
    assert (str(found.amount), found.currency, str(found.refunded)) == ("19.90", "EUR", "0.00")
    found = client().get("ch_pia")
    assert (str(found.amount), found.currency, str(found.refunded)) == ("1.15", "USD", "1.15")
    made = client().charge("cus_yusuf", new_order(), 0.29, "USD")
    assert (str(made.amount), made.currency, str(made.refunded)) == ("0.29", "USD", "0.00")


def test_a_part_is_given_back_and_then_the_rest():
    made = client().charge("cus_yusuf", new_order(), "10.10")
    part = client().refund(made.id, 4.35)
    assert (part.id, str(part.amount), str(part.refunded)) == (made.id, "10.10", "4.35")
    assert str(client().refund(made.id).refunded) == "10.10"
    assert [one["amount"] for one in kept(f"/v1/refunds?charge={made.id}")["data"]] == [575, 435]


def test_all_charges_come_back_oldest_first():
    assert [one.order for one in client().charges("cus_hub")] == ORDERS
    assert [one.order for one in client().charges("cus_olive")] == ["M-700"]


def test_totals_are_of_all_charges():
    assert client().total("cus_hub") == Decimal("3698.31")
    assert client().total("cus_hub", "USD") == Decimal("1432.70")
    assert client().total("cus_pia") == 0


def test_what_is_not_there_is_not_found():
    with pytest.raises(NotFound):
        client().get("ch_nothing")
    with pytest.raises(NotFound):
        client().refund("ch_nothing")
    with pytest.raises(NotFound):
        client().charge("cus_nobody", new_order(), 5)


def test_what_is_refunded_already_is_said():
    with pytest.raises(AlreadyRefunded):
        client().refund("ch_pia")


def test_a_bad_key_is_not_allowed():
    with pytest.raises(NotAllowed):
        Client(os.environ["PAYMENTS_URL"], "sk_bad").customer("olive@saltmarket.invalid")


def test_what_else_is_refused_has_a_code_a_text_and_a_field():
    with pytest.raises(PaymentError) as caught:
        client().refund("ch_olive", 20)
    assert not isinstance(caught.value, AlreadyRefunded | NotFound | NotAllowed)
    assert (caught.value.code, caught.value.field) == ("amount_too_large", "amount")
    assert "1990" in caught.value.text


def test_an_order_is_paid_once():
    order = new_order()
    first = client().charge("cus_yusuf", order, "42.50")
    again = client().charge("cus_yusuf", order, "42.50")
    assert again.id == first.id
    assert len(charges_of(order)) == 1
    assert client().charge("cus_yusuf", new_order(), "42.50").id != first.id


def test_amounts_have_two_places():
    assert [str(payclient.money(amount)) for amount in (3, "3.5", 0.1, 2.675)] == ["3.00", "3.50", "0.10", "2.68"]


def test_what_is_no_amount_is_never_asked_for():
    for amount in (0, -1, "0.001"):
        with pytest.raises(ValueError, match="is no amount"):
            client().charge("cus_yusuf", new_order(), amount)
