"""Small problems and submissions for the judge, and a judge to put them to."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.cp.build_cache import BuildCache
from sandbox.cp.judging import Desk, Judgement
from sandbox.cp.languages import language_of
from sandbox.cp.problem import Case, Group, Limits, Problem, Program
from sandbox.env.cp_place import Host

LIMIT = 0.5
LIMITS = Limits(time=LIMIT, memory=64, output=1, validation_time=5, validation_memory=256, compilation_time=20)


def program(name: str, source: str) -> Program:
    """A program of one file."""
    language = language_of([name])
    assert language is not None
    return Program(name=name, files={name: source.encode()}, language=language, entry=name)


def problem(cases: Sequence[Case], **more: Any) -> Problem:
    """A problem with these cases as its secret ones."""
    facts: dict[str, Any] = {"limits": LIMITS, **more}
    data = facts.pop("data", None) or Group(name="", parts=(Group(name="secret", parts=tuple(cases)),))
    return Problem(
        id="small", path="", digest="0" * 64, format="2025-09", name="Small", statements={}, data=data, **facts
    )


def sums(count: int = 2, **more: Any) -> Problem:
    """Two numbers in, their sum out: 1 and 10, 2 and 20, and so on."""
    pairs = [(number, 10 * number) for number in range(1, count + 1)]
    return problem([case(f"{a:02}", f"{a} {b}\n", f"{a + b}\n") for a, b in pairs], **more)


def case(name: str, given: str, answer: str, **more: Any) -> Case:
    """One secret case."""
    return Case(name=f"secret/{name}", input=given.encode(), answer=answer.encode(), **more)


class Judge:
    """A judge with its engine and a cache of its own. Everything is judged on one core."""

    def __init__(self, folder: Path) -> None:
        self.host = Host.connect(run=uuid.uuid4().hex, say=lambda text: None)
        self.stop = threading.Event()
        self.desk = Desk(host=self.host, cache=BuildCache(folder), stop=self.stop)

    def __call__(self, asked: Problem, name: str, source: str, **more: Any) -> Judgement:
        """Judge a submission of one file."""
        facts: Mapping[str, Any] = {"limit": LIMIT, **more}
        return self.desk.judge(asked, program(name, source), **facts)

    def verdicts(self, asked: Problem, name: str, source: str, **more: Any) -> str:
        """The verdicts of a submission's cases in a row; its own where none was judged."""
        found = self(asked, name, source, **more)
        return " ".join(result.verdict for result in found.outcome.judged.values()) or str(found.outcome.verdict)


@contextmanager
def judge(folder: Path) -> Iterator[Judge]:
    """A judge that leaves nothing behind."""
    made = Judge(folder)
    try:
        yield made
    finally:
        made.host.clear()
        made.host.client.close()


STATEMENT = (
    "problem_format_version: 2025-09\nname: Sums\nuuid: 5c0f3b0e-0000-4000-8000-000000000001\nlicense: public domain\n"
)
RIGHT = "a, b = map(int, input().split())\nprint(a + b)\n"


def package(folder: Path, submissions: Mapping[str, str], limits: str = "{time_limit: 1.0, memory: 64}") -> Path:
    """A package of sums on disk. submissions: sources by path below submissions/."""
    files = {
        "problem.yaml": f"{STATEMENT}limits: {limits}\n",
        "statement/problem.en.md": "Add.\n",
        "input_validators/any.py": "import sys\nsys.exit(42)\n",
        **{f"submissions/{path}": source for path, source in submissions.items()},
    }
    for name, (a, b) in {"sample/1": (1, 2), "secret/1": (3, 4), "secret/2": (50, 60)}.items():
        files |= {f"data/{name}.in": f"{a} {b}\n", f"data/{name}.ans": f"{a + b}\n"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
