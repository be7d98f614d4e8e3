"""Problems in a run: handed in once or several times, judged, gone on with, judged again, replayed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox import schema
from tests.support.command import events, results, roadtest, start
from tests.support.cp_packages import CPP, CURRENT, PYTHON, lay_out
from tests.support.docker import leftovers, run_id
from tests.support.stub_openai import Scripted, call, stub
from tests.support.toy import make_script

pytestmark = pytest.mark.docker

MODEL = "openai/stubbed"
HIDDEN = "31415926535"
MORE = "limits:\n  time_limit: 1\n  memory: 64\nkeywords: [tier-1, arithmetic]\n"
FILES: Mapping[str, str | None] = {
    "data/secret/01.in": f"{HIDDEN} 0\n",
    "data/secret/01.ans": f"{HIDDEN}\n",
    "data/secret/02.in": "5 5\n",
    "data/secret/02.ans": "10\n",
    "submissions/accepted/sum.cpp": CPP,
    "submissions/wrong_answer/minus.py": "a, b = map(int, input().split())\nprint(a - b)\n",
    "submissions/run_time_error/crash.py": "1 // 0\n",
}
HALF = "a, b = map(int, input().split())\nprint(a + b if a == 5 or a < 3 else 0)\n"
SCORED = "type: scoring\n" + MORE
SCORED_FILES: Mapping[str, str | None] = {
    **dict.fromkeys(("data/secret/01.in", "data/secret/01.ans")),
    "data/secret/test_group.yaml": "max_score: 100\n",
    **{
        f"data/secret/{group}/{name}": text
        for group, score, given, answer in (("a", 40, "5 5\n", "10\n"), ("b", 60, "7 7\n", "14\n"))
        for name, text in (("test_group.yaml", f"max_score: {score}\n"), ("1.in", given), ("1.ans", answer))
    },
}


def sum_problem(folder: Path) -> Path:
    """Two numbers, their sum; the second secret case alone tells `minus` from right."""
    return lay_out(folder, CURRENT, FILES, more=MORE)


def handing(source: str, language: str = "python3") -> dict[str, Any]:
    """A reply that hands a program in."""
    return call("submit_solution", json.dumps({"language": language, "source": source}))


def checked(run: Path, trial: str) -> list[dict[str, Any]]:
    """What was found of each submission; every event is held against its schema on the way."""
    log = events(run, trial)
    for event in log:
        schema.check("event.v1", event, file=f"line {event['seq'] + 1}")
    return [event["data"] for event in log if event["kind"] == "check.ran"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any], dict[str, Any]]:
    """A model in the lab that needs five submissions: the folder, what the server was asked, the record."""
    folder = tmp_path_factory.mktemp("lab")
    script: list[Scripted] = [
        call("submit_solution", '{"language": "python3"'),
        handing("print(1)", language="cobol"),
        call("bash", '{"command": "ls"}'),
        handing("int main() { return x; }", language="cpp"),
        handing("print(1)"),
        handing("print(1)"),
        handing("while True: pass"),
        handing(PYTHON),
        handing(PYTHON),
    ]
    task = sum_problem(folder)
    with stub(script) as server:
        arguments: list[str | Path] = ["--model", MODEL, "--api-base", server.base, "--condition", "lab"]
        done = roadtest("run", task, *arguments, "--out", folder / "out", "--record", folder / "tape")
        assert done.returncode == 0, done.stdout + done.stderr
        return folder, list(server.requests), results(folder / "out")[MODEL]


def test_in_the_lab_each_submission_is_answered_until_one_is_accepted(
    lab: tuple[Path, list[Any], dict[str, Any]],
) -> None:
    folder, requests, record = lab
    schema.check("result.v1", record, file="results.jsonl")
    assert (record["verdict"], record["score"], record["judge"], record["rung"]) == ("accepted", 1, "problem", "kernel")
    assert [one["verdict"] for one in record["problem"]["submissions"]] == ["CE", "WA", "WA", "TLE", "AC"]
    assert record["bugs"] == {"solved": "P"}
    assert record["calls"]["faults"] == {"bad-json": 1, "out-of-range": 1, "unknown-tool": 1, "unrecovered": 1}
    assert record["time"]["judge_s"] > 1 > record["time"]["tool_s"]
    answers = [request.body["messages"][-1]["content"] for request in requests]
    assert "not valid JSON" in answers[1]
    assert "cobol" in answers[2] or "language" in answers[2]
    assert "there is no tool 'bash'" in answers[3]
    assert answers[4].startswith("Compile error. Submissions left: 9.")
    assert "x" in answers[4].partition("The compiler says:")[2]
    assert answers[5] == "Wrong answer. Submissions left: 8."
    assert answers[7] == "Time limit exceeded. Submissions left: 6."
    assert len(requests) == 8, "the accepted one ends it"
    assert all(HIDDEN not in json.dumps(request.body) for request in requests)
    found = checked(folder / "out", record["trial"])
    assert [one["cached"] for one in found] == [False, False, True, False, False]
    assert found[1]["cases"].keys() == {"sample/1"}, "the first failure ends it"


def test_a_candidate_is_offered_nothing_but_to_hand_in(lab: tuple[Path, list[Any], dict[str, Any]]) -> None:
    first = lab[1][0].body
    assert [tool["function"]["name"] for tool in first["tools"]] == ["submit_solution"]
    told = first["messages"][1]["content"]
    assert "Add the two numbers." in told
    assert "1 s of CPU time, 64 MiB of memory" in told
    assert "You have 10 submissions." in told


def test_a_recording_of_the_lab_is_replayed_and_carried_out_again(lab: tuple[Path, list[Any], dict[str, Any]]) -> None:
    folder, _, record = lab
    for place, more in (("plain", []), ("again", ["--execute"])):
        arguments: list[str | Path] = ["--model", MODEL, "--condition", "lab", "--replay", folder / "tape", *more]
        done = roadtest("run", folder / "sum", *arguments, "--out", folder / place)
        assert done.returncode == 0, (place, done.stdout + done.stderr)
        now = results(folder / place)[MODEL]
        assert (now["verdict"], now["calls"]) == (record["verdict"], record["calls"])
        assert [row["verdict"] for row in now["problem"]["submissions"]] == ["CE", "WA", "WA", "TLE", "AC"]


def test_the_lab_is_shown_judged_again_and_has_no_oscillation(lab: tuple[Path, list[Any], dict[str, Any]]) -> None:
    out = lab[0] / "out"
    shown = roadtest("show", out, "sum").stdout
    assert "judged: CE" in shown
    assert "AC · 3 of 3 cases passed" in shown
    again = roadtest("rejudge", out, lab[0] / "sum", "--json")
    assert again.returncode == 0, again.stderr
    found = json.loads(again.stdout)
    assert (found["moved"], found["checks"]) == ([], 4), "equal programs are judged once"
    said = roadtest("oscillation", out)
    assert said.returncode == 0
    assert "1 of 1 trial is of a problem and in no figure here" in said.stdout
    assert "bad-json" in roadtest("calls", out, "--by", "label").stdout


def test_in_the_field_one_submission_counts_and_nothing_is_said_of_it(tmp_path: Path) -> None:
    both = handing("print(1)")["tool_calls"] + handing(PYTHON)["tool_calls"]
    both[1]["id"] = "second"
    task = lay_out(tmp_path, CURRENT, FILES, more=f"languages: [cpp, python3]\n{MORE}")
    with stub([handing("int main() {}", language="c"), {"content": None, "tool_calls": both}]) as server:
        done = roadtest("run", task, "--model", MODEL, "--api-base", server.base, "--out", tmp_path / "out")
        assert done.returncode == 0, done.stderr
        assert len(server.requests) == 2
        assert "You have one submission." in server.requests[0].body["messages"][1]["content"]
    record = results(tmp_path / "out")[MODEL]
    assert (record["verdict"], record["reason"]) == ("wrong", "WA at sample/1")
    log = events(tmp_path / "out", record["trial"])
    no, taken = (event["data"] for event in log if event["kind"] == "tool.returned")
    assert (no["status"], taken["status"], taken["output"]) == ("refused", "ok", "Received.")
    assert no["output"] == "c is not among the languages of this problem (cpp, python3)"
    (refused,) = [event["data"] for event in log if event["kind"] == "call.rejected"]
    assert refused["content"] == "The call was not run: the work was already handed in."
    assert len(checked(tmp_path / "out", record["trial"])) == 1


def test_points_add_up_over_submissions_subtask_by_subtask(tmp_path: Path) -> None:
    task = lay_out(tmp_path, CURRENT, SCORED_FILES, more=SCORED)
    other = "a, b = map(int, input().split())\nprint(0 if a == 5 else a + b)\n"
    half, rest, right = (
        {"content": None, "tool_calls": handing(source)["tool_calls"]} for source in (HALF, other, PYTHON)
    )
    up = make_script(tmp_path / "up.jsonl", [half, rest, right])
    once = make_script(tmp_path / "once.jsonl", [half])
    models = ["--model", up, "--model", once, "--model", "scripted:oracle", "--model", "scripted:nop"]
    done = roadtest("run", task, *models, "--condition", "lab", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    found = results(tmp_path / "out")
    assert found[up]["verdict"] == "accepted"
    submissions = found[up]["problem"]["submissions"]
    assert [(one["verdict"], one["points"]) for one in submissions] == [("WA", 40), ("WA", 60)], "40 and 60 are all"
    assert (found[once]["verdict"], found[once]["score"], found[once]["reason"]) == (
        "partial",
        0.4,
        "40 of 100 points; WA at secret/b/1",
    )
    report = json.loads(roadtest("report", tmp_path / "out", "--by", "difficulty", "--json").stdout)
    rows = {row["candidate"]: row for row in report["problems"]}
    assert (rows[up]["solved"], rows[up]["points"], rows[once]["points"]) == (1, 100, 40)
    ratings = [rows[name]["rating"]["rating"] for name in ("scripted:oracle", once, "scripted:nop")]
    assert ratings == sorted(ratings, reverse=True)
    for row in rows.values():
        low, high = row["rating"]["interval"]
        assert low < row["rating"]["rating"] < high
        assert "internal scale" in row["rating"]["caveat"]
    assert {row["value"] for row in report["slices"][0]["rows"]} == {"tier-1"}


@pytest.mark.slow
def test_controls_show_that_a_problem_holds_and_that_another_does_not(tmp_path: Path) -> None:
    done = roadtest("task", "check", sum_problem(tmp_path / "good"))
    assert (done.returncode, done.stdout) == (0, "good/sum: holds\n"), done.stderr
    wrong = {**FILES, "submissions/wrong_answer/right.py": PYTHON}
    done = roadtest("task", "check", lay_out(tmp_path / "bad", CURRENT, wrong, more=MORE))
    assert done.returncode == 1
    assert done.stdout == "bad/sum: wrong_answer/right.py: AC, required WA\n"


def test_a_validator_that_fails_is_the_judges_error_and_no_zero(tmp_path: Path) -> None:
    broken = {**FILES, "output_validator/check.py": "raise SystemExit(1)\n"}
    task = lay_out(tmp_path, CURRENT, broken, more=MORE)
    models = ["--model", "scripted:oracle", "--condition", "field", "--condition", "lab"]
    done = roadtest("run", task, *models, "--out", tmp_path / "out", "--retries", "0")
    assert done.returncode == 3, done.stdout
    lines = (tmp_path / "out" / "results.jsonl").read_text().splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["judge-error", "judge-error"]
    assert "the judge of sum failed at sample/1" in json.loads(lines[0])["reason"]


def test_a_killed_run_goes_on_and_leaves_nothing(tmp_path: Path, engine: docker.DockerClient) -> None:
    slow = make_script(tmp_path / "slow.jsonl", [handing(f"import time\ntime.sleep(1.5)\n{PYTHON}")])
    out = tmp_path / "out"
    models = ["--model", "scripted:oracle", "--model", slow, "--model", "scripted:nop", "--repeats", "2"]
    arguments: list[str | Path] = ["run", sum_problem(tmp_path), *models, "--out", out, "--resume"]
    process = start(*arguments)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not any(b'"tool.returned"' in log.read_bytes() for log in logs(out)):
        time.sleep(0.05)
    first = run_id(out)
    process.kill()
    process.communicate(timeout=60)
    done = roadtest(*arguments)
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert len({record["trial"] for record in records}) == len(records) == 6
    verdicts = {record["candidate"]: record["verdict"] for record in records}
    assert verdicts == {"scripted:oracle": "accepted", slow: "accepted", "scripted:nop": "wrong"}
    assert [*leftovers(engine, first), *leftovers(engine, run_id(out))] == []


def logs(out: Path) -> list[Path]:
    return list(out.glob("trials/*/*/*/*/*/events.jsonl"))
