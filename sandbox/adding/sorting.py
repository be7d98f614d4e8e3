"""What runs on both sides of a fix tell of each test, and which tests make a bug. Pure."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.errors import BadInput
from sandbox.judge import FAILING

PASSED = "passed"
MOST_NAMED = 3
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
ONLY = "bug"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Tests by what they tell, each in the order in which it was found.

    fixed: they fail before the fix and pass after it, each time. kept: they pass on both sides.
    flaky: another outcome from run to run, on either side. slow: before the fix they fail by their
    clock alone, which a busy machine can make of any test. absent: before the fix they are not
    there at all, most often because their file imports what the fix brought. failing: they do not pass after the fix.
    """

    fixed: tuple[str, ...]
    kept: tuple[str, ...]
    flaky: tuple[str, ...]
    slow: tuple[str, ...]
    absent: tuple[str, ...]
    failing: tuple[str, ...]


def settled(runs: Sequence[Mapping[str, str]]) -> tuple[dict[str, str], set[str]]:
    """What is the same in every run, by id; and the ids of which it is not (flaky)."""
    first, *others = runs
    flaky = {test for test, word in first.items() if any(other.get(test) != word for other in others)}
    return {test: word for test, word in first.items() if test not in flaky}, flaky


def sort(ids: Sequence[str], before: Sequence[Mapping[str, str]], after: Sequence[Mapping[str, str]]) -> Sorted:
    """Sort tests by their outcomes before and after the fix; each run maps ids to a judge's words."""
    old, flaky_before = settled(before)
    new, flaky_after = settled(after)
    flaky = flaky_before | flaky_after
    steady = [test for test in ids if test not in flaky]
    passing = [test for test in steady if new[test] == PASSED]
    return Sorted(
        fixed=tuple(test for test in passing if old[test] in FAILING - {"timeout", "missing"}),
        kept=tuple(test for test in passing if old[test] == PASSED),
        flaky=tuple(test for test in ids if test in flaky),
        slow=tuple(test for test in passing if old[test] == "timeout"),
        absent=tuple(test for test in passing if old[test] == "missing"),
        failing=tuple(test for test in steady if new[test] in FAILING),
    )


def remarks(found: Sorted) -> list[str]:
    """What a person should know of the tests that are left out, a line each."""
    lines = []
    for tests, why in (
        (found.flaky, "left out, for they end otherwise from run to run"),
        (found.slow, "left out, for before the fix they fail by running out of time alone"),
        (found.absent, "left out, for before the fix they are not there (their file may not import)"),
        (found.failing, "left out, for they do not pass after the fix either"),
    ):
        if tests:
            lines.append(f"{_count(tests)} {why}: {named(tests)}")
    return lines


def uncollected(broken: Mapping[str, str], where: str) -> str:
    """What a person should know of files whose tests cannot be looked at.

    Args:
        broken: what pytest says of each file; not empty.
        where: the state of the codebase that they lie over.
    """
    reasons = Counter(map(reason, broken.values())).most_common(MOST_NAMED)
    told = "; ".join(words if count == len(broken) else f"{words} ({count})" for words, count in reasons)
    files = f"{len(broken)} test file{'s' if len(broken) != 1 else ''}"
    hint = "; --requires NAME adds a wheel" if "No module named" in told else ""
    return f"over {where} {files} cannot be imported: {told}{hint}"


def named(tests: Sequence[str]) -> str:
    """The first few of some tests."""
    more = f" and {len(tests) - MOST_NAMED} more" if len(tests) > MOST_NAMED else ""
    return ", ".join(tests[:MOST_NAMED]) + more


def reason(words: str) -> str:
    """The one line of what pytest says of a failure that names it."""
    lines = [line[1:].strip() for line in words.splitlines() if line.startswith("E ")]
    return " ".join((lines[-1] if lines else words).split())[-200:]


def _count(tests: Sequence[str]) -> str:
    return f"{len(tests)} test{'s' if len(tests) != 1 else ''}"


def check_wishes(wanted: Sequence[str]) -> None:
    """Refuse what `group` could not read, before any test is run.

    Raises:
        BadInput: something is no ID=PATTERN.
    """
    for words in wanted:
        name, _, pattern = words.partition("=")
        if not NAME.fullmatch(name) or not pattern:
            raise BadInput(f"--bug {words}: write ID=PATTERN, the id in small letters, digits and hyphens")


def group(tests: Sequence[str], wanted: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Bugs with their tests: one of all of them, or as asked for by `ID=PATTERN`.

    A pattern is part of an id, or with `*` the whole of it. A test goes to the first bug that it fits.

    Raises:
        BadInput: something is no ID=PATTERN, or fits no test.
    """
    if not wanted:
        return {ONLY: tuple(tests)}
    check_wishes(wanted)
    bugs: dict[str, list[str]] = {}
    left = list(tests)
    for words in wanted:
        name, _, pattern = words.partition("=")
        fitting = [test for test in left if _fits(test, pattern)]
        if not fitting:
            raise BadInput(f"--bug {words}: fits none of the tests that the fix makes pass ({named(tests)})")
        bugs.setdefault(name, []).extend(fitting)
        left = [test for test in left if test not in fitting]
    return {name: tuple(found) for name, found in bugs.items()}


def _fits(test: str, pattern: str) -> bool:
    if "*" not in pattern:
        return pattern in test
    # Brackets stand in many ids and are meant as they are.
    return fnmatch.fnmatchcase(test, re.sub(r"[\[?]", lambda found: f"[{found[0]}]", pattern))


def suggestion(tests: Sequence[str]) -> list[str]:
    """Options that would split the tests by file, or by class where there is one file; none if nothing splits."""
    files = {test.partition("::")[0] for test in tests}
    groups: dict[str, None] = {}
    for test in tests:
        file, _, local = test.partition("::")
        owner = local.rpartition("::")[0]
        groups[file if len(files) > 1 else f"{file}::{owner}::" if owner else ""] = None
    if len(groups) < 2 or "" in groups:
        return []
    return [f"--bug {_slug(one)}={one}" for one in groups]


def _slug(place: str) -> str:
    last = place.rstrip(":").rpartition("::")[2].rpartition("/")[2].removesuffix(".py")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", last).lower().replace("_", "-")
    return re.sub(r"^(test-)|(-?tests?(-?case)?)$", "", words).strip("-") or "other"
