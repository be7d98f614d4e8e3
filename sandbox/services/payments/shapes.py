"""What goes into payments and what comes out, as its OpenAPI document shows it. Amounts are in the smallest unit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from sandbox.services.common.texts import Plain

Amount = Annotated[StrictInt, Field(ge=1, le=99_999_999, description="in the smallest unit of the currency")]
Text = Annotated[Plain, Field(min_length=1, max_length=200)]
Email = Annotated[Plain, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]
Currency = Literal["eur", "usd", "gbp"]
EventType = Literal["charge.succeeded", "charge.refunded", "customer.created", "customer.updated"]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CustomerGiven(_Given):
    """A new customer."""

    name: Text
    email: Email


class CustomerChanges(_Given):
    """What of a customer changes."""

    name: Text | None = None
    email: Email | None = None


class ChargeGiven(_Given):
    """A new charge. `order_id` is the caller's own name for what is paid; it may be charged more than once."""

    customer: Text
    amount: Amount
    currency: Currency
    order_id: Text | None = None
    metadata: Annotated[dict[Text, Annotated[Plain, Field(max_length=500)]], Field(max_length=20)] = {}


class RefundGiven(_Given):
    """A refund: of a part, or without `amount` of all that is left."""

    amount: Amount | None = None
    reason: Text | None = None


class EndpointGiven(_Given):
    """Where events are to be sent."""

    url: Annotated[Plain, Field(pattern=r"^http://[^\s]+$", max_length=500)]
    events: Annotated[list[EventType], Field(min_length=1)]


class Customer(BaseModel):
    """A customer."""

    id: str
    name: str
    email: str


class Charge(BaseModel):
    """A charge."""

    id: str
    customer: str
    order_id: str | None
    amount: int
    currency: str
    status: Literal["succeeded", "partially_refunded", "refunded"]
    amount_refunded: int
    metadata: dict[str, str]


class Refund(BaseModel):
    """A refund."""

    id: str
    charge: str
    amount: int
    reason: str | None


class Endpoint(BaseModel):
    """Where events are sent."""

    id: str
    url: str
    events: list[EventType]


class NewEndpoint(Endpoint):
    """The same with the secret that signs what is sent; it is shown this once."""

    secret: str


class Page(BaseModel):
    """What all lists have. `next_cursor` is null on the last page."""

    has_more: bool
    next_cursor: str | None


class CustomerPage(Page):
    """Customers, newest first."""

    data: list[Customer]


class ChargePage(Page):
    """Charges, newest first."""

    data: list[Charge]


class RefundPage(Page):
    """Refunds, newest first."""

    data: list[Refund]


class EndpointPage(Page):
    """Webhook endpoints, newest first."""

    data: list[Endpoint]
