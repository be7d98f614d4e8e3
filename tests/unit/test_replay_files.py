"""Recordings on disk: a whole one is played through, one that was cut, mixed up or edited is refused by its file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from sandbox.agent import SYSTEM
from sandbox.errors import BadInput
from sandbox.journal import Journal, RunDirectory
from sandbox.plan import Plan, make_plan, parse_candidate
from sandbox.replay import Replay, open_replay
from sandbox.replay_record import refuse_record
from sandbox.replay_requests import Request, encoded, to_line
from sandbox.replay_serve import played
from sandbox.trial import run_trial
from tests.support.builders import make_body, make_call, make_task, make_text, make_tools

TASK = make_task()
TOOLS = make_tools()
PLAN: Plan = make_plan([TASK], [parse_candidate("scripted:nop")], [], 1)
(TRIAL,) = PLAN.trials
TREE: dict[str, Any] = {
    "raw": "1" * 40,
    "source": "2" * 40,
    "commit": None,
    "changed": 0,
    "gone": 0,
    "paths": [],
    "over": None,
}
SUBMIT = encoded(make_body(make_call("submit", "{}")))
TALK = encoded(make_text("I am done."))
FAILURE = {"attempt": 1, "kind": "server", "message": "the provider answered with no JSON", "wait": 1.5}
CANARIES = ["a.py::test_odd", "b.py::test_even"]

Spoil = Callable[["Made"], object]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Made:
    """A recording of one trial in the making: events without their places, blobs, lines of requests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "trials" / TRIAL.key
        self.log: list[dict[str, Any]] = []
        self.blobs: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self.messages: list[dict[str, Any]] = []

    def add(self, kind: str, cause: int | None = None, /, **data: Any) -> int:
        self.log.append({"kind": kind, "cause": cause, "data": data})
        return len(self.log) - 1

    def blob(self, data: bytes) -> str:
        self.blobs[digest(data)] = data
        return digest(data)

    def first(self, kind: str) -> dict[str, Any]:
        """The data of the first event of a kind, to be changed."""
        data: dict[str, Any] = next(event for event in self.log if event["kind"] == kind)["data"]
        return data

    def ask(self, number: int) -> int:
        asked = self.add("model.asked", reply=number, messages=len(self.messages))
        self.request(asked, 1)
        return asked

    def request(self, asked: int, attempt: int) -> None:
        tools = self.blob(encoded([tool.offer() for tool in TOOLS.values()]))
        facts: dict[str, Any] = {"asked": asked, "attempt": attempt, "settings": {"model": "scripted:nop"}}
        self.requests.append(Request(messages=tuple(self.messages), tools=tools, **facts))

    def reply(self, asked: int, number: int, body: bytes, **more: Any) -> int:
        facts = {"raw": True, "finish": "stop", "text": "", "calls": 0, "labels": [], "problem": None, "seconds": 3.5}
        spent = {"prompt_tokens": 9, "completion_tokens": 3, "cost_usd": 0.25, "usage_known": True}
        charge = {"tokens": 12, "cost_usd": 0.25}
        data = {"reply": number, "body": self.blob(body), **facts, **spent, "charge": charge, **more}
        return self.add("model.replied", asked, **data)

    def write(self) -> Path:
        (self.folder / "blobs").mkdir(parents=True)
        for name, data in self.blobs.items():
            (self.folder / "blobs" / name).write_bytes(data)
        stamp = "2026-01-01T00:00:00.000Z"
        lines = [{"v": 1, "seq": seq, "t": float(seq), "at": stamp, **event} for seq, event in enumerate(self.log)]
        (self.folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "ascii")
        pairs = zip(self.requests, [None, *self.requests], strict=False)
        (self.folder / "requests.jsonl").write_text("".join(to_line(*pair) for pair in pairs), "ascii")
        inputs: dict[str, Any] = {"tasks": {}, "images": {}, "tools": {}, "candidates": {}, "limits": {}}
        document = {"v": 1, "at": stamp, "inputs": inputs, "versions": {}}
        (self.root / "recording.json").write_text(json.dumps(document), "ascii")
        return self.root


def make(root: Path) -> Made:
    """A trial that met one failure of its provider, handed in with its only call, and fixed one bug of two."""
    made = Made(root)
    candidate = {"name": "scripted:nop", "kind": "nop", "settings": {}}
    facts = {"task": TASK.id, "suite": TASK.suite, "item": None, "rung": "report", "judge": "in-process"}
    more = {"condition": "field", "repeat": 0, "task_digest": TASK.digest, "limits": TRIAL.limits.as_data()}
    bugs = [{"id": bug.id, "step": None} for bug in TASK.bugs]
    made.add("trial.opened", trial=TRIAL.key, **facts, candidate=candidate, **more, version="1", bugs=bugs)
    tools = {name: tool.digest or "0" * 64 for name, tool in TOOLS.items()}
    where = {"image": "i", "container": "c", "transport": "host", "bounds": {}, "facts": {}, "seconds": 1.0}
    made.add("env.ready", **where, tools=tools, source="4" * 40, commit="5" * 40)
    made.messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": TASK.instruction}]
    opened = made.add("step.opened", step="main", index=0, messages=list(made.messages))
    asked = made.ask(0)
    made.add("model.failed", asked, **FAILURE)
    made.request(asked, 2)
    replied = made.reply(asked, 0, SUBMIT)
    started = made.add("tool.started", replied, call="call_0_0", name="submit", arguments="{}", effect="read")
    output = {"output": "submitted", "bytes": 9, "sha256": digest(b"submitted"), "truncated": False, "replaced": False}
    made.add("tool.returned", started, call="call_0_0", status="ok", exit_code=None, **output, seconds=0.5)
    made.add("step.closed", opened, step="main", reason="submit")
    ended = made.add("checkpoint", tier="T0", reason="submit", claims_done=True)
    made.add("tree.saved", ended, **TREE, sealed=True, seconds=0.5, differs=False)
    judge(made, {})
    made.add("trial.closed", verdict="partial", reason="not fixed: escape")
    return made


def judge(made: Made, changes: dict[str, Any]) -> None:
    """A check whose answer fixes `index` alone. changes: of the answer."""
    outcomes = {**dict.fromkeys(TASK.hidden_ids, "passed"), "a.py::one": "failed"}
    sessions: list[dict[str, Any]] = [
        {"exit": 1, "ended_by_itself": True, "crashed": False, "reported": 8, "unreported": 0}
    ]
    sessions = [{**session, "out_of_turn": 0, "failed": ["a.py::one", *CANARIES]} for session in sessions]
    answer: dict[str, Any] = {
        "outcomes": {**outcomes, **dict.fromkeys(CANARIES, "failed")},
        "messages": {},
        "strangers": [],
    }
    answer |= {"planted": CANARIES, "sessions": sessions, "out_of_time": False, "seconds": 2.0, **changes}
    found = {"bugs": {"escape": "F", "index": "P"}, "guards": {"a.py": "P", "b.py": "P"}, "outcomes": outcomes}
    facts = {"tampering": [], "incomplete": False, "dead_canaries": [], "score": 0.5, "seconds": 2.5}
    where = {"judge": "in-process", "source": "2" * 40, "tests_digest": "3" * 64, "cached": False}
    made.add("check.ran", **where, **found, **facts, suite_seconds=2.0, answer=made.blob(json.dumps(answer).encode()))


def judge_again(made: Made, **changes: Any) -> None:
    """Put another answer in the place of the check's, whose event stays as it is."""
    place = next(index for index, event in enumerate(made.log) if event["kind"] == "check.ran")
    kept = made.log[place]
    judge(made, changes)
    answer = made.log.pop()["data"]["answer"]
    kept["data"]["answer"] = answer


def read(root: Path) -> Replay:
    return open_replay(root, PLAN, TOOLS, execute=True, strict=False)


def play(root: Path, out: Path) -> tuple[dict[str, Any], Journal]:
    """Play the trial of a recording; its record and its log."""
    recorded = read(root).trials[TRIAL.key]
    journal = Journal.open(out)

    async def run() -> dict[str, Any]:
        return await run_trial(TRIAL, journal, played(TRIAL, journal, recorded, TOOLS), step=lambda text: None)

    try:
        return anyio.run(run), journal
    finally:
        journal.close()


def test_a_whole_recording_is_played_through_in_its_own_time(tmp_path: Path) -> None:
    root = make(tmp_path / "kept").write()
    assert read(root).notes == ()
    record, journal = play(root, tmp_path / "out")
    assert (record["verdict"], record["reason"], record["score"]) == ("partial", "not fixed: escape", 0.5)
    assert [event.kind for event in journal.events] == [event.kind for event in read(root).trials[TRIAL.key].events]
    failed = next(event.data for event in journal.events if event.kind == "model.failed")
    assert {**failed, "wait": 1.5} == FAILURE
    assert record["usage"] == {"model_calls": 1, "prompt_tokens": 9, "completion_tokens": 3, "cost_usd": 0.25}
    # Nothing took the time that it took when it was recorded, and no part takes longer than the whole.
    assert max(record["time"].values()) == record["time"]["wall_s"] < 1
    assert not any(event.data.get("seconds") for event in journal.events)


def test_a_run_without_requests_says_that_they_are_not_compared(tmp_path: Path) -> None:
    root = make(tmp_path).write()
    inputs = json.loads((root / "recording.json").read_text())["inputs"]
    lock = {"v": 1, "at": "2026-01-01T00:00:00.000Z", "run": "r", "argv": [], "inputs": inputs, "versions": {}}
    (root / "lock.json").write_text(json.dumps({**lock, "replay": None}))
    (root / "recording.json").unlink()
    (root / "trials" / TRIAL.key / "requests.jsonl").unlink()
    (note,) = read(root).notes
    assert "they are not compared" in note


def of(kind: str, **changes: Any) -> Spoil:
    return lambda made: made.first(kind).update(changes)


def nested(kind: str, field: str, **changes: Any) -> Spoil:
    return lambda made: made.first(kind)[field].update(changes)


SPOILED: dict[str, tuple[Spoil, str]] = {
    "score": (of("check.ran", score=1.0), r"line 12: data\.score: is 1; by the judge's answer it is 0\.5"),
    "bug": (nested("check.ran", "bugs", escape="P"), r'line 12: data\.bugs: is escape "P"; by .* it is escape "F"'),
    "guard": (nested("check.ran", "guards", **{"a.py": "F"}), r"line 12: data\.guards: is a\.py"),
    "outcome": (nested("check.ran", "outcomes", **{"a.py::one": "passed"}), r"line 12: data\.outcomes: is a\.py::one"),
    "other tests": (of("check.ran", outcomes={"c.py::x": "passed"}), r"line 12: data\.outcomes: are not of the task"),
    "incomplete": (of("check.ran", incomplete=True), r"line 12: data\.incomplete"),
    "tampering": (of("check.ran", tampering=["odd"], score=0.0), r"line 12: data\.tampering: .* shows nothing"),
    "other tree": (of("check.ran", source="9" * 40), r"line 12: data\.source: is another tree than the sealed one"),
    "answer": (lambda made: judge_again(made, outcomes={}), r"line 12: data\.outcomes: is"),
    "passing canary": (
        lambda made: judge_again(
            made, outcomes={**made.first("check.ran")["outcomes"], **dict.fromkeys(CANARIES, "passed")}
        ),
        r"line 12: data\.tampering: .* shows 2 of 2 tests that must fail did not",
    ),
    "passing contradiction": (
        lambda made: judge_again(
            made,
            planted=[*CANARIES, "b.py::test_twin"],
            outcomes={
                **made.first("check.ran")["outcomes"],
                **dict.fromkeys(CANARIES, "failed"),
                "b.py::test_twin": "passed",
            },
        ),
        r"line 12: data\.tampering: .* shows a test that passed with its contradiction",
    ),
    "no answer": (lambda made: made.first("check.ran").update(answer=made.blob(b"[]")), r"is no answer of a judge"),
    "edited blob": (
        lambda made: made.blobs.update({made.first("check.ran")["answer"]: b"{}"}),
        r"line 12: data\.answer: .*does not hold what its name says",
    ),
    "lost blob": (
        lambda made: made.blobs.pop(made.first("check.ran")["answer"]) and None,
        r"line 12: data\.answer: .*No such file",
    ),
    "body of a reply": (
        lambda made: made.blobs.update({made.first("model.replied")["body"]: b"{}"}),
        r"line 6: data\.body: .*does not hold what its name says",
    ),
    "body that is no JSON": (
        lambda made: made.first("model.replied").update(body=made.blob(b"<html>")),
        r"line 6: data\.body: .*is no JSON",
    ),
    "tools": (lambda made: made.blobs.update({made.requests[0].tools: b"[]"}), r"requests\.jsonl: tools: "),
    "output": (of("tool.returned", output="handed in"), r"line 8: data\.output: has another hash than data\.sha256"),
    "size": (of("tool.returned", bytes=10), r"line 8: data\.bytes: is 10, data\.output has 9"),
    "cut": (of("tool.returned", truncated=True), r"line 8: data\.truncated: is true, and data\.output is not cut"),
    "replaced": (of("tool.returned", replaced=True), r"line 8: data\.replaced: is true, and nothing"),
    "other trial": (of("trial.opened", trial="a/b/c/field/0"), r"line 1: data\.trial: is a/b/c/field/0, another trial"),
    "goes on": (lambda made: made.add("checkpoint", **made.first("checkpoint")), r"line 14: comes after"),
    "closed twice": (
        lambda made: made.add("trial.closed", verdict="accepted", reason="") and None,
        r"line 14: comes after trial\.closed",
    ),
    "goes on after a failure": (
        lambda made: made.log.insert(
            4,
            {
                "kind": "fault",
                "cause": None,
                "data": {"origin": "agent", "stage": "agent", "error": "E", "message": "m", "final": True},
            },
        ),
        r"line 6: comes after the failure that ended the trial",
    ),
    "negative cost": (of("model.replied", cost_usd=-0.5), r"events\.jsonl: line 6: data\.cost_usd: .*minimum"),
    "negative charge": (
        nested("model.replied", "charge", cost_usd=-1, tokens=1),
        r"events\.jsonl: line 6: data\.charge\.cost_usd: .*minimum",
    ),
    "negative tokens": (of("model.replied", prompt_tokens=-1), r"line 6: data\.prompt_tokens: .*minimum"),
    "negative time": (of("tool.returned", seconds=-1.0), r"events\.jsonl: line 8: data\.seconds: .*minimum"),
    "no number": (of("model.replied", seconds=float("nan")), r"line 6: data\.seconds: nan is not a finite number"),
    "infinity": (of("env.ready", facts={"a": [float("inf")]}), r"line 2: data\.facts\.a\[0\]: inf is not a finite"),
    "no arguments": (
        lambda made: (made.log[10].update(cause=7), made.first("tool.started").update(arguments="{")),
        r"events\.jsonl: no record can be made of it \(JSONDecodeError",
    ),
    "fractional cause": (lambda made: made.log[8].update(cause=2.0), r"line 9: cause: is 2\.0, no event before it"),
    "later cause": (lambda made: made.log[4].update(cause=9), r"line 5: cause: is 9, no event before it"),
    "missing attempt": (lambda made: made.requests.pop(), r"attempt 2 at the question of event 3 is missing"),
    "no requests": (lambda made: made.requests.clear(), r"requests\.jsonl: attempt 1 .* of event 3 is missing"),
    "one more attempt": (lambda made: made.request(3, 3), r"requests\.jsonl: attempt 3 .* of event 3 was never made"),
    "request of nothing": (lambda made: made.request(5, 1), r"requests\.jsonl: attempt 1 .* of event 5 was never made"),
    "attempt twice": (lambda made: made.request(3, 2), r"requests\.jsonl: line 3: asked, attempt"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_recording_is_refused_in_one_line_that_names_the_place(tmp_path: Path, name: str) -> None:
    spoil, words = SPOILED[name]
    made = make(tmp_path)
    spoil(made)
    with pytest.raises(BadInput, match=words) as caught:
        read(made.write())
    assert len(str(caught.value).splitlines()) == 1


def spoil_file(folder: Path, name: str) -> None:
    """Put something else in the place of what was recorded."""
    blobs, requests = folder / "blobs", folder / "requests.jsonl"
    if name == "linked blobs":
        blobs.rename(folder.parent / "elsewhere")
        blobs.symlink_to(folder.parent / "elsewhere")
    elif name == "linked trial":
        folder.rename(folder.with_name("elsewhere"))
        folder.symlink_to(folder.with_name("elsewhere"))
    elif name == "linked log":
        (folder / "events.jsonl").rename(folder / "elsewhere")
        (folder / "events.jsonl").symlink_to(folder / "elsewhere")
    elif name == "no requests":
        requests.unlink()
    elif name == "cut requests":
        requests.write_bytes(requests.read_bytes()[:-9])
    elif name == "time runs back":
        log = folder / "events.jsonl"
        log.write_text(log.read_text().replace('"t": 5.0', '"t": 3.5'))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("linked blobs", r"/blobs: is a link"),
        ("linked trial", r"/0: is a link"),
        ("linked log", r"events\.jsonl: is no regular file"),
        ("no requests", r"requests\.jsonl: cannot be read: No such file"),
        ("cut requests", r"requests\.jsonl: line 2: is not a request"),
        ("time runs back", r"events\.jsonl: line 6: t: is 3\.5, earlier than the line before"),
    ],
)
def test_files_that_are_missing_cut_or_elsewhere_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    root = make(tmp_path / "kept").write()
    spoil_file(root / "trials" / TRIAL.key, name)
    monkeypatch.chdir(tmp_path)
    for path in (root, Path("kept")):
        with pytest.raises(BadInput, match=words):
            read(path)


@pytest.mark.parametrize(("verdict", "reason"), [("accepted", "not fixed: escape"), ("partial", "not fixed: nothing")])
def test_a_log_that_was_closed_with_another_verdict_is_told(tmp_path: Path, verdict: str, reason: str) -> None:
    made = make(tmp_path / "kept")
    made.first("trial.closed").update(verdict=verdict, reason=reason)
    record, journal = play(made.write(), tmp_path / "out")
    # Today's verdict stands, and what the recording says beside it.
    assert (record["verdict"], record["reason"]) == ("partial", "not fixed: escape")
    assert record["flags"] == ["replay-diverged"]
    fault = journal.events[-2].data
    assert fault["divergence"]["what"] == "verdict"
    assert fault["divergence"]["recorded"] == f"{verdict} ({reason})"
    assert fault["divergence"]["now"] == "partial (not fixed: escape)"


def test_the_verdict_of_a_trial_that_broke_before_it_began_is_looked_at_too(tmp_path: Path) -> None:
    made = make(tmp_path / "kept")
    del made.log[1:-1]
    made.requests.clear()
    made.first("trial.closed").update(verdict="accepted", reason="every bug fixed, every guard intact")
    facts = {"origin": "sandbox", "stage": "env", "error": "SandboxError", "message": "no room", "final": True}
    made.log.insert(1, {"kind": "fault", "cause": None, "data": facts})
    record, journal = play(made.write(), tmp_path / "out")
    assert (record["verdict"], record["reason"]) == ("infra-error", "no room")
    assert record["flags"] == ["replay-diverged"]
    assert [event.kind for event in journal.events] == ["trial.opened", "fault", "fault", "trial.closed"]


def test_what_comes_after_the_check_is_looked_at(tmp_path: Path) -> None:
    made = make(tmp_path / "kept")
    closed = made.log.pop()
    made.add("checkpoint", **made.first("checkpoint"))
    made.log.append(closed)
    record, _ = play(made.write(), tmp_path / "out")
    assert "recorded checkpoint reason submit" in record["reason"]


def test_a_reply_that_is_the_provider_s_failure_by_today_s_reading_is_a_divergence(tmp_path: Path) -> None:
    made = make(tmp_path / "kept")
    made.first("model.replied").update(body=made.blob(b'{"error": {"message": "overloaded"}}'))
    record, journal = play(made.write(), tmp_path / "out")
    assert record["verdict"] == "infra-error"
    assert "event (event 5): recorded model.replied, now model.failed message the provider" in record["reason"]
    assert sum(event.kind == "model.failed" for event in journal.events) == 1


@pytest.mark.parametrize(
    ("output", "size", "fine"),
    [
        ("ab\n[... 6 bytes left out ...]\ncd", 10, True),
        ("ab\n[... 6 bytes left out ...]\ncd", 11, False),
        ("ab\n[... 1 bytes left out ...]\n\n[... 6 bytes left out ...]\n", 36, True),
        ("a\ufffd\n[... 6 bytes left out ...]\ncd", 10, True),
        ("a\ufffd\n[... 6 bytes left out ...]\ncd", 5, False),
        ("abcd", 10, False),
    ],
)
def test_an_output_that_was_cut_is_held_against_its_size(tmp_path: Path, output: str, size: int, fine: bool) -> None:
    made = make(tmp_path)
    made.first("tool.returned").update(output=output, bytes=size, sha256="0" * 64, truncated=True)
    root = made.write()
    if fine:
        assert read(root).trials
    else:
        with pytest.raises(BadInput, match=r"line 8: data\.truncated"):
            read(root)


def test_a_call_that_was_lost_has_no_output_to_be_held_against(tmp_path: Path) -> None:
    made = make(tmp_path)
    made.first("tool.returned").update(output="lost", bytes=4, sha256="", status="killed")
    assert read(made.write()).trials


def test_other_settings_and_limits_are_told_in_words(tmp_path: Path) -> None:
    made = make(tmp_path)
    made.first("trial.opened")["candidate"]["settings"] = {"temperature": 0.5}
    made.first("trial.opened")["limits"] |= {"replies": 50, "tokens": 1_000_000}
    with pytest.raises(BadInput) as caught:
        read(made.write())
    said = str(caught.value)
    assert "was recorded with temperature 0.5, asked for is no settings" in said
    assert "(replies 50, now none, tokens 1000000, now none)" in said


@pytest.mark.parametrize("place", ["/proc/recording", "{}/file/recording", "{}/link"])
def test_a_place_where_nothing_can_be_written_is_refused_before_anything_starts(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "at all")
    with pytest.raises(BadInput, match=r"--record .*: cannot be written: "):
        refuse_record(Path(place.format(tmp_path)), RunDirectory(tmp_path / "out"), resume=False)


def test_trying_a_place_leaves_nothing_behind(tmp_path: Path) -> None:
    refuse_record(tmp_path / "a" / "b", RunDirectory(tmp_path / "out"), resume=False)
    assert not list(tmp_path.iterdir())
