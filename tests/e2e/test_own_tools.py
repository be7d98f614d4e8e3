"""Tasks that bring their own tools, from the command line: an OpenAPI document, an MCP server; and on a recording."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.support import toy
from tests.support.command import PROJECT, events, roadtest
from tests.support.harbor import ALIASES, TASK, make_harbor

pytestmark = pytest.mark.docker

SERVER = (PROJECT / "tests" / "support" / "mcp_server.py").read_text("utf-8")
SHOP = """\
import http.server, json

class Shop(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        given = json.loads(self.rfile.read(int(self.headers["content-length"])))
        known = self.headers.get("authorization") == "Bearer k"
        self.send_response(201 if known else 401)
        self.end_headers()
        self.wfile.write(json.dumps({"path": self.path, "sold": given}).encode())

http.server.HTTPServer(("127.0.0.1", 8900), Shop).serve_forever()
"""
API = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/items/{id}/sales": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "post": {
                "operationId": "sell",
                "summary": "Sell an item",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Sale"}}},
                },
            },
            "get": {"operationId": "sales", "parameters": [{"name": "s", "in": "cookie", "required": True}]},
        }
    },
    "components": {
        "schemas": {
            "Sale": {
                "type": "object",
                "required": ["count"],
                "properties": {"count": {"type": "integer", "minimum": 1}},
            }
        }
    },
}
DECLARED = """
[[environment.mcp_servers]]
name = "stub"
transport = "stdio"
command = "python3"
args = ["/opt/mcp_server.py", "stdio"]
"""
OPENAPI = """
[[metadata.roadtest.openapi]]
document = "services/shop.json"
base_url = "http://127.0.0.1:8900"
headers = {Authorization = "Bearer k"}
"""
OPEN = """\
python3 /opt/shop.py > /dev/null 2>&1 &
for i in $(seq 50); do (: < /dev/tcp/127.0.0.1/8900) 2> /dev/null && break; sleep 0.1; done"""
TURNS: list[dict[str, Any]] = [
    toy.bash(OPEN),
    toy.turn(
        toy.call("sell", {"id": "a/b", "body": {"count": 0}}, "none"),
        toy.call("sell", {"id": "a/b", "body": {"count": 2}}, "two"),
    ),
    toy.turn(toy.call("add", {"a": 1}, "x"), toy.call("add", {"a": 1, "b": 2}, "y"), toy.call("sales", {}, "z")),
    toy.turn(toy.call("note_write", {"text": "sold"})),
    toy.write("calc.py", toy.FIXED),
    toy.SUBMIT,
]
HARBOR_TURNS = [toy.turn(toy.call("note_write", {"text": "soup"})), toy.bash("mv note.txt offer.txt"), toy.SUBMIT]


NOWHERE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
TOY, OFFER = "toy/calc/scripted:tools/field/0", "kitchen/offer/scripted:tools/field/0"


def variant(folder: Path, turns: list[dict[str, Any]]) -> None:
    place = folder / "variants" / "tools"
    place.mkdir(parents=True)
    (place / "turns.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in turns))
    (place / "expect.toml").write_text('verdict = "accepted"\n')


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, engine: docker.DockerClient) -> Path:
    """A folder in which both tasks were run and recorded, once."""
    place = tmp_path_factory.mktemp("own")
    ours = toy.make_task(place, task=toy.TASK + OPENAPI + DECLARED)
    (ours / "environment" / "mcp_server.py").write_text(SERVER)
    (ours / "environment" / "shop.py").write_text(SHOP)
    (ours / "environment" / "Dockerfile").write_text(toy.DOCKERFILE + "COPY mcp_server.py shop.py /opt/\n")
    (ours / "services").mkdir()
    (ours / "services" / "shop.json").write_text(json.dumps(API))
    variant(ours, TURNS)
    files = {
        "task.toml": TASK + DECLARED,
        "environment/Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nCOPY mcp_server.py /opt/\n",
        "environment/mcp_server.py": SERVER,
    }
    variant(make_harbor(place, files), HARBOR_TURNS)
    (place / "roadtest.toml").write_text(ALIASES)
    done = roadtest(*words(place), "--out", place / "out", "--record", place / "recording", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def words(place: Path) -> list[str | Path]:
    return ["run", place / "toy", place / "kitchen", "--model", "scripted:tools", "--retries", "0"]


def of_kind(log: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event["data"] for event in log if event["kind"] == kind]


def verdicts(out: Path) -> dict[str, str]:
    records = map(json.loads, (out / "results.jsonl").read_text("ascii").splitlines())
    return {record["trial"]: record["verdict"] for record in records}


def test_both_are_offered_checked_called_and_told_like_other_tools(run: Path) -> None:
    log = events(run / "out", TOY)
    (ready,) = of_kind(log, "env.ready")
    assert {"bash", "submit", "sell", "add", "note_write"} <= set(ready["tools"])
    assert "sales" not in ready["tools"]
    assert ready["brought"]["sell"]["document"] == "services/shop.json"
    assert ready["brought"]["sell"]["parameters"]["required"] == ["id", "body"]
    assert (ready["brought"]["note_write"]["server"], ready["brought"]["note_write"]["remote"]) == (
        "stub",
        "note.write",
    )
    started = {data["call"]: data["name"] for data in of_kind(log, "tool.started")}
    returned = {started[data["call"]]: data for data in of_kind(log, "tool.returned")}
    assert returned["sell"]["output"] == 'HTTP 201 Created\n\n{"path": "/items/a%2Fb/sales", "sold": {"count": 2}}'
    assert returned["add"]["output"] == "3"
    assert returned["note_write"]["output"] == "written"
    rejected = [(data["name"], data["labels"]) for data in of_kind(log, "call.rejected")]
    assert rejected == [("sell", ["out-of-range"]), ("add", ["missing-argument"]), ("sales", ["unknown-tool"])]
    saved = next(data for data in of_kind(log, "tree.saved") if "note.txt" in data["paths"])
    assert saved["changed"] == 1
    # The server is ended before the rest is: of the agent's own programs only the shop is left.
    assert of_kind(log, "tree.saved")[-1]["differs"] is False
    assert not of_kind(log, "fault")


def test_a_plain_harbor_task_has_its_servers_too(run: Path) -> None:
    log = events(run / "out", OFFER)
    assert "note_write" in of_kind(log, "env.ready")[0]["tools"]
    assert verdicts(run / "out") == {TOY: "accepted", OFFER: "accepted"}


def test_a_recording_is_replayed_with_the_tools_that_it_tells_of(run: Path, tmp_path: Path) -> None:
    replayed: list[str | Path] = [*words(run), "--replay", run / "recording", "--out", tmp_path / "again"]
    done = roadtest(*replayed, cwd=run, env=NOWHERE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verdicts(tmp_path / "again") == {TOY: "accepted", OFFER: "accepted"}
    assert "diverged" not in done.stdout + done.stderr
    lock = json.loads((tmp_path / "again" / "lock.json").read_text("ascii"))
    program = (PROJECT / "tools" / "_http" / "tool.py").read_bytes()
    assert lock["inputs"]["tools"]["_http"] == hashlib.sha256(program).hexdigest()
