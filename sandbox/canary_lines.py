"""Lines by which a task's tests and its solution are known wherever they lie. Pure.

A line counts that the candidate's workspace does not hold, and that is long enough to be nobody
else's. Which of them are taken is drawn by the task's own contents, so it is the same each time.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sandbox.tree import LINK, Tree, digest

SHORTEST, LONGEST, LETTERS = 24, 400, 10
# A test's name that is shorter may stand elsewhere.
SHORTEST_NAME = 14
EACH = 8

_LETTER = re.compile(rb"[A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryLine:
    """A line, and whose it is: tests or solution; and its file there."""

    text: bytes
    of: str
    path: str


def chosen(workspace: Tree, tests: Tree, solution: Tree, ids: Iterable[str]) -> list[CanaryLine]:
    """Some lines of each, spread over the files, and names of tests.

    Args:
        workspace: what the candidate may see. tests, solution: what it may not.
        ids: of the tests that a bug is known by.
    """
    rng = random.Random(digest(tests) + digest(solution))
    names = [CanaryLine(text=name, of="tests", path=path) for path, name in _names(ids) if not _is_in(name, workspace)]
    return [
        *_some(tests, workspace, "tests", rng),
        *_some(solution, workspace, "solution", rng),
        *rng.sample(names, min(len(names), EACH // 2)),
    ]


def _some(tree: Tree, workspace: Tree, of: str, rng: random.Random) -> list[CanaryLine]:
    held = lines(workspace)
    found = {line: CanaryLine(text=line, of=of, path=path) for path, line in _specific(tree) if line not in held}
    files: dict[str, list[CanaryLine]] = {}
    for line in found.values():
        files.setdefault(line.path, []).append(line)
    for rows in files.values():
        rng.shuffle(rows)
    chosen: list[CanaryLine] = []
    while len(chosen) < EACH and any(files.values()):
        drawn = [rows.pop() for rows in files.values() if rows]
        # What is searched for is looked for within lines too.
        chosen += [line for line in drawn if not _is_in(line.text, workspace)]
    return chosen[:EACH]


def lines(tree: Tree) -> set[bytes]:
    """Every line of a tree, without the blanks around it."""
    return {line.strip() for entry in tree.values() for line in entry.data.splitlines()}


def _specific(tree: Tree) -> Iterator[tuple[str, bytes]]:
    for path, entry in sorted(tree.items()):
        if entry.mode == LINK or b"\0" in entry.data[:8000]:
            continue
        for line in map(bytes.strip, entry.data.splitlines()):
            if SHORTEST <= len(line) <= LONGEST and len(_LETTER.findall(line)) >= LETTERS:
                yield path, line


def _names(ids: Iterable[str]) -> list[tuple[str, bytes]]:
    """File and name of tests, each once."""
    found = {}
    for test in ids:
        name = test.partition("[")[0].rpartition("::")[2].encode()
        if len(name) >= SHORTEST_NAME:
            found[name] = test.partition("::")[0]
    return [(path, name) for name, path in sorted(found.items())]


def _is_in(text: bytes, tree: Tree) -> bool:
    return any(text in entry.data for entry in tree.values())


def laid_open(workspace: Tree, tests: Tree, ids: Iterable[str]) -> Iterator[str]:
    """Hidden tests that the workspace itself holds, a line each; for workspaces that are a task's own.

    A release may well hold a test that a bug is known by: what the test leans on, or the code, is another there.

    Args:
        ids: of the tests that a bug is known by.
    """
    for path in dict.fromkeys(test.partition("::")[0] for test in ids):
        if path not in tests:
            continue
        if workspace.get(path) == tests[path]:
            yield f"the hidden tests of {path} lie in the workspace as they are"
        else:
            yield from _copies(workspace, path, tests)


def _copies(workspace: Tree, path: str, tests: Tree) -> Iterator[str]:
    """Other files of the workspace that hold most of what is new in a file of hidden tests."""
    known = lines({path: workspace[path]}) if path in workspace else set()
    new = {line for _, line in _specific({path: tests[path]})} - known
    for other, entry in workspace.items():
        common = new & lines({other: entry})
        if other != path and len(common) >= max(2, len(new) // 2):
            yield f"the hidden tests of {path} lie in the workspace, in {other}"


def leaks(found: Mapping[str, list[str]], canaries: Iterable[CanaryLine]) -> Iterator[str]:
    """Where lines were found that must be nowhere: a line for each place, and for tests and solution.

    Args:
        found: by place, the lines that it holds (Latin-1, byte by byte).
    """
    by_text = {canary.text.decode("latin-1"): canary for canary in canaries}
    for place, texts in sorted(found.items()):
        owners: dict[str, CanaryLine] = {}
        for text in texts:
            if text in by_text:
                owners.setdefault(by_text[text].of, by_text[text])
        for of, canary in owners.items():
            said = canary.text.decode("utf-8", "replace")
            words = "hidden tests" if of == "tests" else "solution"
            yield f"the candidate can find the {words} in {place}: “{said[:80]}” of {canary.path}"
