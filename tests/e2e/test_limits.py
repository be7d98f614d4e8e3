"""Limits end to end: each that is reached ends the turn, is written down, and the tree is judged all the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sandbox import schema
from tests.support import toy
from tests.support.command import events, results, roadtest
from tests.support.stub_openai import Hang, Scripted, call, completion, stub

# An address where nobody answers: reaching for the engine would change the exit code to 3.
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
PRICED = "openai/gpt-4o"
FIX = json.dumps({"path": "calc.py", "content": toy.FIXED})
LOOK = toy.bash("ls")


def kinds(log: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The data of the events of a kind."""
    return [event["data"] for event in log if event["kind"] == kind]


def log_of(run: Path, candidate: str) -> list[dict[str, Any]]:
    """A trial's log, each line as its schema wants it, judged whatever its verdict."""
    found = results(run)[candidate]
    schema.check("result.v1", found, file="results.jsonl")
    log = events(run, found["trial"])
    for event in log:
        schema.check("event.v1", event, file="events.jsonl")
    assert [check["purpose"] for check in kinds(log, "check.ran")].count("score") == 1
    return log


def played(tmp_path: Path, *limits: str, **scripts: list[dict[str, Any]]) -> dict[str, tuple[dict[str, Any], Any]]:
    """Scripts played under limits: the record and the log of each."""
    names = {name: toy.make_script(tmp_path / f"{name}.jsonl", turns) for name, turns in scripts.items()}
    words: list[str | Path] = [word for model in names.values() for word in ("--model", model)]
    words += [word for limit in limits for word in ("--limit", limit)]
    done = roadtest("run", toy.make_task(tmp_path), *words, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    return {name: (results(tmp_path / "out")[model], log_of(tmp_path / "out", model)) for name, model in names.items()}


@pytest.mark.docker
def test_the_limit_on_replies_ends_the_turn_before_the_next_question(tmp_path: Path) -> None:
    fixing = [toy.write("calc.py", toy.FIXED), LOOK, LOOK, toy.SUBMIT]
    (record, log), (other, _) = played(
        tmp_path, "replies=2", fixing=fixing, short=[toy.write("calc.py", toy.FIXED), toy.SUBMIT]
    ).values()
    assert (record["verdict"], record["reason"]) == ("budget", "the limit on replies was reached (2 of 2)")
    assert kinds(log, "limit.hit") == [{"limit": "replies", "value": 2, "bound": 2}]
    assert len(kinds(log, "model.asked")) == 2
    assert kinds(log, "check.ran")[0]["bugs"] == {"add": "P"}
    ended = {"tier": "T0", "reason": "limit", "claims_done": False, "step": "main", "index": 0}
    assert kinds(log, "checkpoint")[0] == ended
    assert record["score"] == 0
    assert other["verdict"] == "accepted"
    in_force = {"replies": 2, "calls": None, "tokens": None, "cost": None, "seconds": 120}
    assert kinds(log, "trial.opened")[0]["limits"] == in_force


@pytest.mark.docker
def test_calls_beyond_the_limit_are_not_run_and_faulty_ones_count(tmp_path: Path) -> None:
    many = [toy.call("bash", {"command": f"touch /workspace/seen{number}"}, f"c{number}") for number in range(4)]
    bad = [toy.turn(toy.call("bash", "{", "c"))] * 9
    found = played(
        tmp_path,
        "calls=2",
        many=[toy.turn(*many, toy.call("fax", {}, "f"))],
        endless=bad,
        exact=[toy.turn(toy.call("write_file", FIX, "a"), toy.call("submit", {}, "b"), toy.call("bash", "{", "c"))],
    )
    record, log = found["many"]
    assert (record["verdict"], record["reason"]) == ("budget", "the limit on calls was reached (2 of 2)")
    assert kinds(log, "limit.hit") == [{"limit": "calls", "value": 2, "bound": 2}]
    assert len(kinds(log, "tool.started")) == 2
    assert [each["labels"] for each in kinds(log, "call.rejected")] == [[], [], ["unknown-tool"]]
    assert kinds(log, "call.rejected")[0]["content"] == "The call was not run: the limit on calls was reached."
    assert len(kinds(log, "model.asked")) == 1
    record, log = found["endless"]
    assert record["verdict"] == "budget"
    assert (len(kinds(log, "model.asked")), record["calls"]["faults"]) == (2, {"bad-json": 2, "unrecovered": 2})
    record, log = found["exact"]
    assert (record["verdict"], kinds(log, "limit.hit")) == ("accepted", [])


@pytest.mark.docker
def test_time_that_is_typed_replaces_the_task_s_and_stops_the_rest_of_a_reply(tmp_path: Path) -> None:
    turns = [toy.turn(toy.call("bash", {"command": "sleep 2"}, "a"), toy.call("write_file", FIX, "b")), toy.SUBMIT]
    ((record, log),) = played(tmp_path, "seconds=1", slow=turns).values()
    assert record["verdict"] == "budget"
    assert re.fullmatch(r"the limit on seconds was reached \(\d\.\d s of 1 s\)", record["reason"])
    (hit,) = kinds(log, "limit.hit")
    assert (hit["limit"], hit["bound"]) == ("seconds", 1)
    assert hit["value"] >= 1
    assert len(kinds(log, "tool.started")) == len(kinds(log, "model.asked")) == 1
    assert kinds(log, "check.ran")[0]["bugs"] == {"add": "F"}


def asked(tmp_path: Path, answers: list[Scripted], *limits: str) -> tuple[dict[str, Any], Any, int]:
    """A model played by a stub under limits: its record, its log, how often the server was asked."""
    words: list[str | Path] = [word for limit in limits for word in ("--limit", limit)]
    with stub(answers) as server:
        words += ["--model", PRICED, "--api-base", server.base, "--out", str(tmp_path / "out")]
        done = roadtest("run", toy.make_task(tmp_path), *words, env={"OPENAI_API_KEY": "sk-none-at-all"})
        assert done.returncode == 0, done.stderr
        return results(tmp_path / "out")[PRICED], log_of(tmp_path / "out", PRICED), len(server.requests)


@pytest.mark.docker
@pytest.mark.parametrize(
    ("limit", "value", "reason"),
    [
        # A reply of the stub takes 11 and 7 tokens, at 2.5 and 10 dollars a million.
        ("tokens=20", 36, "the limit on tokens was reached (36 of 20)"),
        ("cost=0.0001", 2 * 97.5e-6, "the limit on cost was reached ($0.000195 of $0.0001)"),
    ],
)
def test_a_reply_that_goes_over_is_not_acted_on(tmp_path: Path, limit: str, value: float, reason: str) -> None:
    look, fix = call("bash", '{"command": "ls"}'), call("write_file", FIX)
    record, log, requests = asked(tmp_path, [look, fix, call("submit", "{}")], limit)
    name, _, bound = limit.partition("=")
    assert (record["verdict"], record["reason"]) == ("budget", reason)
    assert kinds(log, "limit.hit") == [{"limit": name, "value": pytest.approx(value), "bound": float(bound)}]
    (dropped,) = kinds(log, "call.rejected")
    assert (dropped["name"], dropped["labels"]) == ("write_file", [])
    assert f"the limit on {name} was reached" in dropped["content"]
    assert [each["name"] for each in kinds(log, "tool.started")] == ["bash"]
    assert (requests, record["usage"]["model_calls"]) == (2, 2)
    assert kinds(log, "check.ran")[0]["bugs"] == {"add": "F"}
    assert kinds(log, "trial.opened")[0]["limits"]["replies"] == 100


@pytest.mark.slow
@pytest.mark.docker
def test_tokens_that_nobody_counts_are_estimated_and_called_so(tmp_path: Path) -> None:
    body = {name: value for name, value in completion(call("submit", "{}")).items() if name != "usage"}
    record, log, _ = asked(tmp_path, [json.dumps(body).encode()], "tokens=100", "cost=none")
    (replied,), (hit,) = kinds(log, "model.replied"), kinds(log, "limit.hit")
    assert record["verdict"] == "budget"
    assert record["reason"].startswith("the limit on tokens was reached (about ")
    assert hit == {"limit": "tokens", "value": replied["charge"]["tokens"], "bound": 100, "estimated": True}
    assert (replied["usage_known"], replied["prompt_tokens"], replied["cost_usd"]) == (False, 0, None)
    # The tools that are offered alone are a few thousand bytes.
    assert 500 < hit["value"] < 5000
    assert record["usage"]["prompt_tokens"] == 0


@pytest.mark.docker
def test_a_silent_model_is_not_asked_again_when_time_is_over(tmp_path: Path) -> None:
    record, log, requests = asked(tmp_path, [Hang(600)], "seconds=2")
    assert (record["verdict"], len(kinds(log, "model.asked"))) == ("budget", 1)
    # A slow machine may not have come to the first request.
    assert requests <= 1
    (hit,) = kinds(log, "limit.hit")
    assert hit["limit"] == "seconds"
    assert 2 <= hit["value"] < 20


@pytest.mark.slow
@pytest.mark.docker
def test_other_limits_are_another_run(tmp_path: Path) -> None:
    script = toy.make_script(tmp_path / "turns.jsonl", [LOOK])
    words: list[str | Path] = ["run", toy.make_task(tmp_path), "--model", script, "--out", tmp_path / "out"]
    # A script costs nothing, so a limit on cost holds by itself.
    limits = ["--limit", "cost=2.50", "--limit", "calls=7"]
    assert roadtest(*words, *limits).returncode == 0
    schema.check("lock.v1", json.loads((tmp_path / "out" / "lock.json").read_text()), file="lock.json")
    again = roadtest(*words, *reversed_pairs(limits), "--resume")
    assert again.returncode == 0, again.stderr
    other = roadtest(*words, "--limit", "cost=2.50", "--limit", "calls=8", "--resume")
    assert other.returncode == 2
    assert "--limit calls has changed since this run began (then 7, now 8)" in other.stderr


def reversed_pairs(words: list[str]) -> list[str]:
    """Options in another order."""
    return [*words[2:], *words[:2]]


@pytest.mark.parametrize(
    ("model", "limit", "message"),
    [
        ("scripted:nop", "replies=many", "--limit replies=many: must be a whole number above 0, or none"),
        ("scripted:nop", "money=1", "--limit money=1: write NAME=VALUE, with a name of replies, calls"),
        ("scripted:nop", "seconds=none", "--limit seconds=none: a trial has to end"),
        ("openai/stubbed", "cost=2.5", "--limit cost=2.5: litellm knows no price for openai/stubbed"),
        # litellm lists this one without a price, and says 0 when asked.
        ("meta_llama/Llama-3.3-8B-Instruct", "cost=1", "knows no price for meta_llama/Llama-3.3-8B-Instruct"),
    ],
)
def test_a_limit_that_cannot_be_held_is_refused_before_anything_starts(
    tmp_path: Path, model: str, limit: str, message: str
) -> None:
    words: list[str | Path] = [
        "--model",
        model,
        "--api-base",
        "http://127.0.0.1:9/v1",
        "--limit",
        limit,
        "--out",
        tmp_path / "out",
    ]
    done = roadtest("run", toy.make_task(tmp_path), *words, env=NO_ENGINE)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("model", [PRICED, "ollama/any-of-mine"])
def test_a_price_that_is_listed_or_nothing_at_home_is_known(tmp_path: Path, model: str) -> None:
    words: list[str | Path] = [
        "--model",
        model,
        "--api-base",
        "http://127.0.0.1:9/v1",
        "--limit",
        "cost=2.5",
        "--out",
        tmp_path / "out",
    ]
    done = roadtest("run", toy.make_task(tmp_path), *words, env=NO_ENGINE)
    # It got as far as the engine.
    assert done.returncode == 3, done.stderr
    assert "no Docker engine answers" in done.stderr
