"""A model end to end: the command line, real litellm, real HTTP, a real container."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox import schema
from tests.support import toy
from tests.support.command import environment, events, results, roadtest
from tests.support.docker import leftovers, run_id
from tests.support.stub_openai import TOO_LONG, Hang, Refusal, Scripted, call, completion, stub

pytestmark = pytest.mark.docker

KEY = "sk-test-51H0-not-a-real-key"
MODEL = "openai/stubbed"
WRITE = json.dumps({"path": "calc.py", "content": toy.FIXED})
SCRIPT: list[Scripted] = [
    call("bash", '{"command": "env; cat calc.py"}'),
    call("read_file", '{"path": "calc.py"'),
    Refusal(503),
    {"tool_calls": [*call("write_file", WRITE, "a")["tool_calls"], *call("fax", "{}", "b")["tool_calls"]]},
    call("submit", "{}"),
]  # fmt: skip


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any], str]:
    """A run of a stubbed model: its folder, the requests that the server saw, what was printed."""
    folder = tmp_path_factory.mktemp("model")
    task = toy.make_task(folder)
    with stub(SCRIPT) as server:
        arguments: list[str | Path] = [
            "--model",
            MODEL,
            "--api-base",
            server.base,
            "--temperature",
            "0.5",
            "--out",
            folder / "out",
        ]
        done = roadtest("run", task, *arguments, env={"OPENAI_API_KEY": KEY})
        assert done.returncode == 0, done.stderr
        return folder, list(server.requests), done.stdout + done.stderr


def test_the_fix_is_accepted_and_every_fault_counted(played: tuple[Path, list[Any], str]) -> None:
    found = results(played[0] / "out")[MODEL]
    schema.check("result.v1", found, file="results.jsonl")
    assert found["verdict"] == "accepted", found["reason"]
    assert found["calls"] == {
        "total": 5,
        "valid": 3,
        "refused": 0,
        "faults": {"bad-json": 1, "unknown-tool": 1, "unrecovered": 2},
        "recovered": 0,
        "faulty": 2,
        "advisory": {},
    }
    assert found["usage"]["model_calls"] == 4
    assert found["usage"]["prompt_tokens"] == 44


def test_the_log_holds_the_provider_s_own_bytes(played: tuple[Path, list[Any], str]) -> None:
    trial = results(played[0] / "out")[MODEL]["trial"]
    replies = [event["data"] for event in events(played[0] / "out", trial) if event["kind"] == "model.replied"]
    assert all(reply["raw"] for reply in replies)
    blob = played[0] / "out" / "trials" / trial / "blobs" / replies[1]["body"]
    assert blob.read_bytes() == json.dumps(completion(SCRIPT[1])).encode()  # type: ignore[arg-type]


def test_a_failure_that_passes_is_written_down_and_asked_again(played: tuple[Path, list[Any], str]) -> None:
    trial = results(played[0] / "out")[MODEL]["trial"]
    (failed,) = [event["data"] for event in events(played[0] / "out", trial) if event["kind"] == "model.failed"]
    assert (failed["kind"], failed["attempt"]) == ("server", 1)
    assert failed["wait"] > 0


def test_the_model_gets_the_complaint_the_tools_and_what_was_wrong(played: tuple[Path, list[Any], str]) -> None:
    bodies = [request.body for request in played[1]]
    assert len(bodies) == 5
    assert bodies[0]["messages"][1] == {"role": "user", "content": toy.INSTRUCTION}
    assert bodies[0]["tools"][0]["function"]["name"] == "bash"
    assert bodies[0]["temperature"] == 0.5
    refusal = bodies[2]["messages"][-1]
    assert refusal["role"] == "tool"
    assert refusal["content"].startswith("The call was not run. read_file: the arguments are not valid JSON")
    last = bodies[4]["messages"][-2:]
    assert last[0]["content"].startswith("wrote ")
    assert "there is no tool 'fax'" in last[1]["content"]
    for message in bodies[4]["messages"]:
        for entry in message.get("tool_calls", []):
            json.loads(entry["function"]["arguments"])


def test_the_key_goes_to_the_provider_and_nowhere_else(played: tuple[Path, list[Any], str]) -> None:
    folder, requests, printed = played
    assert all(request.headers["authorization"] == f"Bearer {KEY}" for request in requests)
    assert all(KEY not in json.dumps(request.body) for request in requests)
    assert KEY not in printed
    for path in folder.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("answers", "verdict", "reason", "code"),
    [
        ([Refusal(401)], "infra-error", "401", 3),
        ([Refusal(404)], "infra-error", "404", 3),
        ([call("bash", '{"command": "true"}'), TOO_LONG], "budget", "context", 0),
        ([{"content": "All good, nothing to do."}], "wrong", "not fixed", 0),
    ],
)
def test_how_a_provider_s_answer_ends_a_trial(
    tmp_path: Path, engine: docker.DockerClient, answers: list[Any], verdict: str, reason: str, code: int
) -> None:
    task = toy.make_task(tmp_path)
    with stub(answers) as server:
        arguments: list[str | Path] = ["--model", MODEL, "--api-base", server.base, "--out", tmp_path / "out"]
        done = roadtest("run", task, *arguments, env={"OPENAI_API_KEY": KEY})
    found = results(tmp_path / "out")[MODEL]
    assert (done.returncode, found["verdict"]) == (code, verdict), (found["reason"], done.stderr)
    assert reason in found["reason"]
    assert KEY not in done.stderr
    assert leftovers(engine, run_id(tmp_path / "out")) == []


def test_the_limit_on_time_is_a_budget_even_while_the_model_is_silent(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path, task=toy.TASK.replace("timeout_sec = 120", "timeout_sec = 1"))
    with stub([Hang(600)]) as server:
        arguments: list[str | Path] = ["--model", MODEL, "--api-base", server.base, "--out", tmp_path / "out"]
        done = roadtest("run", task, *arguments, env={"OPENAI_API_KEY": KEY})
    assert done.returncode == 0, done.stderr
    found = results(tmp_path / "out")[MODEL]
    assert found["verdict"] == "budget"
    assert re.fullmatch(r"the limit on seconds was reached \(1\.\d s of 1 s\)", found["reason"])


def test_a_server_of_one_s_own_needs_no_key(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    assert "OPENAI_API_KEY" not in environment()
    with stub([call("submit", "{}")]) as server:
        arguments: list[str | Path] = ["--model", MODEL, "--api-base", server.base, "--out", tmp_path / "out"]
        done = roadtest("run", task, *arguments)
    assert done.returncode == 0, done.stderr
    assert results(tmp_path / "out")[MODEL]["verdict"] == "wrong"
