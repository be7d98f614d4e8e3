"""The submissions that come with a package, and what is expected of each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sandbox import schema
from sandbox.cp.expectations import DEFAULTS, LEGACY_DEFAULTS, Rule, entries_for, matches, rules_of
from sandbox.cp.facts import LEGACY, Facts
from sandbox.cp.folder import Folder
from sandbox.cp.problem import Case, Demand, Group, Labelled, Program, Verdict
from sandbox.cp.programs import NotAProgram, read_program
from sandbox.cp.yaml_text import read_yaml
from sandbox.errors import BadInput

_FILE = "submissions/submissions.yaml"
_PARTLY = "partially_accepted"


def read_submissions(
    folder: Folder, facts: Facts, data: Group, *, included: Mapping[str, Mapping[str, bytes]]
) -> tuple[Labelled, ...]:
    """Every submission that can be built here; the others are noted.

    Raises:
        BadInput: submissions.yaml is wrong, or contradicts itself.
    """
    document = _document(folder, facts)
    defaults = LEGACY_DEFAULTS if facts.format == LEGACY else DEFAULTS
    used: set[str] = set()
    found = []
    for label in folder.children("submissions"):
        if f"submissions/{label}" in folder.files:
            if label != "submissions.yaml":
                folder.note(f"submissions/{label}", "left out: submissions are in directories such as accepted")
            continue
        for name in folder.children(f"submissions/{label}"):
            path = f"{label}/{name}"
            entries = entries_for(path, document, defaults)
            used |= entries.keys()
            if not entries:
                folder.note(f"submissions/{path}", f"left out: nothing says what is expected in {label}")
            elif program := _program(folder, facts, path, entries, included):
                found.append(_labelled(folder, program, label, entries, data))
    for pattern in document.keys() - used:
        folder.note(_FILE, f"{pattern}: matches no submission")
    if not any(one.label == "accepted" for one in found):
        folder.note("submissions/accepted", "there is no submission that can be built here")
    return tuple(found)


def _document(folder: Folder, facts: Facts) -> dict[str, Any]:
    if _FILE not in folder.files:
        return {}
    if facts.format == LEGACY:
        folder.note(_FILE, "left aside: legacy packages have none")
        return {}
    where = folder.where(_FILE)
    document, _ = read_yaml(folder.read(_FILE), where)
    schema.check("submissions.v2025-09", document, file=where)
    return document


def _program(
    folder: Folder,
    facts: Facts,
    path: str,
    entries: Mapping[str, Mapping[str, Any]],
    included: Mapping[str, Mapping[str, bytes]],
) -> Program | None:
    said: dict[str, str] = {}
    for entry in entries.values():
        said |= {key: entry[key] for key in ("language", "entrypoint") if key in entry}
    try:
        return read_program(
            folder,
            f"submissions/{path}",
            constants=facts.constants,
            language=said.get("language"),
            entry=said.get("entrypoint"),
            included=included,
        )
    except NotAProgram as exc:
        folder.note(f"submissions/{path}", f"left out: {exc}")
        return None


def _labelled(
    folder: Folder, program: Program, label: str, entries: Mapping[str, Mapping[str, Any]], data: Group
) -> Labelled:
    rules = [rule for pattern, entry in entries.items() for rule in rules_of(pattern, entry)]
    whole = [rule for rule in rules if rule.where is None]
    where = f"{folder.where(_FILE)}: {label}/{program.name}"
    permitted = frozenset(Verdict) - {Verdict.CE, Verdict.JE}
    for rule in whole:
        permitted &= rule.permitted
    required = [rule.required for rule in whole if rule.required]
    if not permitted or any(not wanted & permitted for wanted in required):
        raise BadInput(f"{where}: {', '.join(entries)} contradict each other: no verdict would do")
    for rule in rules:
        if rule.message:
            folder.note(_FILE, f"{rule.pattern}: message: is not checked")
    every = frozenset(case.name for case in data.cases())
    extra = (Demand(where="", cases=every, permitted=permitted, required=wanted) for wanted in required[1:])
    parts = (_demand(folder, rule, data) for rule in rules if rule.where is not None)
    return Labelled(
        program=program,
        label=label,
        permitted=permitted,
        required=required[0] if required else frozenset(),
        score=_score(whole, where) or _less_than_all(label, data),
        use_for_limit=next((rule.limit for rule in whole if rule.limit), None),
        demands=(*extra, *(demand for demand in parts if demand)),
    )


def _score(rules: list[Rule], where: str) -> tuple[float, float] | None:
    wanted = [rule.score for rule in rules if rule.score]
    if not wanted:
        return None
    low, high = max(low for low, _ in wanted), min(high for _, high in wanted)
    if low > high:
        raise BadInput(f"{where}: score: {low:g} to {high:g} holds no number; the lower one comes first")
    return low, high


def _less_than_all(label: str, data: Group) -> tuple[float, float] | None:
    if label != _PARTLY or data.score is None:
        return None
    return -math.inf, math.nextafter(data.score, -math.inf)


def _demand(folder: Folder, rule: Rule, data: Group) -> Demand | None:
    assert rule.where is not None
    cases = frozenset(case.name for case in data.cases() if matches(rule.where, case.name))
    group = next((name for name in _groups(data) if matches(rule.where, name)), None)
    if not cases:
        folder.note(_FILE, f"{rule.pattern}: {rule.where}: matches no test case")
        return None
    return Demand(
        where=rule.where,
        cases=cases,
        permitted=rule.permitted,
        required=rule.required,
        group=group if rule.score else None,
        score=rule.score,
    )


def _groups(data: Group) -> list[str]:
    names = [data.name] if data.name else []
    return [*names, *(name for part in data.parts if not isinstance(part, Case) for name in _groups(part))]
