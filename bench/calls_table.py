"""The table of function calls: how long it takes to read the logs of a large run and to count."""

from __future__ import annotations

import hashlib
import json
import random
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker

from bench.rows import Row, Section, timed
from sandbox.counting import count_calls
from sandbox.events import Event

TRIALS, CALLS = 1000, 100
TASKS, CANDIDATES = 50, 4
AIM_SECONDS = 10.0
HASH = "0" * 64
FILES = [f"package{folder}/module{number}.py" for folder in range(6) for number in range(8)]
TOOLS = dict.fromkeys(("bash", "read_file", "edit_file", "search", "submit"), HASH)


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """Read 100,000 calls from their logs and count them."""
    del client  # nothing here runs in a container
    for number in range(TRIALS):
        write_trial(folder, number)
    size = sum(path.stat().st_size for path in folder.glob("trials/*/*/*/*/*/events.jsonl"))
    seconds = [timed(lambda: count_calls(folder, ("label", "tool"))) for _ in range(min(rounds, 3))]
    rows = [
        Row(what="calls", measured=f"{TRIALS * CALLS:,}"),
        Row(what="logs", measured=f"{TRIALS} trials, {size / 1e6:.0f} MB"),
        Row(
            what="`roadtest calls --by label --by tool`",
            measured=f"{statistics.median(seconds):.1f} s",
            aim=f"< {AIM_SECONDS:.0f} s",
            holds=statistics.median(seconds) < AIM_SECONDS,
        ),
    ]
    how = "Simulated logs: reading, editing and running, one call in ten faulty, results of 0.1 to 2 kB."
    return Section(title="The table of calls", how=how, rows=tuple(rows))


def write_trial(folder: Path, number: int) -> None:
    """The log of one trial with `CALLS` calls, the same for the same number."""
    key = f"bench/task{number % TASKS}/model{number % CANDIDATES}/field/{number // TASKS // CANDIDATES}-{number}"
    place = folder / "trials" / key
    place.mkdir(parents=True)
    place.joinpath("events.jsonl").write_text("".join(event.to_line() for event in _events(key, number)), "ascii")


def _events(key: str, number: int) -> Iterator[Event]:
    luck = random.Random(number)
    log = _Log()
    suite, task, candidate, condition, _ = key.split("/")
    opening: dict[str, Any] = {
        "trial": key,
        "suite": suite,
        "task": task,
        "condition": condition,
        "item": None,
        "rung": "report",
    }
    opening |= {"judge": "in-process", "repeat": number, "task_digest": HASH, "version": "0"}
    yield log.event("trial.opened", **opening, candidate={"name": candidate, "kind": "model", "settings": {}})
    ready: dict[str, Any] = {"image": "image", "container": "container", "transport": "host", "bounds": {}, "facts": {}}
    yield log.event("env.ready", **ready, tools=TOOLS, seconds=0.5)
    messages = [{"role": "system", "content": "You are."}, {"role": "user", "content": "It adds wrongly."}]
    yield log.event("step.opened", step="main", index=0, messages=messages)
    for reply in range(CALLS):
        yield from _exchange(log, luck, reply)
    yield log.event("checkpoint", tier="T0", reason="submit", claims_done=True)
    score = float(luck.random() < 0.5)
    found: dict[str, Any] = {
        "judge": "in-process",
        "source": HASH[:40],
        "tests_digest": HASH,
        "cached": False,
        "guards": {},
    }
    found |= {"outcomes": {}, "tampering": [], "incomplete": False, "dead_canaries": [], "answer": HASH}
    yield log.event("check.ran", **found, bugs={"add": "P"}, score=score, suite_seconds=1.0, seconds=1.5)
    yield log.event("trial.closed", verdict="accepted" if score else "wrong", reason="because")


def _exchange(log: _Log, luck: random.Random, reply: int) -> Iterator[Event]:
    yield log.event("model.asked", reply=reply, messages=2 * reply + 2)
    spent: dict[str, Any] = {"seconds": 1.5, "prompt_tokens": 9000, "completion_tokens": 80, "cost_usd": 0.01}
    said: dict[str, Any] = {
        "raw": True,
        "body": HASH,
        "finish": "tool_calls",
        "text": "",
        "labels": [],
        "problem": None,
    }
    replied = log.event("model.replied", log.last, reply=reply, calls=1, **said, **spent)
    yield replied
    name, arguments, effect = _call(luck, reply)
    made: dict[str, Any] = {"call": f"call_{reply}_0", "name": name, "arguments": json.dumps(arguments)}
    if luck.random() < 0.1:
        made["arguments"] = made["arguments"][:-1]
        yield log.event("call.rejected", replied.seq, **made, labels=["bad-json"], content="The call was not run.")
        return
    started = log.event("tool.started", replied.seq, **made, effect=effect)
    yield started
    output = "".join(f"{luck.choice(FILES)}: def name{luck.randrange(500)}()\n" for _ in range(luck.randrange(3, 60)))
    digest = hashlib.sha256(output.encode("ascii")).hexdigest()
    came: dict[str, Any] = {"status": "ok", "output": output, "exit_code": 0, "bytes": len(output), "sha256": digest}
    yield log.event(
        "tool.returned", started.seq, call=made["call"], **came, truncated=False, replaced=False, seconds=0.1
    )
    if effect != "read":
        raw = hashlib.sha1(f"{reply if effect == 'write' else reply // 5}".encode()).hexdigest()
        kept: dict[str, Any] = {
            "raw": raw,
            "source": raw,
            "commit": raw,
            "changed": 1,
            "gone": 0,
            "paths": [],
            "over": None,
        }
        yield log.event("tree.saved", log.last, **kept, sealed=False, seconds=0.001)


def _call(luck: random.Random, reply: int) -> tuple[str, dict[str, Any], str]:
    path = luck.choice(FILES)
    calls: list[tuple[str, dict[str, Any], str]] = [
        ("read_file", {"path": path, "offset": 1 + luck.randrange(200), "limit": 40}, "read"),
        ("search", {"pattern": f"name{luck.randrange(500)}", "path": path.partition("/")[0]}, "read"),
        ("edit_file", {"path": path, "old": f"a{reply}\n" * 9, "new": f"b{reply}\n" * 9}, "write"),
        ("bash", {"command": "python -m pytest -q 2>&1 | tail -5"}, "exec"),
    ]
    return calls[reply % len(calls)]


class _Log:
    """Numbers events."""

    def __init__(self) -> None:
        self.last = -1

    def event(self, kind: str, cause: int | None = None, **data: Any) -> Event:
        self.last += 1
        at = "2026-01-01T00:00:00.000Z"
        return Event(seq=self.last, t=float(self.last), at=at, kind=kind, cause=cause, data=data)
