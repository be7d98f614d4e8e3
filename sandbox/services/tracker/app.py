"""The operations of the issue tracker."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request, Response
from fastapi.security import HTTPBearer

from sandbox.services.common.database import Database, Row
from sandbox.services.common.problems import Problem, answer_problems, documented
from sandbox.services.common.state import administration
from sandbox.services.common.transacting import TransactingRoute, check_match, etag
from sandbox.services.tracker import listing, shapes
from sandbox.services.tracker.access import Access, read_rules
from sandbox.services.tracker.tables import TABLES, add_comment, add_issue, export, opened, plant


# Not a coroutine it would be run in a thread of its own, for nothing.
async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


Kept = Annotated[Database, Depends(_database)]
# What SQLite and PostgreSQL both hold.
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Match = Annotated[str | None, Header(alias="If-Match", description="The ETag of what is changed; needed.")]
Key = Annotated[
    str | None, Header(alias="Idempotency-Key", description="The same key again gives the same answer, done once.")
]
# Read by hand, for FastAPI's own forms take one more library.
_FORM = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "client_id": {"type": "string"},
        "client_secret": {"type": "string"},
    },
}
_TOKEN_BODY = {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": _FORM}}}}

bearer = HTTPBearer(auto_error=False, description="A token of /oauth/token")
router = APIRouter(route_class=TransactingRoute, dependencies=[Depends(bearer)])
tokens = APIRouter()


def make_app(path: str = ":memory:", seed: dict[str, Any] | None = None) -> FastAPI:
    """The application.

    Args:
        path: of the database.
        seed: `seed` (what ids and drift hang on), `clients`, `token`, `rate`, `drift` (issues that come to the front
            after each list), and rows by table.

    Raises:
        ValueError: the seed does not hold.
    """
    seed = seed or {}
    app = FastAPI(
        title="Issues",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_named,
    )
    app.state.seed = str(seed.get("seed", "tracker"))
    app.state.drift = int(seed.get("drift", 0))
    app.state.database = Database(path, TABLES, app.state.seed)
    app.state.lock = asyncio.Lock()
    app.state.access = Access(read_rules(seed), app.state.seed, time.monotonic)
    app.state.authorize = app.state.access.authorize
    plant(app.state.database, seed)
    app.include_router(tokens)
    app.include_router(router)
    app.include_router(administration(export))
    answer_problems(app)
    return app


def _named(route: Any) -> str:
    return str(route.name)


@tokens.post("/oauth/token", responses=documented(400, 401), openapi_extra=_TOKEN_BODY)
async def create_token(request: Request) -> shapes.Token:
    """Get a token by client credentials, in the form or by HTTP Basic."""
    access: Access = request.app.state.access
    token, seconds = access.grant(await request.body(), request.headers.get("authorization", ""))
    return shapes.Token(access_token=token, token_type="bearer", expires_in=seconds)  # noqa: S106


def _issue(database: Database, project: str, number: int) -> Row:
    row = database.row("SELECT * FROM issues WHERE project = ? AND number = ?", (project, number))
    if row is None:
        raise Problem(404, "not_found", f"There is no such issue: {project}-{number}")
    return opened(row)


def _check_project(database: Database, project: str) -> None:
    if database.row("SELECT key FROM projects WHERE key = ?", (project,)) is None:
        raise Problem(404, "not_found", f"There is no such project: {project}")


def _check_assignee(database: Database, login: str | None) -> None:
    if login is not None and database.row("SELECT login FROM users WHERE login = ?", (login,)) is None:
        raise Problem(422, "unknown_reference", f"There is no such user: {login}", "assignee")


@router.get("/projects", responses=documented(401, 429))
async def list_projects(database: Kept) -> list[shapes.Project]:
    """List projects."""
    return [shapes.Project(**row) for row in database.rows("SELECT * FROM projects ORDER BY key")]


@router.get("/projects/{project}/issues", responses=documented(401, 404, 422, 429))
async def list_issues(
    project: str,
    request: Request,
    database: Kept,
    state: shapes.State | None = None,
    assignee: str | None = None,
    label: str | None = None,
    sort: listing.Sort = "activity",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    per_page: Annotated[int, Query(ge=1, le=50)] = 20,
) -> shapes.IssuePage:
    """List issues, most lately active first, or by number."""
    _check_project(database, project)
    filters = {"project": project, "state": state, "assignee": assignee}
    rows, total = listing.issues(database, filters, label, sort, page, per_page)
    listing.drift(database, project, request.app.state.seed, request.app.state.drift)
    items = [shapes.Issue(**row) for row in rows]
    return shapes.IssuePage(items=items, page=page, per_page=per_page, total=total)


@router.post("/projects/{project}/issues", status_code=201, responses=documented(401, 404, 422, 429))
async def create_issue(
    project: str, given: shapes.IssueGiven, database: Kept, response: Response, key: Key = None
) -> shapes.Issue:
    """Create an issue."""
    _check_project(database, project)
    _check_assignee(database, given.assignee)
    response.headers["etag"] = etag(1)
    return shapes.Issue(**add_issue(database, project, given.model_dump()))


@router.get("/projects/{project}/issues/{number}", responses=documented(401, 404, 429))
async def get_issue(project: str, number: Number, database: Kept, response: Response) -> shapes.Issue:
    """Get an issue, with its ETag."""
    row = _issue(database, project, number)
    response.headers["etag"] = etag(row["version"])
    return shapes.Issue(**row)


@router.patch("/projects/{project}/issues/{number}", responses=documented(401, 404, 409, 412, 422, 428, 429))
async def update_issue(
    project: str,
    number: Number,
    changes: shapes.IssueChanges,
    database: Kept,
    response: Response,
    if_match: Match = None,
) -> shapes.Issue:
    """Change an issue. A closed one must be opened again before, or with the same request."""
    row = _issue(database, project, number)
    if if_match is None:
        raise Problem(428, "precondition_required", "Send If-Match with the ETag of the issue.", "If-Match")
    check_match(if_match, row["version"])
    told = {name: value for name, value in changes.model_dump(exclude_unset=True).items() if _says(name, value)}
    if row["state"] == "closed" and told.get("state") != "open":
        raise Problem(409, "issue_closed", "A closed issue cannot be changed.")
    _check_assignee(database, told.get("assignee"))
    row |= told
    version = row["version"] + 1
    database.run(
        "UPDATE issues SET title = ?, body = ?, state = ?, assignee = ?, labels = ?, version = ? "
        "WHERE project = ? AND number = ?",
        (row["title"], row["body"], row["state"], row["assignee"], json.dumps(row["labels"]), version, project, number),
    )
    listing.touch(database, project, number)
    response.headers["etag"] = etag(version)
    return shapes.Issue(**row)


def _says(name: str, value: Any) -> bool:
    return value is not None or name == "assignee"


@router.post("/projects/{project}/issues/{number}/comments", status_code=201, responses=documented(401, 404, 422, 429))
async def create_comment(
    project: str, number: Number, given: shapes.CommentGiven, database: Kept, key: Key = None
) -> shapes.Comment:
    """Comment on an issue."""
    _issue(database, project, number)
    listing.touch(database, project, number)
    return shapes.Comment(**add_comment(database, project, number, given.body))


@router.get("/projects/{project}/issues/{number}/comments", responses=documented(401, 404, 429))
async def list_comments(project: str, number: Number, database: Kept) -> list[shapes.Comment]:
    """List the comments on an issue, oldest first."""
    _issue(database, project, number)
    query = "SELECT * FROM comments WHERE project = ? AND issue = ? ORDER BY number"
    return [shapes.Comment(**row) for row in database.rows(query, (project, number))]
