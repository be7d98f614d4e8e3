"""What trees are judged by, as locks keep it: enough to say later what has changed. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.task import Task
from sandbox.tree import Tree


def facts_of(task: Task, tests: Iterable[Tree], code: Sequence[str]) -> dict[str, Any]:
    """Digests of what a task's trees are judged by.

    Args:
        tests: the hidden tests, of each step in turn for a chain.
        code: the sources of the judge itself.

    Returns:
        `code` and `settings` (clocks, canaries): SHA-256; `files`: for each step SHA-256 of a test file by path.
    """
    return {
        "code": _digest(*(source.encode() for source in code)),
        "settings": _digest(repr(task.judge).encode()),
        "files": [
            # A name that is no text would not be text in the lock either.
            {
                path.encode("utf-8", "replace").decode(): _digest(entry.mode.encode(), entry.data)
                for path, entry in sorted(tree.items())
            }
            for tree in tests
        ],
    }


def files_changed(then: Mapping[str, Any], now: Mapping[str, Any], exam: int) -> list[str]:
    """How the hidden test files of a step differ, as in `tests/test_calc.py altered`."""
    old, new = (_files(facts, exam) for facts in (then, now))
    words = [(path, "added") for path in new.keys() - old.keys()]
    words += [(path, "removed") for path in old.keys() - new.keys()]
    words += [(path, "altered") for path in old.keys() & new.keys() if old[path] != new[path]]
    return [f"{path} {word}" for path, word in sorted(words)]


def _files(facts: Mapping[str, Any], exam: int) -> Mapping[str, str]:
    files: Sequence[Mapping[str, str]] = facts["files"]
    return files[exam] if exam < len(files) else {}


def _digest(*pieces: bytes) -> str:
    total = hashlib.sha256()
    for piece in pieces:
        total.update(b"%d " % len(piece) + piece)
    return total.hexdigest()
