"""A run left alone: providers that refuse, candidates that cannot be asked, caps, deadlines, two runs in one place."""

from __future__ import annotations

import itertools
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox import schema
from tests.support import toy
from tests.support.command import events, results, roadtest, start
from tests.support.docker import leftovers, run_id
from tests.support.stub_openai import Refusal, Scripted, call, stub

pytestmark = pytest.mark.docker

MODEL = "openai/stubbed"
KEY = {"OPENAI_API_KEY": "sk-test-not-a-real-key"}
DONE = call("submit", "{}")
HANDS_IN: list[Scripted] = [DONE]


def records(out: Path) -> list[dict[str, Any]]:
    lines = (out / "results.jsonl").read_text("ascii").splitlines()
    found = [json.loads(line) for line in lines]
    for record in found:
        schema.check("result.v1", record, file=record["trial"])
    return found


def ask(server: Any, out: Path, *more: str | Path) -> subprocess.CompletedProcess[str]:
    task = out.parent / "toy" / "calc"
    return roadtest("run", task, "--model", MODEL, "--api-base", server.base, "--out", out, *more, env=KEY)


@pytest.mark.slow
def test_a_provider_that_takes_one_question_at_a_time_answers_all_of_them(tmp_path: Path) -> None:
    toy.make_task(tmp_path)

    def script() -> Iterator[Scripted]:
        for turn in itertools.count():
            # The first of each crowd is refused, whoever asks.
            yield Refusal(429, {"Retry-After": "0.2"}) if turn < 8 else DONE

    with stub(script()) as server:
        done = ask(server, tmp_path / "out", "--repeats", "5", "--concurrency", "4")
    assert done.returncode == 0, done.stderr
    assert [record["verdict"] for record in records(tmp_path / "out")] == ["wrong"] * 5
    assert {record["attempts"] for record in records(tmp_path / "out")} == {1}
    waits = [
        event["data"]["kind"]
        for record in records(tmp_path / "out")
        for event in events(tmp_path / "out", record["trial"])
        if event["kind"] == "model.failed"
    ]
    assert waits == ["rate-limit"] * 8


def test_a_wrong_key_is_found_out_once_and_others_go_on(tmp_path: Path) -> None:
    toy.make_task(tmp_path)
    with stub([Refusal(401)] * 20) as server:
        done = ask(server, tmp_path / "out", "--model", "scripted:oracle", "--repeats", "4", "--concurrency", "1")
        asked = len(server.requests)
    assert done.returncode == 3
    assert asked == 1
    found = records(tmp_path / "out")
    assert [record["verdict"] for record in found if "oracle" in record["candidate"]] == ["accepted"] * 4
    assert [record["verdict"] for record in found if record["candidate"] == MODEL] == ["infra-error"]
    assert "3 of its trials are not run" in done.stderr
    report = roadtest("report", tmp_path / "out")
    assert "3" in next(line for line in report.stdout.splitlines() if "not run" in line)
    with stub([DONE] * 20) as server:
        again = ask(
            server, tmp_path / "out", "--model", "scripted:oracle", "--repeats", "4", "--concurrency", "1", "--resume"
        )
    assert again.returncode == 2, "another --api-base is another candidate"


def test_a_cap_stops_the_run_and_a_higher_one_goes_on(tmp_path: Path, engine: docker.DockerClient) -> None:
    toy.make_task(tmp_path)
    with stub(itertools.repeat(DONE)) as server:
        words = ["--repeats", "6", "--concurrency", "1"]
        done = ask(server, tmp_path / "out", *words, "--limit", "candidate.tokens=40")
        assert done.returncode == 3
        # Each reply takes 18 tokens: after three there are more than 40.
        assert [record["verdict"] for record in records(tmp_path / "out")] == ["wrong"] * 3
        assert "the cap on the tokens of openai/stubbed is reached (54 of 40)" in done.stderr
        assert "raise --limit candidate.tokens to go on" in done.stderr
        assert "3 trials were not run (3 of openai/stubbed): the cap" in done.stderr
        command = done.stderr.splitlines()[-1]
        assert command.startswith("roadtest: to go on put more than that in place of HIGHER: ")
        assert command.endswith("--limit candidate.tokens=HIGHER --resume")
        assert "candidate.tokens=40" not in command
        same = ask(server, tmp_path / "out", *words, "--limit", "candidate.tokens=40", "--resume")
        assert same.returncode == 3
        assert len(server.requests) == 3
        more = ask(server, tmp_path / "out", *words, "--limit", "candidate.tokens=1000", "--resume")
    assert more.returncode == 0, more.stderr
    assert len(records(tmp_path / "out")) == 6
    assert leftovers(engine, run_id(tmp_path / "out")) == []


def test_a_deadline_cuts_the_candidate_and_what_it_did_is_judged(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    model = toy.make_script(tmp_path / "slow.jsonl", [toy.write("calc.py", toy.FIXED), toy.bash("sleep 60")])
    began = time.monotonic()
    done = roadtest("run", task, "--model", model, "--limit", "deadline=4", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    record = results(tmp_path / "out")[model]
    assert (record["verdict"], record["bugs"]) == ("budget", {"add": "P"})
    assert record["reason"].startswith("the deadline of the trial passed (4.")
    assert time.monotonic() - began < 30


@pytest.mark.slow
def test_a_second_run_in_the_same_place_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    model = toy.make_script(tmp_path / "slow.jsonl", [toy.bash("sleep 8"), toy.SUBMIT])
    words: list[str | Path] = ["run", task, "--model", model, "--out", tmp_path / "out"]
    first = start(*words)
    try:
        deadline = time.monotonic() + 60
        while not list((tmp_path / "out").glob("trials/*/*/*/*/*/events.jsonl")) and time.monotonic() < deadline:
            time.sleep(0.1)
        second = roadtest(*words, "--resume")
        assert second.returncode == 3
        assert f"another run is writing here (process {first.pid})" in second.stderr
    finally:
        _, said = first.communicate(timeout=120)
    assert first.returncode == 0, said
    assert [record["verdict"] for record in records(tmp_path / "out")] == ["wrong"]


def test_machines_read_how_far_a_run_has_come(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    models = ["--model", "scripted:oracle", "--model", "scripted:nop"]
    done = roadtest("run", task, *models, "--repeats", "2", "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert told[0]["event"] in ("note", "start")
    ended = [line for line in told if line["event"] == "trial" and line["state"] == "done"]
    assert [line["progress"]["done"] for line in ended] == [1, 2, 3, 4]
    last = ended[-1]["progress"]
    assert (last["total"], last["running"], last["left"]) == (4, 0, 0)
    assert last["verdicts"] == {"accepted": 2, "wrong": 2}
    assert json.loads(done.stdout)["missing"] == 0
