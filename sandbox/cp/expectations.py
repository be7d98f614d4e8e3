"""submissions.yaml: what is expected of the submissions that come with a package. Pure.

A file or directory below `submissions/` is matched by a pattern if it, or a directory it lies in, is: `accepted` and
`accepted/*` alike. Directories that the format knows bring expectations of their own; naming such a directory replaces
these key by key, any other pattern adds to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sandbox.cp.problem import Verdict
from sandbox.errors import BadInput

WORDS = ("AC", "WA", "TLE", "RTE")
# The format has four verdicts; memory and output run out where it would speak of a run-time error.
_MEANT = {
    "AC": {Verdict.AC},
    "WA": {Verdict.WA},
    "TLE": {Verdict.TLE},
    "RTE": {Verdict.RTE, Verdict.MLE, Verdict.OLE},
}
MOST_STARS = 8

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "accepted": {"permitted": ["AC"]},
    "rejected": {"required": ["RTE", "TLE", "WA"]},
    "wrong_answer": {"permitted": ["AC", "WA"], "required": ["WA"]},
    "time_limit_exceeded": {"permitted": ["AC", "TLE"], "required": ["TLE"]},
    "run_time_error": {"permitted": ["AC", "RTE"], "required": ["RTE"]},
    "brute_force": {"permitted": ["AC", "RTE", "TLE"], "required": ["RTE", "TLE"]},
}
# Legacy packages: a slow submission may be wrong as well, one that crashes may do anything else too.
LEGACY_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "accepted": {"permitted": ["AC"]},
    "partially_accepted": {"permitted": ["AC"], "use_for_time_limit": False},
    "wrong_answer": {"permitted": ["AC", "WA"], "required": ["WA"], "use_for_time_limit": False},
    "time_limit_exceeded": {"permitted": ["AC", "WA", "TLE"], "required": ["TLE"]},
    "run_time_error": {"required": ["RTE"]},
    "rejected": {"required": ["RTE", "TLE", "WA"]},
}
_OF_SUBMISSION = ("language", "entrypoint", "authors", "model_solution")
_OF_RULE = ("permitted", "required", "score", "message", "use_for_time_limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one pattern asks for. where: a pattern of cases or groups; None for all of the test data.

    limit: the bound of the time limit that follows, "lower", "upper" or None.
    """

    pattern: str
    where: str | None
    permitted: frozenset[Verdict]
    required: frozenset[Verdict]
    score: tuple[float, float] | None
    limit: str | None
    message: str | None


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern is one of a path or of a directory above it.

    Raises:
        BadInput: braces that do not close, or more stars than anybody needs.
    """
    steps = path.split("/")
    return any(_compiled(pattern).fullmatch("/".join(steps[: n + 1])) for n in range(len(steps)))


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    text, depth = "", 0
    for letter in pattern:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "," and depth > 0:
            text += "|"
        else:
            text += {"*": "[^/]*", "{": "(?:", "}": ")"}.get(letter) or re.escape(letter)
        if depth < 0:
            break
    if depth:
        raise BadInput(f"submissions.yaml: {pattern[:80]}: a brace is not closed or not opened")
    if pattern.count("*") > MOST_STARS:
        raise BadInput(f"submissions.yaml: {pattern[:80]}: has more than {MOST_STARS} stars")
    return re.compile(text)


def entries_for(
    path: str, document: Mapping[str, Any], defaults: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Everything that is said of one submission, by pattern. path: as "accepted/quick.py"."""
    directory, _, name = path.partition("/")
    found: dict[str, dict[str, Any]] = {}
    if directory in defaults:
        found[directory] = {**defaults[directory], **document.get(directory, {})}
    for pattern, entry in document.items():
        # Patterns without a directory are used for names of files, in the format's own examples too.
        if pattern not in found and (matches(pattern, path) or ("/" not in pattern and matches(pattern, name))):
            found[pattern] = entry
    return found


def rules_of(pattern: str, entry: Mapping[str, Any]) -> Iterator[Rule]:
    """What an entry asks for: of all cases, and of parts of them."""
    if set(entry) & set(_OF_RULE):
        yield _rule(pattern, None, entry)
    for key, part in entry.items():
        if key not in _OF_RULE and key not in _OF_SUBMISSION:
            yield _rule(pattern, key, part)


def _rule(pattern: str, where: str | None, given: Mapping[str, Any]) -> Rule:
    permitted, required = set(given.get("permitted", WORDS)), set(given.get("required", WORDS))
    use = given.get("use_for_time_limit", True)
    if use == "lower":
        permitted -= {"TLE"}
    elif use == "upper":
        required = {"TLE"}
    limit = "upper" if required == {"TLE"} else "lower" if "TLE" not in permitted else None
    score = given.get("score")
    low, high = score if isinstance(score, list) else (score or 0.0, score or 0.0)
    return Rule(
        pattern=pattern,
        where=where,
        permitted=_meant(permitted),
        required=frozenset() if required == set(WORDS) else _meant(required),
        score=None if score is None else (float(low), float(high)),
        limit=None if use is False else limit,
        message=given.get("message"),
    )


def _meant(words: set[str]) -> frozenset[Verdict]:
    return frozenset().union(*(_MEANT[word] for word in words))
