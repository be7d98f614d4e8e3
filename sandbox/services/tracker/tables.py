"""What the tracker keeps, what it begins with and what it exports."""

from __future__ import annotations

import json
from typing import Any

from sandbox.services.common.database import Database, Row
from sandbox.services.common.transacting import KEYS

_PROJECTS = """
CREATE TABLE IF NOT EXISTS projects (key TEXT PRIMARY KEY, name TEXT NOT NULL)
"""
_USERS = """
CREATE TABLE IF NOT EXISTS users (login TEXT PRIMARY KEY)
"""
_ISSUES = """
CREATE TABLE IF NOT EXISTS issues (
    project TEXT NOT NULL REFERENCES projects (key), number INTEGER NOT NULL, version INTEGER NOT NULL,
    activity BIGINT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL,
    assignee TEXT REFERENCES users (login), labels TEXT NOT NULL, PRIMARY KEY (project, number)
)
"""
_COMMENTS = """
CREATE TABLE IF NOT EXISTS comments (
    id TEXT PRIMARY KEY, number BIGINT NOT NULL UNIQUE, project TEXT NOT NULL, issue INTEGER NOT NULL,
    body TEXT NOT NULL,
    FOREIGN KEY (project, issue) REFERENCES issues (project, number)
)
"""
TABLES = (_PROJECTS, _USERS, _ISSUES, _COMMENTS, KEYS)


def add_issue(database: Database, project: str, given: dict[str, Any]) -> Row:
    """Add an issue with its project's next number."""
    begun: dict[str, Any] = {"body": "", "state": "open", "assignee": None, "labels": []}
    number = database.next(f"issues.{project}")
    row = {"project": project, "number": number, "version": 1, "activity": database.next("activity"), **begun, **given}
    database.insert("issues", {**row, "labels": json.dumps(row["labels"])})
    return row


def add_comment(database: Database, project: str, issue: int, body: str) -> Row:
    """Add a comment."""
    row = {"id": database.new_id("com"), "number": database.next("comments"), "project": project}
    row |= {"issue": issue, "body": body}
    database.insert("comments", row)
    return row


def opened(row: Row) -> Row:
    """An issue with its labels, which are kept as a text."""
    return {**row, "labels": json.loads(row["labels"])}


def plant(database: Database, seed: dict[str, Any]) -> None:
    """Put in what a seed says: `projects`, `users`, `issues` (each with its `project`), `comments`.

    Raises:
        ValueError: a row that cannot be.
    """
    if database.row("SELECT key FROM projects"):
        return
    database.begin()
    try:
        for project in seed.get("projects", []):
            database.insert("projects", project)
        for login in seed.get("users", []):
            database.insert("users", {"login": login})
        for issue in seed.get("issues", []):
            add_issue(database, issue["project"], {key: value for key, value in issue.items() if key != "project"})
        for comment in seed.get("comments", []):
            add_comment(database, comment["project"], comment["issue"], comment["body"])
    except Exception as exc:
        database.end(keep=False)
        raise ValueError(f"the seed of the tracker: {exc}") from exc
    database.end(keep=True)


def export(database: Database) -> dict[str, dict[str, dict[str, Any]]]:
    """The state by collection and key. Activity is none of it: it moves by being looked at."""
    issues = database.rows("SELECT * FROM issues ORDER BY project, number")
    comments = database.rows("SELECT id, project, issue, body FROM comments ORDER BY number")
    kept = ("project", "number", "title", "body", "state", "assignee", "labels")
    return {
        "projects": {row["key"]: row for row in database.rows("SELECT * FROM projects ORDER BY key")},
        "issues": {f"{row['project']}-{row['number']}": {key: opened(row)[key] for key in kept} for row in issues},
        "comments": {row["id"]: row for row in comments},
    }
