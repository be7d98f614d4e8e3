"""The operations of payments."""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.security import HTTPBearer

from sandbox.services.common.database import Database, Row
from sandbox.services.common.paging import page
from sandbox.services.common.problems import Problem, answer_problems, documented
from sandbox.services.common.state import administration
from sandbox.services.common.transacting import TransactingRoute, check_match, etag
from sandbox.services.payments import shapes
from sandbox.services.payments.tables import TABLES, add, export, opened, plant
from sandbox.services.payments.webhooks import deliveries, note_event

DEFAULT_KEY = "sk_test_roadtest"


def database_of(request: Request) -> Database:
    """The database of the application that was asked."""
    database: Database = request.app.state.database
    return database


# Not a coroutine it would be run in a thread of its own, for nothing.
async def _database(request: Request) -> Database:
    return database_of(request)


Kept = Annotated[Database, Depends(_database)]
Key = Annotated[
    str | None, Header(alias="Idempotency-Key", description="The same key again gives the same answer, done once.")
]
Match = Annotated[str | None, Header(alias="If-Match", description="Only if the ETag is still this one.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before")]

bearer = HTTPBearer(auto_error=False, description="A secret key")
router = APIRouter(prefix="/v1", route_class=TransactingRoute, dependencies=[Depends(bearer)])


def make_app(path: str = ":memory:", seed: dict[str, Any] | None = None) -> FastAPI:
    """The application.

    Args:
        path: of the database.
        seed: `seed` (what ids hang on), `api_keys`, and rows by table.

    Raises:
        ValueError: the seed does not hold.
    """
    seed = seed or {}
    app = FastAPI(
        title="Payments",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_named,
    )
    app.state.database = Database(path, TABLES, str(seed.get("seed", "payments")))
    app.state.lock = asyncio.Lock()
    app.state.authorize = _authorizing([str(key) for key in seed.get("api_keys", [DEFAULT_KEY])])
    plant(app.state.database, seed)
    app.include_router(router)
    app.include_router(administration(export))
    app.include_router(deliveries())
    answer_problems(app)
    return app


def _named(route: Any) -> str:
    return str(route.name)


def _authorizing(keys: list[str]) -> Any:
    def authorize(request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        known = any(hmac.compare_digest(given.strip().encode(), key.encode()) for key in keys)
        if scheme.lower() != "bearer" or not known:
            headers = {"www-authenticate": "Bearer"}
            raise Problem(401, "unauthorized", "A valid secret key is needed.", headers=headers)

    return authorize


def _found(database: Database, table: str, key: str, status: int = 404, param: str | None = None) -> Row:
    row = database.row(f"SELECT * FROM {table} WHERE id = ?", (key,))  # noqa: S608
    if row is None:
        code = "not_found" if status == 404 else "unknown_reference"
        raise Problem(status, code, f"There is no such object: {key}", param)
    return opened(row)


def _page(database: Database, table: str, filters: dict[str, Any], limit: int, cursor: str | None) -> dict[str, Any]:
    rows, following = page(database, table, filters, limit, cursor)
    return {"data": [opened(row) for row in rows], "has_more": following is not None, "next_cursor": following}


@router.post("/customers", status_code=201, responses=documented(401, 409, 422))
async def create_customer(
    given: shapes.CustomerGiven, database: Kept, response: Response, key: Key = None
) -> shapes.Customer:
    """Create a customer. An e-mail address belongs to one customer."""
    if database.row("SELECT id FROM customers WHERE email = ?", (given.email,)):
        raise Problem(409, "email_taken", "There is a customer with this e-mail address.", "email")
    customer = shapes.Customer(**add(database, "customers", version=1, **given.model_dump()))
    note_event(database, "customer.created", customer.model_dump())
    response.headers["etag"] = etag(1)
    return customer


@router.get("/customers", responses=documented(401, 422))
async def list_customers(
    database: Kept, email: str | None = None, limit: Limit = 10, cursor: Cursor = None
) -> shapes.CustomerPage:
    """List customers, newest first."""
    return shapes.CustomerPage(**_page(database, "customers", {"email": email}, limit, cursor))


@router.get("/customers/{customer_id}", responses=documented(401, 404))
async def get_customer(customer_id: str, database: Kept, response: Response) -> shapes.Customer:
    """Get a customer, with its ETag."""
    row = _found(database, "customers", customer_id)
    response.headers["etag"] = etag(row["version"])
    return shapes.Customer(**row)


@router.patch("/customers/{customer_id}", responses=documented(401, 404, 409, 412, 422))
async def update_customer(
    customer_id: str, changes: shapes.CustomerChanges, database: Kept, response: Response, if_match: Match = None
) -> shapes.Customer:
    """Change a customer. With If-Match only if nobody else has since it was read."""
    row = _found(database, "customers", customer_id)
    check_match(if_match, row["version"])
    row |= {name: value for name, value in changes.model_dump().items() if value is not None}
    if database.row("SELECT id FROM customers WHERE email = ? AND id <> ?", (row["email"], customer_id)):
        raise Problem(409, "email_taken", "There is a customer with this e-mail address.", "email")
    version = row["version"] + 1
    database.run(
        "UPDATE customers SET name = ?, email = ?, version = ? WHERE id = ?",
        (row["name"], row["email"], version, customer_id),
    )
    note_event(database, "customer.updated", shapes.Customer(**row).model_dump())
    response.headers["etag"] = etag(version)
    return shapes.Customer(**row)


@router.delete("/customers/{customer_id}", status_code=204, responses=documented(401, 404, 409, 412))
async def delete_customer(customer_id: str, database: Kept, if_match: Match = None) -> None:
    """Delete a customer who was never charged."""
    row = _found(database, "customers", customer_id)
    check_match(if_match, row["version"])
    if database.row("SELECT id FROM charges WHERE customer = ?", (customer_id,)):
        raise Problem(409, "customer_has_charges", "A customer with charges cannot be deleted.")
    database.run("DELETE FROM customers WHERE id = ?", (customer_id,))


@router.post("/charges", status_code=201, responses=documented(401, 422))
async def create_charge(
    given: shapes.ChargeGiven, database: Kept, response: Response, key: Key = None
) -> shapes.Charge:
    """Charge a customer. Send an Idempotency-Key: without one, asking again charges again."""
    _found(database, "customers", given.customer, 422, "customer")
    begun = {"version": 1, "status": "succeeded", "amount_refunded": 0}
    charge = shapes.Charge(**add(database, "charges", **begun, **given.model_dump()))
    note_event(database, "charge.succeeded", charge.model_dump())
    response.headers["etag"] = etag(1)
    return charge


@router.get("/charges", responses=documented(401, 422))
async def list_charges(
    database: Kept,
    customer: str | None = None,
    order_id: str | None = None,
    status: str | None = None,
    limit: Limit = 10,
    cursor: Cursor = None,
) -> shapes.ChargePage:
    """List charges, newest first."""
    filters = {"customer": customer, "order_id": order_id, "status": status}
    return shapes.ChargePage(**_page(database, "charges", filters, limit, cursor))


@router.get("/charges/{charge_id}", responses=documented(401, 404))
async def get_charge(charge_id: str, database: Kept, response: Response) -> shapes.Charge:
    """Get a charge, with its ETag."""
    row = _found(database, "charges", charge_id)
    response.headers["etag"] = etag(row["version"])
    return shapes.Charge(**row)


@router.post("/charges/{charge_id}/refunds", status_code=201, responses=documented(401, 404, 409, 412, 422))
async def create_refund(
    charge_id: str, given: shapes.RefundGiven, database: Kept, key: Key = None, if_match: Match = None
) -> shapes.Refund:
    """Refund a charge, in part or what is left of it."""
    charge = _found(database, "charges", charge_id)
    check_match(if_match, charge["version"])
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise Problem(409, "already_refunded", "All of this charge is refunded.")
    amount = left if given.amount is None else given.amount
    if amount > left:
        raise Problem(422, "amount_too_large", f"At most {left} can be refunded.", "amount")
    charge |= {"status": "refunded" if amount == left else "partially_refunded"}
    charge |= {"amount_refunded": charge["amount_refunded"] + amount}
    database.run(
        "UPDATE charges SET amount_refunded = ?, status = ?, version = version + 1 WHERE id = ?",
        (charge["amount_refunded"], charge["status"], charge_id),
    )
    refund = add(database, "refunds", charge=charge_id, amount=amount, reason=given.reason)
    note_event(database, "charge.refunded", shapes.Charge(**charge).model_dump())
    return shapes.Refund(**refund)


@router.get("/refunds", responses=documented(401, 422))
async def list_refunds(
    database: Kept, charge: str | None = None, limit: Limit = 10, cursor: Cursor = None
) -> shapes.RefundPage:
    """List refunds, newest first."""
    return shapes.RefundPage(**_page(database, "refunds", {"charge": charge}, limit, cursor))


@router.get("/refunds/{refund_id}", responses=documented(401, 404))
async def get_refund(refund_id: str, database: Kept) -> shapes.Refund:
    """Get a refund."""
    return shapes.Refund(**_found(database, "refunds", refund_id))


@router.post("/webhook_endpoints", status_code=201, responses=documented(401, 422))
async def create_webhook_endpoint(given: shapes.EndpointGiven, database: Kept, key: Key = None) -> shapes.NewEndpoint:
    """Have events sent somewhere. Each has the header payments-signature.

    It reads `t=SECONDS,v1=DIGEST`: the HMAC-SHA256, by the secret, of the seconds, a dot and the body, in hexadecimal.
    """
    secret = database.new_id("whsec")
    return shapes.NewEndpoint(**add(database, "webhook_endpoints", secret=secret, **given.model_dump()))


@router.get("/webhook_endpoints", responses=documented(401, 422))
async def list_webhook_endpoints(database: Kept, limit: Limit = 10, cursor: Cursor = None) -> shapes.EndpointPage:
    """List webhook endpoints, newest first."""
    return shapes.EndpointPage(**_page(database, "webhook_endpoints", {}, limit, cursor))


@router.delete("/webhook_endpoints/{endpoint_id}", status_code=204, responses=documented(401, 404))
async def delete_webhook_endpoint(endpoint_id: str, database: Kept) -> None:
    """Have events sent there no more."""
    _found(database, "webhook_endpoints", endpoint_id)
    database.run("DELETE FROM webhook_endpoints WHERE id = ?", (endpoint_id,))
