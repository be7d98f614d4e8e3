"""Small tasks, events, records and trees for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.events import Event
from sandbox.schema import Validator
from sandbox.score import NO_VERDICT
from sandbox.task import Bug, Canary, Judge, Task
from sandbox.tooling import Tool, Toolset
from sandbox.tree import FILE, Entry

TASK_TOML = """\
schema_version = "1.4"

[task]
name = "org/sample"

[metadata.roadtest]
rung = "report"

[metadata.roadtest.release]
repo = "sample"
from = "1.0"
to = "1.1"

[metadata.roadtest.judge]
kind = "in-process"

[[metadata.roadtest.judge.canaries]]
setup = "import sample"
call = "sample.answer()"

[[metadata.roadtest.bugs]]
id = "escape"
tests = ["test_sample.py::test_escape"]

[[metadata.roadtest.bugs]]
id = "index"
tests = ["test_sample.py::test_index"]
"""


def make_task(**changes: Any) -> Task:
    """A task with two bugs and three guards in two files."""
    facts: dict[str, Any] = {
        "suite": "suite",
        "id": "sample",
        "path": "tasks/suite/sample",
        "digest": "0" * 64,
        "instruction": "Make it work.",
        "rung": "report",
        "judge": Judge(kind="in-process", canaries=(Canary(setup="import sample", call="sample.answer()"),)),
        "bugs": (Bug(id="escape", tests=("a.py::one", "a.py::two")), Bug(id="index", tests=("b.py::three",))),
        "guards": ("a.py::old", "b.py::old", "b.py::older"),
    }
    return Task(**{**facts, **changes})


def make_task_folder(root: Path, toml: str = TASK_TOML, files: Mapping[str, str] | None = None) -> Path:
    """A task's directory on disk, complete but for what `files` (path to text) replaces."""
    folder = root / "suite" / "sample"
    written = {"task.toml": toml, "instruction.md": "Make it work.\n", "tests/guards.txt": "test_sample.py::test_old\n"}
    for name, text in {**written, **(files or {})}.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return folder


def make_tool(name: str, properties: Mapping[str, Any], required: tuple[str, ...] = ()) -> Tool:
    """A tool with a schema and no code."""
    parameters = {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }
    return Tool(
        name=name,
        description="",
        parameters=parameters,
        effect="read",
        source="",
        digest="",
        validator=Validator(parameters, format_checker=Validator.FORMAT_CHECKER),
    )


def make_tools() -> Toolset:
    """Three tools: bash, read_file, submit."""
    timeout = {"type": "integer", "minimum": 1, "maximum": 600}
    tools = [
        make_tool("bash", {"command": {"type": "string"}, "timeout": timeout}, ("command",)),
        make_tool("read_file", {"path": {"type": "string"}, "offset": {"type": "integer", "minimum": 1}}, ("path",)),
        make_tool("submit", {}),
    ]
    return {tool.name: tool for tool in tools}


def make_call(name: Any = "bash", arguments: Any = '{"command": "true"}', **entry: Any) -> dict[str, Any]:
    """One entry of `tool_calls` as a provider sends it."""
    return {"id": "call_x", "type": "function", "function": {"name": name, "arguments": arguments}, **entry}


def make_body(*calls: Any, **message: Any) -> dict[str, Any]:
    """A chat-completion body with one choice."""
    said = {"role": "assistant", "content": None, **message}
    if calls:
        said["tool_calls"] = list(calls)
    return {"choices": [{"index": 0, "message": said, "finish_reason": "stop"}]}


def make_text(content: Any) -> dict[str, Any]:
    """A body whose message holds content alone."""
    return make_body(content=content)


class Log:
    """Builds the events of one trial, as the journal would write them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.replies = 0
        self.add("trial.opened", **_OPENED)

    def add(self, kind: str, cause: Event | None = None, **data: Any) -> Event:
        """Append an event."""
        seq = len(self.events)
        event = Event(
            seq=seq,
            t=float(seq),
            at="2026-01-01T00:00:00.000Z",
            kind=kind,
            cause=None if cause is None else cause.seq,
            data=data,
        )
        self.events.append(event)
        return event

    def reply(self, *labels: str, cost: float | None = 0.0) -> Event:
        """A reply of the candidate, with labels of the reply as a whole."""
        number, self.replies = self.replies, self.replies + 1
        spent: dict[str, Any] = {"seconds": 0.5, "prompt_tokens": 10, "completion_tokens": 2, "cost_usd": cost}
        return self.add("model.replied", reply=number, labels=list(labels), **spent)

    def run(self, reply: Event, name: str = "bash", status: str = "ok") -> None:
        """A call that was run."""
        started = self.add("tool.started", reply, call="c", name=name, arguments="{}", effect="exec")
        self.add("tool.returned", started, call="c", status=status, seconds=0.25)

    def reject(self, reply: Event, *labels: str, name: str | None = "bash") -> None:
        """A call that was not run."""
        self.add("call.rejected", reply, call="c", name=name, arguments="{", labels=list(labels), content="no")

    def check(self, **found: Any) -> None:
        """What the judge found (default: all is well)."""
        well = {"bugs": {"escape": "P"}, "guards": {"a.py": "P"}, "score": 1.0, "seconds": 2.0}
        well |= {"tampering": [], "incomplete": False, "outcomes": {}, "suite_seconds": 1.0}
        well |= {"source": "0" * 40, "answer": f"{len(self.events):064x}"}
        self.add("check.ran", **{**well, **found})

    def fault(self, origin: str, stage: str, *, final: bool = True) -> None:
        """A failure."""
        self.add("fault", origin=origin, stage=stage, final=final, error="SandboxError", message="it broke")

    def close(self, verdict: str, reason: str = "because") -> list[Event]:
        """The end of the trial; all its events."""
        self.add("trial.closed", verdict=verdict, reason=reason)
        return self.events


_OPENED: Mapping[str, Any] = {
    "trial": "suite/sample/scripted:x/field/0",
    "task": "sample",
    "suite": "suite",
    "item": None,
    "rung": "report",
    "judge": "in-process",
    "candidate": {"name": "scripted:x", "kind": "variant", "settings": {}},
    "condition": "field",
    "repeat": 0,
}


def make_record(verdict: str = "accepted", **changes: Any) -> dict[str, Any]:
    """A terminal record."""
    record = {
        "v": 1,
        "trial": "suite/sample/model/field/0",
        "suite": "suite",
        "task": "sample",
        "candidate": "model",
        "condition": "field",
        "repeat": 0,
        "item": None,
        "rung": "report",
        "judge": "in-process",
        "verdict": verdict,
        "reason": "because",
        "score": None if verdict in NO_VERDICT else float(verdict == "accepted"),
        "bugs": {"escape": "P"},
        "calls": {"total": 4, "valid": 3, "refused": 0, "faults": {"bad-json": 1}, "recovered": 1},
        "usage": {"model_calls": 3, "prompt_tokens": 100, "completion_tokens": 20, "cost_usd": 0.5},
        "oscillation": {
            "checkpoints": 1,
            "fixes": None,
            "regressions": None,
            "reintroductions": None,
            "state_cycles": None,
            "alternation_max": None,
            "index": None,
        },
        "time": {"wall_s": 2.0, "model_s": 0.5, "tool_s": 0.5, "env_s": 0.5, "judge_s": 0.5},
    }
    return {**record, **changes}


def text_file(text: str) -> Entry:
    """A plain file."""
    return Entry(FILE, text.encode("utf-8"))


def as_lines(*rows: Mapping[str, Any]) -> str:
    """JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)
