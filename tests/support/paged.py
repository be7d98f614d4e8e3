"""Runs laid out by hand for the page of a run: logs, histories and records, without a container."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox import score
from sandbox.events import Event, of_kind
from sandbox.history import History, make_base
from sandbox.journal import Journal
from sandbox.plan import encoded
from tests.support.builders import Log, as_lines, text_file
from tests.support.played import Played, statuses

# What would run, were it ever taken for anything but text; `pwned` is then set.
PAYLOAD = (
    '<img src=x onerror="window.pwned=1"></script><script>window.pwned=2</script>'
    "\"'><svg onload=window.pwned=3>{{7*7}}&lt;b&gt;${pwned=4}<!--\u202egnihton\u2066\x1b[31m\x00\u2028"
)
NAME = "<img src=x onerror=pwned=5>\"'\u202e$x^2$"
FILE = '"><img src=x onerror=pwned=6>\u202e.py'
REPLY: Mapping[str, Any] = {"raw": True, "body": "0" * 64, "finish": "stop", "calls": 1, "labels": [], "problem": None}
REPLY = {**REPLY, "seconds": 1.0, "prompt_tokens": 1200, "completion_tokens": 40, "cost_usd": 0.01}
DONE: Mapping[str, Any] = {"status": "ok", "exit_code": 0, "seconds": 0.2, "bytes": 9, "sha256": "0" * 64}
DONE = {**DONE, "truncated": False, "replaced": False}


def key_of(task: str, candidate: str, repeat: int = 0, condition: str = "field") -> str:
    """The key of a trial."""
    return "/".join(["suite", encoded(task), encoded(candidate), encoded(condition), str(repeat)])


def write_results(run: Path, logs: Sequence[Sequence[Event]]) -> None:
    """The records of logs whose trials are closed."""
    run.joinpath("results.jsonl").write_text(as_lines(*map(score.record, logs)), "ascii")


def opened(key: str, task: str, candidate: str, repeat: int = 0, condition: str = "field") -> dict[str, Any]:
    """The data of an opening."""
    return {
        "trial": key,
        "task": task,
        "suite": "suite",
        "item": None,
        "rung": "report",
        "judge": "in-process",
        "candidate": {"name": candidate, "kind": "model", "settings": {}},
        "condition": condition,
        "repeat": repeat,
        "task_digest": "0" * 64,
        "version": "1",
    }


def hostile_run(run: Path) -> list[str]:
    """Two trials with `PAYLOAD` wherever there is a text of others; their keys: with a transcript, with a matrix."""
    first, second = key_of(NAME, NAME, condition=NAME), key_of(NAME, "plain")
    logs = [_hostile_transcript(run, first), _hostile_matrix(run, second)]
    write_results(run, logs)
    return [first, second]


def _hostile_transcript(run: Path, key: str) -> Sequence[Event]:
    folder = run / "trials" / key
    journal = Journal.open(folder)
    base = make_base(run / "bases" / "x.git", {"calc.py": text_file("old\n")}, title="base")
    history = History.start(folder / "history.git", base)
    journal.write("trial.opened", opened(key, NAME, NAME, condition=NAME))
    messages = [{"role": role, "content": f"{role} {PAYLOAD}"} for role in ("system", "user")]
    journal.write("step.opened", {"step": PAYLOAD, "index": 0, "messages": messages})
    asked = journal.write("model.asked", {"reply": 0, "messages": 2})
    failed = {"attempt": 1, "kind": "server", "message": PAYLOAD, "wait": 1.0}
    journal.write("model.failed", failed, cause=asked)
    reply = {**REPLY, "reply": 0, "text": f"reply {PAYLOAD}", "finish": PAYLOAD, "labels": ["malformed-reply"]}
    replied = journal.write("model.replied", {**reply, "problem": f"problem {PAYLOAD}"}, cause=asked)
    refused = {"call": PAYLOAD, "name": PAYLOAD, "arguments": f"sent {PAYLOAD}", "labels": ["bad-json"]}
    journal.write("call.rejected", {**refused, "content": f"content {PAYLOAD}"}, cause=replied)
    arguments = json.dumps({"path": PAYLOAD, "old": PAYLOAD, PAYLOAD: f"long\n{PAYLOAD}", "short": PAYLOAD})
    started = {"call": "c", "name": PAYLOAD, "arguments": arguments, "effect": "write"}
    cause = journal.write("tool.started", started, cause=replied)
    output = f"output {PAYLOAD}\n" * 60
    returned = journal.write("tool.returned", {"call": "c", "output": output, **DONE}, cause=cause)
    # What holds a NUL is no text to git.
    text = PAYLOAD.replace("\0", "")
    tree = {"calc.py": text_file(f"new {text}\n"), FILE: text_file(f"file {text}\n")}
    saved = history.save(tree, [], title="edit", notes={}, at=1.0)
    data = {"commit": saved.commit, "changed": 9, "gone": 0, "paths": [PAYLOAD], "over": None, "source": "1" * 40}
    journal.write("tree.saved", {**data, "sealed": False, "seconds": 0.0}, cause=returned)
    fault = {"origin": "sandbox", "stage": "env", "final": False, "error": PAYLOAD, "message": PAYLOAD}
    journal.write("fault", fault)
    journal.write("check.ran", _check(PAYLOAD, journal))
    journal.write("trial.closed", {"verdict": "wrong", "reason": f"reason {PAYLOAD}"})
    history.close()
    journal.close()
    return journal.events


def _check(text: str, journal: Journal) -> dict[str, Any]:
    answer = {"messages": {text: f"message {text}"}, "sessions": [{"output": {"output": f"printed {text}"}}]}
    return {
        "judge": text,
        "bugs": {text: "F"},
        "guards": {text: "F"},
        "score": 0.0,
        "seconds": 1.0,
        "tampering": [text],
        "incomplete": False,
        "outcomes": {text: "failed", "x": "failed"},
        "suite_seconds": 1.0,
        "source": "0" * 40,
        "answer": journal.blob(json.dumps(answer).encode()),
    }


def _hostile_matrix(run: Path, key: str) -> Sequence[Event]:
    played = Played(bugs={NAME: None, "other": None}, guards=[FILE], rounds=3)
    _add(played.log, 0, opened(key, NAME, "plain"))
    for index in range(3):
        played.begin(f"round-{index + 1}", index)
        played.call(f"t{index}", command=PAYLOAD)
        played.end(f"t{index}", index=index)
    guards = {FILE: "P"}
    table = {"start": {NAME: "F", "other": "F", **guards}, "t0": {NAME: "P", "other": "F", **guards}}
    table |= {"t1": {NAME: "F", "other": "P", FILE: "F"}, "t2": {NAME: "P", "other": "F", **guards}}
    played.probe(statuses(table))
    for event in of_kind(played.log.events, "tree.saved"):
        _add(played.log, event.seq, {"files": 1, "bytes": 9, "skipped": 0, "killed": 0, "source": event.data["source"]})
    return _kept(run, key, played.log, "partial", PAYLOAD)


def _add(log: Log, seq: int, more: Mapping[str, Any]) -> None:
    """Complete an event with what transcripts want to know."""
    event = log.events[seq]
    log.events[seq] = dataclasses.replace(event, data={**event.data, **more})


def _kept(run: Path, key: str, log: Log, verdict: str, reason: str) -> Sequence[Event]:
    events = log.close(verdict, reason)
    folder = run / "trials" / key
    folder.mkdir(parents=True)
    (folder / "events.jsonl").write_text("".join(event.to_line() for event in events), "ascii")
    return events


WORDS = [
    "the",
    "of",
    "a",
    "test",
    "value",
    "key",
    "path",
    "error",
    "return",
    "index",
    "list",
    "none",
    "self",
    "import",
    "raise",
    "file",
    "call",
    "line",
]


def large_run(run: Path, *, tasks: int, candidates: int, repeats: int, steps: int, lines: int) -> None:
    """A run of so many trials, each with so many calls whose answers have so many lines; always the same one."""
    luck = random.Random(8)
    run.mkdir(parents=True, exist_ok=True)
    with run.joinpath("results.jsonl").open("w", encoding="ascii") as stream:
        for task in range(tasks):
            for candidate in range(candidates):
                for repeat in range(repeats):
                    events = _long(run, f"task-{task}", f"openai/model-{candidate}", repeat, luck, steps, lines)
                    stream.write(as_lines(score.record(events)))


def _long(
    run: Path, task: str, candidate: str, repeat: int, luck: random.Random, steps: int, lines: int
) -> Sequence[Event]:
    key, log = key_of(task, candidate, repeat), Log()
    log.events.clear()
    log.add("trial.opened", **opened(key, task, candidate, repeat))
    log.add("step.opened", step="", index=0, messages=[{"role": "user", "content": "Make it work."}])
    for number in range(steps):
        asked = log.add("model.asked", reply=number, messages=number)
        text = " ".join(luck.choices(WORDS, k=30))
        replied = log.add("model.replied", asked, **REPLY, reply=number, text=text)
        command = json.dumps({"command": f"grep -n {luck.choice(WORDS)} {number}.py"})
        started = log.add("tool.started", replied, call=f"c{number}", name="bash", arguments=command, effect="exec")
        output = "\n".join(_lines(luck, lines))
        log.add("tool.returned", started, call=f"c{number}", output=output, **DONE)
    right = luck.random() < 0.6
    log.check(bugs={"escape": "P" if right else "F"}, score=float(right))
    return _kept(run, key, log, "accepted" if right else "wrong", "because")


def _lines(luck: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        yield f"{luck.randrange(9999)}: {' '.join(luck.choices(WORDS, k=8))} {luck.random():.6f}"
