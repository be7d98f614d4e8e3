import itertools
import os

import pytest
from till import Refused, Till

NUMBERS = itertools.count()


def till():
    return Till.from_environment()


def new_order():
    # Tests ask the same service one after another.
    return f"T-{os.getpid()}-{next(NUMBERS)}"


def test_an_order_is_charged_once_over_a_bad_line():
    orders = [new_order() for _ in range(12)]
    for place, order in enumerate(orders):
        till().charge("cus_mara", order, 1000 + place)
    found = {order: [charge["amount"] for charge in till().charges(order)] for order in orders}
    assert found == {order: [1000 + place] for place, order in enumerate(orders)}


def test_what_charge_gives_back_is_the_one_charge_there_is():
    for _ in range(8):
        order = new_order()
        made = till().charge("cus_jonas", order, 815, "usd")
        assert (made["amount"], made["currency"], made["order_id"]) == (815, "usd", order)
        assert [charge["id"] for charge in till().charges(order)] == [made["id"]]


def test_charging_an_order_again_gives_the_charge_that_was_made():
    order = new_order()
    first = till().charge("cus_tilda", order, 4250)
    # The job of the second night is another process.
    second = till().charge("cus_tilda", order, 4250)
    assert second["id"] == first["id"]
    assert len(till().charges(order)) == 1


def test_other_orders_of_a_customer_are_charged_as_well():
    one, other = new_order(), new_order()
    assert till().charge("cus_piet", one, 500)["id"] != till().charge("cus_piet", other, 500)["id"]


def test_what_the_service_refuses_is_refused():
    with pytest.raises(Refused):
        till().charge("cus_nobody", new_order(), 100)


def test_customers_and_charges_are_found():
    assert till().customer("mara.lindqvist@example.com") == "cus_mara"
    assert till().customer("nobody@example.com") is None
    assert [charge["id"] for charge in till().charges("A-0977")] == ["ch_earlier"]
