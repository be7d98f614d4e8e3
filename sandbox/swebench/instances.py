"""Instances as SWE-bench and sets like it write them, one JSON object a line. Pure.

Fields: instance_id, repo (owner/name), base_commit, patch, test_patch, problem_statement,
FAIL_TO_PASS, PASS_TO_PASS; version and created_at are taken where they are there. hints_text is
left aside: it is what people said after the complaint, often how to solve it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sandbox.errors import BadInput
from sandbox.tree import is_safe

# What a task of an instance says it is about; the rest is the instance's id.
ITEM = "swebench."
MOST_ID = 100 - len(ITEM)
MOST_NAMED = 3

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_REPO = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_TEST = re.compile(r"[^:\s][^:\n]*\.py::[^\n]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One instance.

    fixed, kept: ids of tests that its patch makes pass, and that pass on both sides. dropped: of the latter,
    those whose ids are cut off, so that nothing can be run by them. created: ISO date; None if it is not said.
    """

    id: str
    repo: str
    base: str
    patch: str
    test_patch: str
    statement: str
    fixed: tuple[str, ...]
    kept: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    version: str | None = None
    created: str | None = None


def rows(text: str, name: str) -> list[Mapping[str, Any]]:
    """The objects of a file: one a line, or all in one JSON list.

    Raises:
        BadInput: it is neither, holds none, or an id twice.
    """
    if text.lstrip().startswith("["):
        found = _parsed(text, name)
    else:
        # Not splitlines: a JSON string may hold a line separator of Unicode as it is.
        lines = enumerate(text.split("\n"), start=1)
        found = [_parsed(line, f"{name}: line {number}") for number, line in lines if line.strip()]
    seen = set()
    for number, row in enumerate(found, start=1):
        if not isinstance(row, dict) or not isinstance(row.get("instance_id"), str):
            raise BadInput(f"{name}: entry {number} is no object with an instance_id")
        if row["instance_id"] in seen:
            raise BadInput(f"{name}: instance_id {row['instance_id']} is there twice")
        seen.add(row["instance_id"])
    if not found:
        raise BadInput(f"{name}: holds no instance")
    return list(found)


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"{where}: is not JSON: {exc}") from exc


def read(row: Mapping[str, Any]) -> Instance:
    """An instance from its object.

    Raises:
        BadInput: why no task can be made of it, naming the field.
    """
    name = row["instance_id"]
    if not _ID.fullmatch(name) or len(name) > MOST_ID:
        raise BadInput(f"instance_id: cannot be a task's name (letters, digits, . _ -, up to {MOST_ID})")
    texts = {key: _text(row, key) for key in ("repo", "base_commit", "patch", "test_patch", "problem_statement")}
    if not _REPO.fullmatch(texts["repo"]):
        raise BadInput(f"repo: {texts['repo']!r} is not owner/name")
    if not _COMMIT.fullmatch(texts["base_commit"]):
        raise BadInput(f"base_commit: {texts['base_commit']!r} is no full commit hash")
    fixed, kept = _tests(row, "FAIL_TO_PASS"), _tests(row, "PASS_TO_PASS")
    if not fixed:
        raise BadInput("FAIL_TO_PASS: names no test, so nothing tells when it is solved")
    _check_ids("FAIL_TO_PASS", fixed)
    _check_ids("PASS_TO_PASS", [test for test in kept if not _is_cut(test)])
    if both := [test for test in fixed if test in kept]:
        raise BadInput(f"FAIL_TO_PASS: {both[0]} is in PASS_TO_PASS, too")
    created = _DAY.match(str(row.get("created_at") or ""))
    return Instance(
        id=name,
        repo=texts["repo"],
        base=texts["base_commit"],
        patch=texts["patch"],
        test_patch=texts["test_patch"],
        statement=texts["problem_statement"],
        fixed=fixed,
        kept=tuple(test for test in kept if not _is_cut(test)),
        dropped=tuple(test for test in kept if _is_cut(test)),
        version=str(row["version"]) if row.get("version") else None,
        created=created[0] if created else None,
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{key}: is missing or empty")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as exc:
        raise BadInput(f"{key}: holds half a character (at {exc.start})") from exc
    return value


def _tests(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of ids, however the set at hand writes it: a list, or the text of one."""
    value = row.get(key, row.get(key.lower()))
    if isinstance(value, str):
        value = _list_in(value)
    if not isinstance(value, list) or not all(isinstance(test, str) for test in value):
        raise BadInput(f"{key}: is no list of test ids")
    return tuple(dict.fromkeys(value))


def _list_in(text: str) -> Any:
    with suppress(ValueError, RecursionError):
        return json.loads(text)
    with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
        return ast.literal_eval(text)
    return None


def _is_cut(test: str) -> bool:
    """Whether an id ends within its parameters: where they hold a blank, some sets keep what stands before it."""
    return _TEST.fullmatch(test) is not None and "[" in test and not test.endswith("]")


def _check_ids(key: str, tests: Sequence[str]) -> None:
    odd = [test for test in tests if not _TEST.fullmatch(test) or not is_safe(test.partition("::")[0])]
    if odd:
        more = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
        raise BadInput(f"{key}: {odd[0]!r}{more}: no pytest id (path/to/test_file.py::test), and only pytest is run")
    if cut := [test for test in tests if _is_cut(test)]:
        raise BadInput(f"{key}: {cut[0]!r}: is cut off within its parameters; put the whole id there")
