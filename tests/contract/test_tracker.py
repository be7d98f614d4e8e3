"""The issue tracker as it runs: a process of its own on a Unix socket."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.services import over, service

SEED = {
    "seed": "x",
    "projects": [{"key": "WEB", "name": "The site"}, {"key": "API", "name": "The API"}],
    "users": ["ada", "bob"],
    "issues": [{"project": "WEB", "title": f"Issue {n}", "labels": ["old"] if n % 2 else []} for n in range(30)],
}
FORM = {"grant_type": "client_credentials", "client_id": "roadtest", "client_secret": "secret"}
ISSUES = "/projects/WEB/issues"


def token(client: httpx.Client) -> str:
    found = client.post("/oauth/token", data=FORM)
    assert found.status_code == 200, found.text
    return str(found.json()["access_token"])


def sign_in(client: httpx.Client) -> None:
    client.headers["Authorization"] = f"Bearer {token(client)}"


@contextmanager
def tracker(place: Path, **seed: Any) -> Iterator[httpx.Client]:
    with service("tracker", place, {**SEED, **seed}) as path, over(path) as client:
        sign_in(client)
        yield client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with tracker(tmp_path_factory.mktemp("track")) as found:
        yield found


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def state(client: httpx.Client) -> Any:
    return client.get("/_roadtest/state").json()


def made(client: httpx.Client, **given: Any) -> tuple[str, Mapping[str, str]]:
    """The path of a new issue, and the header that its change needs."""
    found = client.post(ISSUES, json={"title": "New", **given})
    assert found.status_code == 201, found.text
    return f"{ISSUES}/{found.json()['number']}", {"If-Match": found.headers["etag"]}


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_id": "nobody", "client_secret": ""}, (401, "invalid_client")),
    ],
)
def test_only_known_clients_get_a_token(client: httpx.Client, form: dict[str, str], answer: tuple[int, str]) -> None:
    assert code(client.post("/oauth/token", data=FORM | form)) == answer


def test_credentials_may_come_by_basic(client: httpx.Client) -> None:
    ask = {"grant_type": "client_credentials"}
    assert client.post("/oauth/token", data=ask, auth=("roadtest", "secret")).status_code == 200
    assert code(client.post("/oauth/token", data=ask, auth=("roadtest", "wrong"))) == (401, "invalid_client")


def test_without_a_token_nothing_is_told_or_done(client: httpx.Client) -> None:
    before = state(client)
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer none"}, {"Authorization": "Basic x"}):
        assert code(client.get("/projects", headers=headers)) == (401, "invalid_token")
        refused = client.post(ISSUES, json={"title": "x"}, headers=headers)
        assert "invalid_token" in refused.headers["www-authenticate"]
    assert state(client) == before


def test_a_token_ends_in_mid_job_and_another_goes_on(tmp_path: Path) -> None:
    with tracker(tmp_path, token={"uses": 3}) as at:
        statuses = [at.post(ISSUES, json={"title": str(n)}).status_code for n in range(5)]
        assert statuses == [201, 201, 201, 401, 401]
        sign_in(at)
        assert at.get("/projects").status_code == 200
        assert len(state(at)["issues"]) == 33


def test_a_token_ends_by_time(tmp_path: Path) -> None:
    with tracker(tmp_path, token={"seconds": 1}) as at:
        assert at.post("/oauth/token", data=FORM).json()["expires_in"] == 1
        time.sleep(1.05)
        assert code(at.get("/projects")) == (401, "invalid_token")


def test_too_many_requests_wait_as_long_as_they_are_told(tmp_path: Path) -> None:
    with tracker(tmp_path, rate={"requests": 3, "within": 2}) as at:
        answers = [at.get("/projects") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        wait = int(answers[-1].headers["retry-after"])
        assert 1 <= wait <= 2
        time.sleep(wait + 0.05)
        assert at.get("/projects").status_code == 200


def test_a_change_needs_the_tag_of_what_it_changes(client: httpx.Client) -> None:
    path, match = made(client)
    assert code(client.patch(path, json={"title": "A"})) == (428, "precondition_required")
    changed = client.patch(path, json={"title": "A"}, headers=match)
    assert (changed.status_code, changed.json()["title"]) == (200, "A")
    assert code(client.patch(path, json={"title": "B"}, headers=match)) == (412, "precondition_failed")
    assert client.get(path).headers["etag"] == changed.headers["etag"]
    assert client.get(path).json()["title"] == "A"


def test_what_is_not_said_stays_and_null_is_nobody(client: httpx.Client) -> None:
    path, match = made(client, assignee="ada", labels=["bug"])
    found = client.patch(path, json={"title": "A"}, headers=match)
    assert (found.json()["assignee"], found.json()["labels"]) == ("ada", ["bug"])
    found = client.patch(path, json={"assignee": None}, headers={"If-Match": found.headers["etag"]})
    assert found.json()["assignee"] is None


def test_conflicts_and_unknown_names(client: httpx.Client) -> None:
    path, match = made(client)
    assert code(client.patch(path, json={"assignee": "eve"}, headers=match)) == (422, "unknown_reference")
    closed = client.patch(path, json={"state": "closed"}, headers=match)
    tag = {"If-Match": closed.headers["etag"]}
    assert code(client.patch(path, json={"title": "B"}, headers=tag)) == (409, "issue_closed")
    assert client.patch(path, json={"title": "B", "state": "open"}, headers=tag).json()["title"] == "B"
    assert code(client.post(ISSUES, json={"title": ""})) == (422, "invalid_request")
    assert code(client.post("/projects/NO/issues", json={"title": "x"})) == (404, "not_found")
    assert code(client.get(f"{ISSUES}/999")) == (404, "not_found")


def test_comments(client: httpx.Client) -> None:
    path, _ = made(client)
    for body in ("one", "two"):
        assert client.post(f"{path}/comments", json={"body": body}).status_code == 201
    assert [comment["body"] for comment in client.get(f"{path}/comments").json()] == ["one", "two"]
    assert len([one for one in state(client)["comments"].values() if one["body"] in ("one", "two")]) == 2


def read(client: httpx.Client, **params: str) -> list[int]:
    seen: list[int] = []
    for page in range(1, 100):
        found = client.get(ISSUES, params={"per_page": "10", "page": str(page), **params}).json()
        if not found["items"]:
            break
        seen += [issue["number"] for issue in found["items"]]
    return seen


def test_lists_drift_by_activity_and_not_by_number(tmp_path: Path) -> None:
    with tracker(tmp_path, drift=5) as at:
        before = state(at)
        drifting, steady = read(at), read(at, sort="number")
        assert steady == list(range(1, 31))
        assert set(drifting) < set(steady), "one must be missed by whoever reads on"
        assert len(set(drifting)) < len(drifting), "one must be read twice"
        assert state(at) == before


def test_drift_is_by_seed(tmp_path: Path) -> None:
    found = []
    for index, seed in enumerate(("a", "a", "b")):
        place = tmp_path / str(index)
        place.mkdir()
        with tracker(place, seed=seed, drift=5) as at:
            found.append(read(at))
    assert found[0] == found[1] != found[2]


def test_lists_are_filtered(client: httpx.Client) -> None:
    found = client.get(ISSUES, params={"label": "old", "sort": "number", "per_page": "50"}).json()
    assert (found["total"], len(found["items"])) == (15, 15)
    assert client.get("/projects/API/issues").json()["total"] == 0


def test_the_document_tells_operations_and_the_form(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    names = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert {"create_token", "list_issues", "update_issue", "create_comment"} <= names
    form = document["paths"]["/oauth/token"]["post"]["requestBody"]["content"]
    assert list(form) == ["application/x-www-form-urlencoded"]
