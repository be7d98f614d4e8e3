"""Models as candidates.toml sets them up, in trials: key, system prompt, settings, prices and limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.agent import SYSTEM
from tests.support import toy
from tests.support.command import events, results, roadtest
from tests.support.stub_openai import USAGE, call, stub

pytestmark = pytest.mark.docker

KEY = "hush-hush-hush-0123"
PROMPT = "Work fast.\nSay little."
CANDIDATES = """\
[fast]
model = "openai/x"
api_base = "{base}"
key = "TEAM_AUTH"
temperature = 0.25
system = "Work fast.\\nSay little."
prices = {{ input = 1000.0, output = 2000.0 }}
limits = {{ replies = 1 }}

[plain]
model = "openai/x"
api_base = "{base}"
key = "TEAM_AUTH"
"""
LISTING = call("bash", '{"command": "ls"}')


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any], str]:
    """The folder of a run of two candidates that are one model, the requests in their order, what was printed."""
    folder = tmp_path_factory.mktemp("candidates")
    toy.make_task(folder)
    with stub([LISTING, call("submit", "{}")]) as server:
        (folder / "candidates.toml").write_text(CANDIDATES.format(base=server.base))
        arguments = ["--model", "fast", "--model", "plain", "--concurrency", "1", "--out", "out", "--record", "tape"]
        done = roadtest("run", "toy", *arguments, cwd=folder, env={"TEAM_AUTH": KEY})
    assert done.returncode == 0, done.stderr
    return folder, list(server.requests), done.stdout + done.stderr


def of(requests: list[Any], prompt: str) -> list[Any]:
    return [request for request in requests if request.body["messages"][0]["content"] == prompt]


def test_each_is_asked_as_it_is_set_up(played: tuple[Path, list[Any], str]) -> None:
    _, requests, _ = played
    fast, plain = of(requests, PROMPT), of(requests, SYSTEM)
    assert (len(fast), len(plain)) == (1, 1)
    assert {request.headers["authorization"] for request in requests} == {f"Bearer {KEY}"}
    assert {request.body.get("temperature") for request in fast} == {0.25}
    assert {request.body.get("temperature") for request in plain} == {None}
    assert {request.body["model"] for request in requests} == {"x"}


def test_results_go_by_their_names_limits_and_prices(played: tuple[Path, list[Any], str]) -> None:
    folder, _, _ = played
    found = results(folder / "out")
    assert {name: record["trial"] for name, record in found.items()} == {
        "fast": "toy/calc/fast/field/0",
        "plain": "toy/calc/plain/field/0",
    }
    assert (found["fast"]["verdict"], found["plain"]["verdict"]) == ("budget", "wrong")
    cost = USAGE["prompt_tokens"] * 1e-3 + USAGE["completion_tokens"] * 2e-3
    assert found["fast"]["usage"]["cost_usd"] == pytest.approx(cost)
    assert found["plain"]["usage"]["cost_usd"] is None
    opened = events(folder / "out", "toy/calc/fast/field/0")[0]["data"]["candidate"]
    assert (opened["name"], opened["settings"]["model"]) == ("fast", "openai/x")
    lock = json.loads((folder / "out" / "lock.json").read_text())["inputs"]["candidates"]
    assert lock["fast"]["prices"]["input"] == 1000.0
    assert lock["fast"]["digest"] != lock["plain"]["digest"]


def test_the_key_is_nowhere(played: tuple[Path, list[Any], str]) -> None:
    folder, _, printed = played
    assert KEY not in printed
    for path in folder.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_a_recording_is_replayed_by_the_same_candidate_only(played: tuple[Path, list[Any], str]) -> None:
    folder, _, _ = played
    again = ["run", "toy", "--model", "fast", "--replay", "tape"]
    done = roadtest(*again, "--out", "same", cwd=folder)
    assert done.returncode == 0, done.stderr
    other = (folder / "candidates.toml").read_text().replace("Say little.", "Say much.")
    (folder / "other.toml").write_text(other)
    done = roadtest(*again, "--candidates", "other.toml", "--out", "other", cwd=folder)
    assert (done.returncode, "system_sha256" in done.stderr) == (2, True), done.stderr
