"""A small task of our own, quick to build and to judge, and scripts that play on it.

The workspace holds `calc.py`, whose `add` subtracts. The hidden tests want it to
add (the bug) and `double` to go on doubling (the guard).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

WORKSPACE: Mapping[str, str] = {
    "calc.py": "def add(a, b):\n    return a - b\n\n\ndef double(x):\n    return 2 * x\n",
    "test_visible.py": "import calc\n\n\ndef test_double():\n    assert calc.double(2) == 4\n",
}
FIXED = "def add(a, b):\n    return a + b\n\n\ndef double(x):\n    return 2 * x\n"
MARK = "e7b1f0c2-hidden-tests-only"
HIDDEN = f'''\
"""{MARK}"""

import calc


def test_add():
    assert calc.add(2, 3) == 5


def test_add_negative():
    assert calc.add(-2, -3) == -5


def test_double():
    assert calc.double(21) == 42
'''
TASK = """\
schema_version = "1.4"

[metadata.roadtest]
rung = "report"

[metadata.roadtest.judge]
kind = "in-process"
test_timeout_sec = 5

[[metadata.roadtest.judge.canaries]]
setup = "import calc"
call = "calc.double(4)"

[[metadata.roadtest.judge.canaries]]
setup = "import calc"
call = "calc.add(4, 5)"

[[metadata.roadtest.bugs]]
id = "add"
tests = ["tests/test_calc.py::test_add", "tests/test_calc.py::test_add_negative"]
report = "Adding two numbers gives their difference."

[verifier]
timeout_sec = 60

[agent]
timeout_sec = 120

[environment]
network_mode = "no-network"
memory_mb = 256
storage_mb = 32
"""
DOCKERFILE = "ARG ROADTEST_BASE\nFROM ${ROADTEST_BASE}\nCOPY workspace/ /workspace/\n"
INSTRUCTION = "calc.add(2, 3) gives -1. It should give 5.\n"


def make_task(folder: Path, *, task: str = TASK, workspace: Mapping[str, str] = WORKSPACE) -> Path:
    """Write the task below `folder` as toy/calc; its path."""
    files = {
        "task.toml": task,
        "instruction.md": INSTRUCTION,
        "environment/Dockerfile": DOCKERFILE,
        "tests/tests/test_calc.py": HIDDEN,
        "tests/guards.txt": "tests/test_calc.py::test_double\n",
        "solution/solve.sh": f"cat > /workspace/calc.py <<'EOF'\n{FIXED}EOF\n",
    }
    files |= {f"environment/workspace/{name}": text for name, text in workspace.items()}
    place = folder / "toy" / "calc"
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return place


def call(name: str, arguments: Mapping[str, Any] | str, call_id: str = "c") -> dict[str, Any]:
    """One entry of `tool_calls`; a string goes as the raw arguments."""
    raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": raw}}


def turn(*calls: Mapping[str, Any], content: str | None = None) -> dict[str, Any]:
    """One assistant message."""
    return {"content": content, "tool_calls": list(calls)}


def write(path: str, content: str) -> dict[str, Any]:
    """A turn that writes a file."""
    return turn(call("write_file", {"path": path, "content": content}))


def bash(command: str, **more: Any) -> dict[str, Any]:
    """A turn that runs a command."""
    return turn(call("bash", {"command": command, **more}))


SUBMIT = turn(call("submit", {}))


def make_script(path: Path, turns: Sequence[Mapping[str, Any]]) -> str:
    """Write a turns file; the candidate's name."""
    path.write_text("".join(json.dumps(one) + "\n" for one in turns), "utf-8")
    return f"scripted:{path}"
