"""What is measured on: a small task of our own in several sizes, its images, environments."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker

from sandbox import toolbox
from sandbox.env import images, owner
from sandbox.env.workspace import AgentEnvironment
from sandbox.task import Resources

CALC = "def add(a, b):\n    return a - b\n\n\ndef double(x):\n    return 2 * x\n"
TESTS = "import calc\n\n\ndef test_add():\n    assert calc.add(2, 3) == 5\n\n\ndef test_double():\n"
TESTS += "    assert calc.double(21) == 42\n"
TASK = """\
schema_version = "1.4"

[metadata.roadtest]
rung = "report"

[metadata.roadtest.judge]
kind = "in-process"

[[metadata.roadtest.judge.canaries]]
setup = "import calc"
call = "calc.add(4, 5)"

[[metadata.roadtest.bugs]]
id = "add"
tests = ["tests/test_calc.py::test_add"]
report = "Adding two numbers gives their difference."
"""
DOCKERFILE = "ARG ROADTEST_BASE\nFROM ${ROADTEST_BASE}\nCOPY workspace/ /workspace/\n"
FILES_IN_FOLDER = 100


def make_task(folder: Path, *, files: int = 0) -> Path:
    """A task below `folder` whose workspace holds `files` small modules beside its own; its path."""
    written = {
        "task.toml": TASK,
        "instruction.md": "calc.add(2, 3) gives -1. It should give 5.\n",
        "environment/Dockerfile": DOCKERFILE,
        "environment/workspace/calc.py": CALC,
        "tests/tests/test_calc.py": TESTS,
        "tests/guards.txt": "tests/test_calc.py::test_double\n",
        "solution/solve.sh": "sed -i 's/a - b/a + b/' /workspace/calc.py\n",
    }
    for number in range(files):
        name = f"environment/workspace/package{number // FILES_IN_FOLDER}/module{number}.py"
        written[name] = f'"""Module {number}."""\n\nVALUE = {number}\n' + "# A line.\n" * 40
    place = folder / "bench" / f"calc-{files}"
    for name, text in written.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return place


def image_of(client: docker.DockerClient, task: Path) -> str:
    """The tag of a task's image, built if need be."""
    base = images.ensure_base(client, say=print)
    return images.ensure_task(client, task, base=base, timeout=900, name=task.name, say=print)


@contextmanager
def environment(client: docker.DockerClient, image: str) -> Iterator[AgentEnvironment]:
    """An agent's environment, removed at the end."""
    env, _ = AgentEnvironment.start(
        client,
        image,
        labels=owner.labels(run=uuid.uuid4().hex, trial="bench", role="agent"),
        resources=Resources(),
        tools=toolbox.load_tools(),
        environment={},
        solution=None,
    )
    try:
        yield env
    finally:
        env.close()


def turn(number: int, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A turn with one call."""
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"content": None, "tool_calls": [{"id": f"c{number}", "type": "function", "function": function}]}


def twenty_calls(mark: str) -> list[dict[str, Any]]:
    """Twenty calls as an agent makes them: looking, reading, editing, running; `mark` makes the outcome its own."""
    calls: list[tuple[str, dict[str, Any]]] = []
    for step in range(3):
        calls += [
            ("list_dir", {"path": "."}),
            ("search", {"pattern": "def "}),
            ("read_file", {"path": "calc.py"}),
            ("bash", {"command": "ls -la"}),
            ("write_file", {"path": "notes.txt", "content": f"{mark} {step}\n"}),
            ("bash", {"command": "git diff --stat"}),
        ]
    calls.append(("edit_file", {"path": "calc.py", "old": "a - b", "new": f"a + b  # {mark}"}))
    calls.append(("submit", {}))
    assert len(calls) == 20
    return [turn(number, name, arguments) for number, (name, arguments) in enumerate(calls)]


def write_turns(path: Path, turns: Sequence[Mapping[str, Any]]) -> str:
    """A turns file; the name of its candidate."""
    path.write_text("".join(json.dumps(one) + "\n" for one in turns), "utf-8")
    return f"scripted:{path}"
