"""What goes into the tracker and what comes out, as its OpenAPI document shows it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.services.common.texts import Plain

Title = Annotated[Plain, Field(min_length=1, max_length=300)]
Body = Annotated[Plain, Field(max_length=20_000)]
Label = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$")]
Labels = Annotated[list[Label], Field(max_length=20)]
State = Literal["open", "closed"]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class IssueGiven(_Given):
    """A new issue."""

    title: Title
    body: Body = ""
    assignee: Plain | None = None
    labels: Labels = []


class IssueChanges(_Given):
    """What of an issue changes. What is not there stays; `assignee` null: nobody."""

    title: Title | None = None
    body: Body | None = None
    state: State | None = None
    assignee: Plain | None = None
    labels: Labels | None = None


class CommentGiven(_Given):
    """A new comment."""

    body: Annotated[Plain, Field(min_length=1, max_length=20_000)]


class Token(BaseModel):
    """A token. It may end before its time: then a request with it is answered 401."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int


class Project(BaseModel):
    """A project."""

    key: str
    name: str


class Issue(BaseModel):
    """An issue."""

    project: str
    number: int
    title: str
    body: str
    state: State
    assignee: str | None
    labels: list[str]


class Comment(BaseModel):
    """A comment."""

    id: str
    project: str
    issue: int
    body: str


class IssuePage(BaseModel):
    """A page of issues. `total` is of all pages."""

    items: list[Issue]
    page: int
    per_page: int
    total: int
