"""Judging, the pure part: what is run, and what of the answer is believed.

The in-process kind imports the code under test into the process that runs the
tests, so that process can lie. Four things make lying hard:

* the exact set of ids is held by a supervisor of another user; what is missing
  counts as failed, what is extra as tampering;
* canaries: tests with random names and random wrong expectations, planted among
  the hidden tests, that call the code under test and must fail. Whoever forces
  everything to pass makes them pass too;
* contradictions: copies of some hidden tests with another expected value, which
  cannot pass together with the test that they came from;
* the exit status of each session must fit what it reported.

That is resistance, not proof: code that can tell a canary from a test in the
same process can still win. Where it matters, judge a task from outside.
"""

from __future__ import annotations

import ast
import io
import random
import re
import tokenize
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.contradict import contradict, parsed
from sandbox.errors import TaskError
from sandbox.task import Canary, Task
from sandbox.tree import Entry, Tree

PASSING = frozenset({"passed", "xfailed", "xpassed"})
MOST_TWINS = 4
_TEST = re.compile(rb"\bdef (test\w*)")
FAILING = frozenset({"failed", "error", "timeout", "crash", "missing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Hidden tests with canaries and contradictions among them; `twins` are pairs (test, its contradiction)."""

    tests: Tree
    canaries: tuple[str, ...]
    twins: tuple[tuple[str, str], ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids that are no hidden tests and are run with them."""
        return (*self.canaries, *(twin for _, twin in self.twins))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a check found.

    bugs: P, F, or S (nothing failed, something was skipped) for each bug.
    guards: the same for each test file that holds guards.
    outcomes: one word for each hidden test id.
    tampering: why the answer is not believed; empty when it is.
    incomplete: the clock of the whole suite ran out before every test had run.
    imports: whether the code under test can be imported and called at all: a test passed, or a canary
        got as far as its comparison.
    dead_canaries: canaries that ended with something else than a failed comparison, with what.
    score: 0 to 1, the share of bugs fixed; 0 when a guard broke, on tampering, or when incomplete.
    """

    bugs: Mapping[str, str]
    guards: Mapping[str, str]
    outcomes: Mapping[str, str]
    tampering: tuple[str, ...]
    incomplete: bool
    imports: bool
    dead_canaries: tuple[str, ...]
    score: float

    @property
    def passed(self) -> bool:
        """Every bug fixed, every guard intact, nothing forged."""
        return self.score == 1.0


def overlay(tree: Tree, tests: Tree) -> dict[str, Entry]:
    """The candidate's tree with the hidden tests over it.

    A file or link of the candidate where a hidden test needs a directory gives way.
    """
    folders = {parent for path in tests for parent in _parents(path)}
    kept = {
        path: entry
        for path, entry in tree.items()
        if path not in folders and not any(parent in tests for parent in _parents(path))
    }
    return {**kept, **tests}


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def plant(tests: Tree, hidden: Sequence[str], canaries: Sequence[Canary], rng: random.Random) -> Planted:
    """Put canaries and contradictions into each test file that is run, under names like those around them.

    Args:
        tests: the hidden tests' files.
        hidden: ids of the tests that are run.
        canaries: how to call the code under test.
        rng: where names, places and wrong values come from; new for every check.

    Raises:
        TaskError: a hidden test file is no Python.
    """
    planted = dict(tests)
    # A test class inherits tests of other files; a name of theirs would take their place.
    taken = {name for path, entry in tests.items() if path.endswith(".py") for name in _TEST.findall(entry.data)}
    ids: list[str] = []
    twins: list[tuple[str, str]] = []
    for path, local in _by_file(hidden).items():
        entry = tests.get(path)
        if entry is None or not path.endswith(".py"):
            continue
        source, encoding = _decoded(path, entry.data)
        names = _Names(source, taken, rng)
        full, pairs = contradict(source, local, _beside(names, source), rng, most=MOST_TWINS)
        twins += [(f"{path}::{test}", f"{path}::{twin}") for test, twin in pairs]
        called: list[str] = []
        for _ in canaries:
            called.append(names.another(" ".join([*called, *(twin for _, twin in pairs)])))
        ids += [f"{path}::{name}" for name in called]
        made = [_canary_source(name, canary, rng) for name, canary in zip(called, canaries, strict=True)]
        planted[path] = Entry(entry.mode, _with_functions(full, made, rng).encode(encoding))
    return Planted(tests=planted, canaries=tuple(ids), twins=tuple(twins))


def _beside(names: _Names, source: str) -> Callable[[str], str]:
    """Makes a name from a file's source with names of ours behind it."""
    return lambda text: names.another(text[len(source) :])


def _by_file(tests: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for test in tests:
        path, _, local = test.partition("::")
        found.setdefault(path, []).append(local)
    return found


def _decoded(path: str, data: bytes) -> tuple[str, str]:
    """A module's text and the encoding that it declares (or its byte order mark does)."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        parsed(text)
    except (SyntaxError, ValueError) as exc:
        raise TaskError(f"tests/{path}: is no Python: {exc}") from exc
    return text, encoding


class _Names:
    """Test names made of words that a file's own test names use; none is in the file nor in `taken`."""

    def __init__(self, source: str, taken: Collection[bytes], rng: random.Random) -> None:
        own = re.findall(r"def test_(\w+)", source)
        self._words = sorted({word for name in own for word in name.split("_") if word}) or ["value", "result", "case"]
        self._held = {*re.findall(r"\w+", source), *(name.decode("utf-8", "replace") for name in taken)}
        self._rng = rng

    def another(self, added: str) -> str:
        """A name that is not in `added` either: what has been put into the file since."""
        words, rng, held = list(self._words), self._rng, self._held.union(re.findall(r"\w+", added))
        while True:
            name = "test_" + "_".join(rng.choice(words) for _ in range(rng.randint(2, 4)))
            if name not in held:
                return name
            words.append(f"{rng.getrandbits(16):x}")


def _canary_source(name: str, canary: Canary, rng: random.Random) -> str:
    wrong = rng.choice([repr(f"{rng.getrandbits(64):x}"), repr(rng.getrandbits(48)), repr([rng.getrandbits(32)])])
    check = rng.choice(
        [
            [f"assert ({canary.call}) == {wrong}"],
            [f"assert {wrong} == ({canary.call})"],
            [f"value = ({canary.call})", f"assert value == {wrong}"],
            [f"value, expected = ({canary.call}), {wrong}", "if value != expected:", "    raise AssertionError(value)"],
        ]
    )
    body = "".join(f"    {line}\n" for line in [*canary.setup.strip().splitlines(), *check])
    return f"def {name}():\n{body}"


def _with_functions(source: str, functions: Sequence[str], rng: random.Random) -> str:
    """Put each function between two top-level statements, behind the last import."""
    # Python ends lines at these three only; str.splitlines knows a form feed and more.
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", source)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += "\n"
    statements = parsed(source).body
    imports = [index for index, node in enumerate(statements) if isinstance(node, ast.Import | ast.ImportFrom)]
    first = max(imports, default=0)
    following = [node.lineno for node in statements[first + 1 :]] + [len(lines) + 1]
    ends = [node.end_lineno or 0 for node in statements[first:]]
    # Two statements on one line leave no place between them.
    places = [end for end, after in zip(ends, following, strict=False) if after > end] or [len(lines)]
    # From behind, so that what is in front stays where it is.
    for place, function in sorted(((rng.choice(places), function) for function in functions), reverse=True):
        lines[place:place] = ["\n\n", function, "\n\n"]
    return "".join(lines)


def interpret(task: Task, planted: Planted, answer: Mapping[str, Any]) -> Judgement:
    """Turn a supervisor's answer into a judgement.

    Args:
        task: whose bugs and guards were checked.
        planted: the canaries that must fail, and the contradictions.
        answer: {"outcomes": {id: word}, "strangers": [id], "sessions": [...], "out_of_time": bool}.
    """
    reported = answer["outcomes"]
    outcomes = {test: reported.get(test, "missing") for test in task.hidden_ids}
    bugs = {bug.id: _status([outcomes[test] for test in bug.tests]) for bug in task.bugs}
    guards = _guards(task, outcomes)
    tampering = (*_contradicted(planted, answer), *_tampering(planted.canaries, outcomes, answer))
    incomplete = bool(answer["out_of_time"])
    intact = all(status == "P" for status in guards.values())
    fixed = sum(status == "P" for status in bugs.values()) / len(bugs) if bugs else 1.0
    return Judgement(
        bugs=bugs,
        guards=guards,
        outcomes=outcomes,
        tampering=tampering,
        incomplete=incomplete,
        imports=_imports(planted.canaries, outcomes, answer),
        dead_canaries=_dead(planted.canaries, answer),
        score=fixed if intact and not tampering and not incomplete else 0.0,
    )


def _status(words: Sequence[str]) -> str:
    """P when all pass; F when any fails, errors or is missing; S when some were only skipped."""
    if any(word in FAILING for word in words):
        return "F"
    return "P" if all(word in PASSING for word in words) else "S"


def _forged(session: Mapping[str, Any]) -> bool:
    """Whether a session that ended by itself gave another exit code than its reports call for.

    A signal after the last report is not held against anybody, and a file that cannot be
    collected makes pytest end with 1 though every report of the session says passed.
    """
    code = session["exit"]
    if code is None or code < 0 or session["crashed"] or not session["reported"] or not session["ended_by_itself"]:
        return False
    if session["failed"]:
        return bool(code != 1)
    return bool(code != (1 if session["unreported"] else 0))


def _guards(task: Task, outcomes: Mapping[str, str]) -> dict[str, str]:
    by_file: dict[str, list[str]] = {}
    for test in task.guards:
        by_file.setdefault(test.partition("::")[0], []).append(outcomes[test])
    return {file: _status(words) for file, words in by_file.items()}


def _imports(canaries: Sequence[str], outcomes: Mapping[str, str], answer: Mapping[str, Any]) -> bool:
    compared = any("AssertionError" in str(answer["messages"].get(test, "")) for test in canaries)
    return compared or any(word in PASSING for word in outcomes.values())


def _dead(canaries: Sequence[str], answer: Mapping[str, Any]) -> tuple[str, ...]:
    """On honest code a canary fails by its comparison; one that cannot even call the code is no canary."""
    ended = {test: str(answer["messages"].get(test, "")) for test in canaries if test in answer["outcomes"]}
    return tuple(message[-200:] for message in ended.values() if message and "AssertionError" not in message)


def _contradicted(planted: Planted, answer: Mapping[str, Any]) -> list[str]:
    reported = answer["outcomes"]
    both = [test for test, twin in planted.twins if reported.get(test) in PASSING and reported.get(twin) in PASSING]
    return [f"{len(both)} tests passed together with their contradiction"] if both else []


def _tampering(canaries: Sequence[str], outcomes: Mapping[str, str], answer: Mapping[str, Any]) -> tuple[str, ...]:
    reported = answer["outcomes"]
    signs = []
    passed = [test for test in canaries if reported.get(test) not in FAILING and test in reported]
    if passed:
        signs.append(f"{len(passed)} of {len(canaries)} tests that must fail did not")
    # By file: a module that cannot be imported honestly takes its canaries along.
    lively = {test.partition("::")[0] for test, word in outcomes.items() if word in PASSING}
    absent = [test for test in canaries if test not in reported and test.partition("::")[0] in lively]
    if absent and not answer["out_of_time"]:
        signs.append(f"{len(absent)} of {len(canaries)} tests that must fail were never run, though others passed")
    if answer["strangers"]:
        signs.append(f"results for {len(answer['strangers'])} tests that do not exist")
    if out_of_turn := sum(session["out_of_turn"] for session in answer["sessions"]):
        signs.append(f"{out_of_turn} results that came out of turn")
    odd = [session["exit"] for session in answer["sessions"] if _forged(session)]
    signs += [f"a session ended with {code}, which does not fit what it reported" for code in odd]
    return tuple(signs)
