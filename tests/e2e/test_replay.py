"""Recording and replaying, from the command line: once with real containers and a stubbed model, then without."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox import schema
from sandbox.replay_requests import Request, parse_requests, to_line
from tests.support import toy
from tests.support.command import PROJECT, events, results, roadtest, start
from tests.support.docker import leftovers, run_id
from tests.support.stub_openai import HangUp, Refusal, Scripted, call, stub

pytestmark = pytest.mark.docker

# Nobody answers at either: reaching for an engine or a provider would show.
NOWHERE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock", "HTTPS_PROXY": "http://127.0.0.1:9"}
KEY = "sk-test-83A1-not-a-real-key"
MODEL = "openai/stubbed"
FIX = json.dumps({"path": "calc.py", "content": toy.FIXED})
BUSY = b'{"error": {"message": "the model is overloaded", "type": "server_error"}}'
SERVED: list[Scripted] = [
    Refusal(429, {"Retry-After": "2"}),
    b"<html>busy</html>",
    call("bash", '{"command": "cat calc.py"}'),
    call("read_file", '{"path": "calc.py"'),
    HangUp(),
    {"tool_calls": [*call("write_file", FIX, "a")["tool_calls"], *call("fax", "{}", "b")["tool_calls"]]},
    BUSY,
    call("submit", "{}"),
]  # fmt: skip
SCRIPTS: dict[str, list[dict[str, Any]]] = {
    "good": [toy.bash("cat calc.py | wc -l"), toy.write("calc.py", toy.FIXED), toy.SUBMIT],
    "slow": [toy.bash("echo begun; sleep 60", timeout=1), toy.write("calc.py", "def add("), toy.SUBMIT],
    "endless": [toy.bash(f"echo {number} > seen") for number in range(9)],
    "large": [toy.bash("for i in 1 2 3; do truncate -s 30M sparse$i; done"), toy.SUBMIT],
    "failing": [{"raw": json.loads(BUSY)}, toy.write("calc.py", toy.FIXED), toy.SUBMIT],
    "talks": [{"raw": {"choices": [{"message": {"content": ""}}]}}, {"content": "Nothing is wrong."}],
}
VERDICTS = {
    "good": "accepted",
    "slow": "wrong",
    "endless": "budget",
    "large": "agent-crash",
    "failing": "accepted",
    "talks": "wrong",
}


class Played:
    """A recorded run: its folder, the words of the command that began it, what was printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out, self.recording = folder / "out", folder / "recording"
        self.scripts = {name: toy.make_script(folder / f"{name}.jsonl", turns) for name, turns in SCRIPTS.items()}
        self.task = toy.make_task(folder)
        models = [f"--model={name}" for name in (MODEL, *self.scripts.values())]
        self.words: list[str | Path] = ["run", self.task, *models, "--limit", "calls=6", "--temperature", "0.5"]
        with stub(SERVED) as server:
            more: list[str | Path] = ["--out", self.out, "--record", self.recording, "--api-base", server.base]
            done = roadtest(*self.words, *more, env={"OPENAI_API_KEY": KEY})
        assert done.returncode == 0, done.stderr
        self.requests = [request.body for request in server.requests]

    def folder_of(self, candidate: str, root: Path | None = None) -> Path:
        """Where the trial of a candidate was recorded."""
        return (root or self.recording) / "trials" / str(results(self.out)[candidate]["trial"])


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, engine: docker.DockerClient) -> Played:
    return Played(tmp_path_factory.mktemp("replay"))


@pytest.fixture
def copy(played: Played, tmp_path: Path) -> Path:
    """A recording to spoil."""
    return Path(shutil.copytree(played.recording, tmp_path / "copy"))


# What a run has of its own: how long things took, and how often they were tried.
OF_ITS_OWN = ("time", "attempts", "usage_set_aside")


def timeless(run: Path) -> dict[str, dict[str, Any]]:
    return {
        name: {key: value for key, value in record.items() if key not in OF_ITS_OWN}
        for name, record in results(run).items()
    }


def kinds(run: Path, candidate: str) -> list[tuple[str, int | None]]:
    return [(event["kind"], event["cause"]) for event in events(run, results(run)[candidate]["trial"])]


def diverged(run: Path, candidate: str) -> list[dict[str, Any]]:
    log = events(run, results(run)[candidate]["trial"])
    faults = [event["data"] for event in log if event["kind"] == "fault"]
    return [fault["divergence"] for fault in faults if "divergence" in fault]


def well_formed(run: Path) -> None:
    schema.check("lock.v1", json.loads((run / "lock.json").read_text()), file="lock.json")
    for record in results(run).values():
        schema.check("result.v1", record, file="results.jsonl")
        for event in events(run, record["trial"]):
            schema.check("event.v1", event, file=record["trial"])


def test_a_recording_holds_every_trial_with_the_requests_as_they_were_sent(played: Played) -> None:
    document = json.loads((played.recording / "recording.json").read_text())
    schema.check("recording.v1", document, file="recording.json")
    assert document["inputs"] == json.loads((played.out / "lock.json").read_text())["inputs"]
    assert not list(played.recording.glob(".making-*"))
    for candidate in results(played.out):
        log = (played.folder_of(candidate, played.out) / "events.jsonl").read_bytes()
        assert (played.folder_of(candidate) / "events.jsonl").read_bytes() == log
    lines = (played.folder_of(MODEL) / "requests.jsonl").read_text().splitlines()
    requests = [json.loads(line) for line in lines]
    for request in requests:
        schema.check("request.v1", request, file="requests.jsonl")
    assert [request["attempt"] for request in requests] == [1, 2, 3, 1, 1, 2, 1, 2]
    assert requests[0]["settings"] == {"model": MODEL, "temperature": 0.5}
    # The failed ones too; each line holds what is new.
    messages: list[Any] = []
    for request, sent in zip(requests, played.requests, strict=True):
        messages = [*messages[: request["kept"]], *request["messages"]]
        # litellm leaves out content that is null.
        assert [{key: value for key, value in each.items() if value is not None} for each in messages] == sent[
            "messages"
        ]
        blob = played.folder_of(MODEL) / "blobs" / request["tools"]
        assert json.loads(blob.read_bytes()) == sent["tools"]


def test_no_key_is_in_a_recording(played: Played) -> None:
    for path in played.recording.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("source", ["recording", "out"])
def test_a_replay_needs_neither_model_nor_docker_and_gives_the_same(
    played: Played, tmp_path: Path, source: str
) -> None:
    found = timeless(played.out)
    assert {name: found[script]["verdict"] for name, script in played.scripts.items()} == VERDICTS
    assert found[MODEL]["verdict"] == "accepted"
    again = tmp_path / "again"
    done = roadtest(*played.words, "--replay", played.folder / source, "--out", again, "--json", env=NOWHERE)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["divergences"] == []
    assert timeless(again) == found
    for candidate in found:
        assert kinds(again, candidate) == kinds(played.out, candidate)
    well_formed(again)
    lock = json.loads((again / "lock.json").read_text())
    assert lock["inputs"] == json.loads((played.out / "lock.json").read_text())["inputs"]
    assert lock["replay"]["execute"] is False
    assert len(lock["replay"]["recording"]) == 64
    # Failures are met again, and not waited for again.
    failures = [
        [
            (e["data"]["attempt"], e["data"]["kind"])
            for e in events(run, found[MODEL]["trial"])
            if "attempt" in e["data"]
        ]
        for run in (again, played.out)
    ]
    assert failures[0] == failures[1] == [(1, "rate-limit"), (2, "server"), (1, "connection"), (1, "server")]
    assert results(again)[MODEL]["time"]["wall_s"] < 2 <= results(played.out)[MODEL]["time"]["wall_s"]
    # All times are the replay's own: no part takes longer than the whole.
    for record in results(again).values():
        assert max(record["time"].values()) == record["time"]["wall_s"]
    shown = roadtest("show", again, found[MODEL]["trial"])
    assert (shown.returncode, "cat calc.py" in shown.stdout) == (0, True)


def test_a_replay_does_not_even_load_what_speaks_to_an_engine_or_a_model(played: Played, tmp_path: Path) -> None:
    words = [*map(str, played.words), "--replay", str(played.recording), "--out", str(tmp_path / "again")]
    code = f"""
import sys
from sandbox.cli import main
try:
    main({words!r}, standalone_mode=False)
except SystemExit as end:
    print("ended", end.code, *({{"docker", "litellm", "openai", "git"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "ended 0"


@pytest.mark.slow
def test_a_replay_can_be_gone_on_with_but_only_as_one_of_the_same_recording(played: Played, tmp_path: Path) -> None:
    again = tmp_path / "again"
    words = [*played.words, "--out", again]
    assert roadtest(*words, "--replay", played.recording, env=NOWHERE).returncode == 0
    before = (again / "results.jsonl").read_bytes()
    lines = before.splitlines(keepends=True)
    (again / "results.jsonl").write_bytes(b"".join(lines[:2]))
    done = roadtest(*words, "--replay", played.recording, "--resume", env=NOWHERE)
    assert done.returncode == 0, done.stderr
    assert len(results(again)) == len(lines)
    other = roadtest(*words, "--replay", played.out, "--resume", env=NOWHERE)
    assert (other.returncode, "the recording has changed" in other.stderr) == (2, True), other.stderr
    none = roadtest(*words, "--api-base", "http://127.0.0.1:9", "--resume")
    assert (none.returncode, "this run replays a recording" in none.stderr) == (2, True), none.stderr


def test_what_is_missing_or_another_is_named_before_anything_starts(played: Played, copy: Path, tmp_path: Path) -> None:
    def refused(*words: str | Path) -> str:
        done = roadtest(*words, "--out", tmp_path / "again", env=NOWHERE)
        assert done.returncode == 2, done.stderr
        assert not (tmp_path / "again").exists()
        return done.stderr

    name = played.scripts["good"]
    one: list[str | Path] = ["run", played.task, "--model", name, "--limit", "calls=6"]
    assert "holds neither recording.json nor lock.json" in refused(*one, "--replay", tmp_path)
    replayed = [*one, "--replay", copy]
    assert "scripted:nop/field/0: is not recorded there" in refused(*replayed, "--model", "scripted:nop")
    assert "other limits (calls 6, now 7)" in refused(*replayed, "--limit", "calls=7")
    changed = toy.make_task(tmp_path, task=toy.TASK.replace("test_timeout_sec = 5", "test_timeout_sec = 6"))
    assert "the task has changed" in refused("run", changed, *replayed[2:])
    model: list[str | Path] = ["run", played.task, "--model", MODEL, "--limit", "calls=6", "--replay", copy]
    assert "recorded with temperature 0.5, asked for is no settings" in refused(*model)
    log = played.folder_of(name, copy) / "events.jsonl"
    text = log.read_text()
    digest = next(e for e in map(json.loads, text.splitlines()) if e["kind"] == "env.ready")["data"]["tools"]["bash"]
    log.write_text(text.replace(digest, "0" * 64))
    assert "the tool bash changed since it was recorded" in refused(*replayed)
    body = next(e for e in map(json.loads, text.splitlines()) if e["kind"] == "model.replied")["data"]["body"]
    log.write_text(text)
    (log.parent / "blobs" / body).write_bytes(b"{}")
    assert "does not hold what its name says" in refused(*replayed)
    log.write_text("".join(text.splitlines(keepends=True)[:-1]))
    assert "was not finished when it was recorded" in refused(*replayed)


def edited(log: Path, kind: str, change: Any) -> None:
    """Change the data of the first event of a kind."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    change(next(line for line in lines if line["kind"] == kind)["data"])
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))


def judged_otherwise(folder: Path) -> None:
    """Make a recording of a trial that fixed the bug one of a trial that did not, whole in itself."""
    log = folder / "events.jsonl"
    old = next(e for e in map(json.loads, log.read_text().splitlines()) if e["kind"] == "check.ran")["data"]["answer"]
    failed = dict.fromkeys(["tests/test_calc.py::test_add", "tests/test_calc.py::test_add_negative"], "failed")
    answer = json.loads((folder / "blobs" / old).read_bytes())
    data = json.dumps({**answer, "outcomes": {**answer["outcomes"], **failed}}).encode()
    new = hashlib.sha256(data).hexdigest()
    (folder / "blobs" / new).write_bytes(data)

    def change(found: dict[str, Any]) -> None:
        found.update(answer=new, score=0.0, bugs={"add": "F"}, outcomes={**found["outcomes"], **failed})

    edited(log, "check.ran", change)
    edited(log, "trial.closed", lambda found: found.update(verdict="wrong", reason="not fixed: add"))


@pytest.mark.parametrize("how", [[], ["--execute"]])
@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("check.ran", {"score": 0.0}, "data.score: is 0; by the judge's answer it is 1"),
        ("check.ran", {"answer": "0" * 64}, "data.answer"),
        ("tool.returned", {"output": "7\n"}, "data.output: has another hash than data.sha256"),
        ("model.replied", {"seconds": float("nan")}, "data.seconds: nan is not a finite number"),
        ("model.replied", {"cost_usd": -1.0}, "data.cost_usd"),
    ],
)
def test_an_edited_recording_is_refused_in_one_line(
    played: Played, copy: Path, tmp_path: Path, kind: str, change: dict[str, Any], words: str, how: list[str]
) -> None:
    name = played.scripts["good"]
    edited(played.folder_of(name, copy) / "events.jsonl", kind, lambda data: data.update(change))
    again = tmp_path / "again"
    done = roadtest(
        "run", played.task, "--model", name, "--limit=calls=6", "--replay", copy, *how, "--out", again, env=NOWHERE
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert "events.jsonl: line " in done.stderr
    assert words in done.stderr
    assert not again.exists()


def test_a_verdict_that_does_not_follow_from_its_log_is_told(played: Played, copy: Path, tmp_path: Path) -> None:
    name = played.scripts["good"]
    edited(
        played.folder_of(name, copy) / "events.jsonl",
        "trial.closed",
        lambda data: data.update(verdict="wrong", reason=""),
    )
    words: list[str | Path] = ["run", played.task, "--model", name, "--limit", "calls=6", "--replay", copy]
    done = roadtest(*words, "--out", tmp_path / "again", "--json", env=NOWHERE)
    assert done.returncode == 1, done.stderr
    (found,) = json.loads(done.stdout)["divergences"]
    assert (found["what"], found["recorded"]) == ("verdict", "wrong ()")
    assert found["now"] == "accepted (every bug fixed, every guard intact)"
    assert results(tmp_path / "again")[name]["verdict"] == "accepted"
    done = roadtest(*words, "--execute", "--strict", "--out", tmp_path / "strict")
    assert done.returncode == 1, done.stderr
    assert results(tmp_path / "strict")[name]["verdict"] == "infra-error"


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("tool.started", {"arguments": '{"command": "ls"}'}, ["event (event 5, call_0_0)", "with arguments"]),
        ("step.closed", {"reason": "done"}, ["step.closed with reason"]),
        ("model.asked", {"messages": 3}, ["model.asked with messages 3"]),
    ],
)  # fmt: skip
def test_a_plain_replay_ends_where_something_else_happens(
    played: Played, copy: Path, tmp_path: Path, kind: str, change: dict[str, Any], words: list[str]
) -> None:
    name = played.scripts["good"]
    edited(played.folder_of(name, copy) / "events.jsonl", kind, lambda data: data.update(change))
    again = tmp_path / "again"
    done = roadtest(
        "run", played.task, "--model", name, "--limit=calls=6", "--replay", copy, "--out", again, "--json", env=NOWHERE
    )
    assert done.returncode == 1, done.stderr
    found = results(again)[name]
    assert found["verdict"] == "infra-error"
    for word in ["the replay diverged from its recording", *words]:
        assert word in found["reason"]
    assert len(json.loads(done.stdout)["divergences"]) == 1
    well_formed(again)


def test_other_messages_are_another_question(played: Played, copy: Path, tmp_path: Path) -> None:
    file = played.folder_of(MODEL, copy) / "requests.jsonl"
    requests = list(parse_requests(file.read_text(), name="requests.jsonl").values())
    for index, request in enumerate(requests):
        if len(request.messages) > 3:
            said = [*request.messages[:3], {**request.messages[3], "content": "other"}, *request.messages[4:]]
            facts = {"asked": request.asked, "attempt": request.attempt, "settings": request.settings}
            requests[index] = Request(messages=said, tools=request.tools, **facts)  # type: ignore[arg-type]
    pairs = zip(requests, [None, *requests[:-1]], strict=True)
    file.write_text("".join(to_line(request, before) for request, before in pairs))
    done = roadtest(*played.words, "--replay", copy, "--out", tmp_path / "again", env=NOWHERE)
    assert done.returncode == 1, done.stderr
    reason = results(tmp_path / "again")[MODEL]["reason"]
    assert "request (event " in reason
    assert 'recorded message 3 content line 1 "other", now message 3 content line 1 "def add(a, b):"' in reason
    assert sum(record["verdict"] == "infra-error" for record in results(tmp_path / "again").values()) == 1


@pytest.mark.slow
def test_a_trial_that_ran_out_of_time_and_one_without_a_verdict_are_replayed_as_they_ended(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    late = toy.make_script(tmp_path / "late.jsonl", [toy.bash("echo a; sleep 9; echo b"), toy.bash("ls"), toy.SUBMIT])
    words: list[str | Path] = ["run", task, "--model", late, "--model", MODEL, "--limit", "seconds=4"]
    with stub([Refusal(401)]) as server:
        more: list[str | Path] = ["--out", tmp_path / "out", "--record", tmp_path / "kept", "--api-base", server.base]
        done = roadtest(*words, *more, env={"OPENAI_API_KEY": KEY})
    assert done.returncode == 3, done.stderr
    found = timeless(tmp_path / "out")
    assert [found[name]["verdict"] for name in (late, MODEL)] == ["budget", "infra-error"]
    again = tmp_path / "again"
    done = roadtest(*words, "--replay", tmp_path / "kept", "--out", again, env=NOWHERE)
    assert done.returncode == 3, done.stderr
    # To go on with it would play the same failure again.
    assert ("--resume" in done.stderr, "anew, without --replay" in done.stderr) == (False, True), done.stderr
    assert timeless(again) == found
    assert kinds(again, late) == kinds(tmp_path / "out", late)
    # Carried out again, the call has as much time as it had then.
    words = ["run", task, "--model", late, "--limit", "seconds=4", "--replay", tmp_path / "kept", "--execute"]
    done = roadtest(*words, "--out", tmp_path / "executed")
    assert done.returncode == 0, done.stderr
    assert timeless(tmp_path / "executed")[late] == found[late]


def test_carried_out_again_the_same_tools_give_the_same(
    played: Played, tmp_path: Path, engine: docker.DockerClient
) -> None:
    again = tmp_path / "again"
    done = roadtest(*played.words, "--replay", played.recording, "--execute", "--out", again, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["divergences"] == []
    assert timeless(again) == timeless(played.out)
    assert json.loads((again / "lock.json").read_text())["replay"]["execute"] is True
    assert leftovers(engine, run_id(again)) == []
    assert (played.folder_of(MODEL, again) / "history.git").exists()


@pytest.mark.parametrize("strict", [False, True])
def test_carried_out_again_differences_are_told_or_final(
    played: Played, copy: Path, tmp_path: Path, strict: bool
) -> None:
    name = played.scripts["good"]
    log = played.folder_of(name, copy) / "events.jsonl"
    seven = hashlib.sha256(b"7\n").hexdigest()
    edited(log, "tool.returned", lambda data: data.update(output="7\n", sha256=seven))
    judged_otherwise(log.parent)
    edited(log, "tree.saved", lambda data: data.update(raw="0" * 40))
    words: list[str | Path] = ["run", played.task, "--model", name, "--limit", "calls=6", "--replay", copy, "--execute"]
    again = tmp_path / "again"
    done = roadtest(*words, *(["--strict"] if strict else []), "--out", again)
    assert done.returncode == 1, done.stderr
    found = diverged(again, name)
    well_formed(again)
    first = {"event": 6, "call": "call_0_0", "what": "answer", "recorded": 'output "7"', "now": 'output "6"'}
    assert found[0] == first
    record = results(again)[name]
    if strict:
        assert len(found) == 1
        assert record["verdict"] == "infra-error"
        assert "1 divergence from the recording in 1 trial" in done.stderr
    else:
        assert [each["what"] for each in found] == ["answer", "state", "verdict"]
        assert (found[2]["recorded"], found[2]["now"]) == ("bug add F", "bug add P")
        assert record["verdict"] == "accepted"
        assert "Divergences" in done.stdout
        assert "call_0_0" in done.stdout


def test_a_recording_is_gone_on_with_when_the_run_is(played: Played, tmp_path: Path) -> None:
    good, talks = played.scripts["good"], played.scripts["talks"]
    words: list[str | Path] = ["run", played.task, "--out", tmp_path / "out", "--record", tmp_path / "kept"]
    assert roadtest(*words, "--model", talks).returncode == 0
    refused = roadtest("run", played.task, "--model", talks, "--out", tmp_path / "other", *words[4:])
    assert (refused.returncode, "holds a recording already" in refused.stderr) == (2, True), refused.stderr
    done = roadtest(*words, "--model", talks, "--model", good, "--resume")
    assert done.returncode == 0, done.stderr
    again: list[str | Path] = ["run", played.task, "--model", talks, "--model", good, "--replay", tmp_path / "kept"]
    assert roadtest(*again, "--out", tmp_path / "again", env=NOWHERE).returncode == 0
    assert timeless(tmp_path / "again") == timeless(tmp_path / "out")


@pytest.mark.slow
def test_a_trial_that_was_killed_is_not_in_the_recording_until_it_is_run_again(tmp_path: Path) -> None:
    task, kept = toy.make_task(tmp_path), tmp_path / "kept"
    name = toy.make_script(tmp_path / "slow.jsonl", [toy.bash("sleep 2"), toy.bash("sleep 2"), toy.SUBMIT])
    words: list[str | Path] = ["run", task, "--model", name, "--out", tmp_path / "out", "--record", kept]
    running = start(*words)
    deadline = time.monotonic() + 60
    while not list(kept.glob(".making-*/requests.jsonl")) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.kill()
    running.communicate()
    assert list(kept.glob(".making-*/requests.jsonl"))
    assert not (kept / "trials").exists()
    done = roadtest(*words, "--resume")
    assert done.returncode == 0, done.stderr
    assert not list(kept.glob(".making-*"))
    done = roadtest("run", task, "--model", name, "--replay", kept, "--out", tmp_path / "again", env=NOWHERE)
    assert done.returncode == 0, done.stderr
    assert timeless(tmp_path / "again") == timeless(tmp_path / "out")


@pytest.mark.slow
def test_replies_of_which_only_a_rendering_is_known_are_replayed_from_that(tmp_path: Path) -> None:
    task, model = toy.make_task(tmp_path), "anthropic/stubbed"
    answers: list[Scripted] = [call("write_file", FIX), call("submit", "{}")]
    with stub(answers) as server:
        more: list[str | Path] = ["--api-base", server.root, "--out", tmp_path / "out"]
        done = roadtest("run", task, "--model", model, *more, env={"ANTHROPIC_API_KEY": KEY})
    assert done.returncode == 0, done.stderr
    found = timeless(tmp_path / "out")
    assert found[model]["verdict"] == "accepted", found
    log = events(tmp_path / "out", found[model]["trial"])
    assert not any(event["data"]["raw"] for event in log if event["kind"] == "model.replied")
    again = tmp_path / "again"
    done = roadtest("run", task, "--model", model, "--replay", tmp_path / "out", "--out", again, env=NOWHERE)
    assert done.returncode == 0, done.stderr
    assert timeless(again) == found


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--execute"], "--execute: say what is replayed with --replay DIR"),
        (["--strict"], "--strict: goes with --replay DIR --execute"),
        (["--replay", "x", "--strict"], "--strict: goes with --replay DIR --execute"),
        (["--replay", "x", "--record", "y"], "--record: a replay has nothing new to record"),
        (["--replay", "no-such"], "--replay no-such: holds neither"),
        (["--record", "tests"], "--record tests: holds files that are no recording's"),
        (["--record", "/proc/recording"], "--record /proc/recording: cannot be written: "),
    ],
)
def test_flags_that_do_not_go_together_are_refused(tmp_path: Path, words: list[str], message: str) -> None:
    task = toy.make_task(tmp_path)
    done = roadtest("run", task, "--model", "scripted:nop", "--out", tmp_path / "out", *words, env=NOWHERE)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()
