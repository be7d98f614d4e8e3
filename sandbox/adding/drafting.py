"""The files of a new task, with marked places for what only a person can write. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.adding.manifest import table, toml

UNWRITTEN = "TODO(complaint)"
NO_CANARY = "TODO(canary): a call of the code under test that gives a plain value"

INSTRUCTION = f"""\
{UNWRITTEN}: what a user of this package would write who has met the bug: what they did, what they saw, what they
expected instead. In words of your own; no names of files or functions that a user would not know.
"""
REPORT = f"{UNWRITTEN}: how a user would complain about this, in one or two sentences"
GUARDS_HEAD = "# Hidden tests that pass before and after the fix, and have to go on passing.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is known of a task before anybody has written its complaint.

    bugs: hidden tests by bug. guards: ids that pass on both sides. canaries: set-up and call of each.
    fixed_at: ISO date of the public fix; None if it is not known, or there was none.
    extra: further tables of task.toml, as text, behind that of the release.
    """

    id: str
    repo: str
    old: str
    new: str
    bugs: Mapping[str, Sequence[str]]
    guards: Sequence[str]
    canaries: Sequence[tuple[str, str]]
    fixed_at: str | None = None
    category: str | None = None
    extra: str = ""


def files(draft: Draft) -> dict[str, str]:
    """The text of each file of the task's directory, by path."""
    return {
        "task.toml": task_toml(draft),
        "instruction.md": INSTRUCTION,
        "tests/guards.txt": GUARDS_HEAD + "".join(f"{test}\n" for test in draft.guards),
    }


def task_toml(draft: Draft) -> str:
    """task.toml of a draft."""
    head = 'schema_version = "1.4"\n'
    task = table("[task]", {"name": f"roadtest/{draft.id}"})
    ours = table("[metadata.roadtest]", {"rung": "report"})
    ours += f"category = {toml(draft.category)}\n" if draft.category else '# category = "comparison"\n'
    ours += '# difficulty = "small"\n# domain = "json"\n'
    release = table("[metadata.roadtest.release]", {"repo": draft.repo, "from": draft.old, "to": draft.new})
    judge = table("[metadata.roadtest.judge]", {"kind": "in-process", "test_timeout_sec": 30})
    canaries = [
        table("[[metadata.roadtest.judge.canaries]]", {"setup": setup, "call": call})
        for setup, call in draft.canaries or [("", NO_CANARY)]
    ]
    return "\n".join(
        [head, task, ours, release, *([draft.extra] * bool(draft.extra)), judge, *canaries, *_bugs(draft), BOUNDS]
    )


def _bugs(draft: Draft) -> list[str]:
    tables = []
    for name, tests in draft.bugs.items():
        text = table("[[metadata.roadtest.bugs]]", {"id": name, "report": REPORT})
        text += f"fixed_at = {draft.fixed_at}\n" if draft.fixed_at else ""
        rows = "".join(f"    {toml(test)},\n" for test in tests)
        tables.append(f"{text}tests = [\n{rows}]\n")
    return tables


BOUNDS = """\
[verifier]
timeout_sec = 300

[agent]
timeout_sec = 1200

[environment]
network_mode = "no-network"
cpus = 1
memory_mb = 1024
storage_mb = 256
"""
