"""Test data of legacy packages: nested groups, each graded by the default grader.

A key that a group's testdata.yaml does not give is taken from the nearest group above that gives it, as the format's
own tools do. What a group says in flags is told in the words of `Group`; graders of a package's own are refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox import schema
from sandbox.cp.cases import Settings, list_cases, read_case
from sandbox.cp.facts import Facts
from sandbox.cp.folder import Folder
from sandbox.cp.problem import Case, Group
from sandbox.cp.yaml_text import read_yaml
from sandbox.errors import BadInput

_FILE = "testdata.yaml"
_VERDICTS = {
    "worst_error": "worst",
    "no_errors": "worst",
    "first_error": "first",
    "always_accept": "always",
}
_SUMS = ("sum", "min")
_NOT_SUPPORTED = ("avg", "max")
_ANY = "accept_if_any_accepted"
_SCORE_KEYS = ("accept_score", "reject_score", "range")


def read_legacy_data(folder: Folder, facts: Facts) -> Group:
    """All test data: the group "" with "sample" (where there are samples) and "secret".

    Raises:
        BadInput: naming the file and the field.
    """
    if "data/secret" not in folder.folders:
        raise BadInput(f"{folder.where('data/secret')}: is missing; the test cases belong there")
    _check_grading(folder, facts, facts.grading, "problem.yaml")
    above = _own(folder, facts, "data", {})
    groups = [
        _group(folder, facts, f"data/{name}", above)
        for name in ("sample", "secret")
        if f"data/{name}" in folder.folders
    ]
    if next(groups[-1].cases(), None) is None:
        raise BadInput(f"{folder.where('data/secret')}: holds no test case (NAME.in with NAME.ans)")
    if "ignore_sample" in _flags(above):
        groups = [_without_weight(group) if group.name == "sample" else group for group in groups]
    data = _graded(facts, "data", above, tuple(group for group in groups if group.parts))
    # The least of secret and of samples that count for nothing would be nothing.
    return replace(data, aggregation="sum") if "ignore_sample" in _flags(above) and facts.is_scoring else data


def _own(folder: Folder, facts: Facts, place: str, above: Mapping[str, Any]) -> dict[str, Any]:
    """What holds for a group."""
    name = f"{place}/{_FILE}"
    given: dict[str, Any] = {}
    if name in folder.files:
        where = folder.where(name)
        document, _ = read_yaml(folder.read(name), where)
        given = {key: value for key, value in document.items() if value is not None}
        schema.check("testdata.legacy", given, file=where)
        if given.get("grading") == "custom":
            raise BadInput(f"{where}: grading: graders of a package's own are not run here; use the default one")
        _check_grading(folder, facts, given, name)
    return {**above, **given, **_from_problem(facts.grading)}


def _from_problem(grading: Mapping[str, Any]) -> dict[str, Any]:
    """Packages older than the format have some keys in problem.yaml, for all groups."""
    found = {key: grading[key] for key in _SCORE_KEYS if key in grading}
    on_reject = {"first_error": "break", "grade": "continue"}.get(grading.get("on_reject", ""))
    return found | ({"on_reject": on_reject} if on_reject else {})


def _group(folder: Folder, facts: Facts, place: str, above: Mapping[str, Any]) -> Group:
    own = _own(folder, facts, place, above)
    settings = _settings(facts, own)
    parts: dict[str, Case | Group] = {
        name: read_case(folder, f"{place}/{name}", settings, is_legacy=True)
        for name in list_cases(folder, place, is_legacy=True)
    }
    for child in folder.children(place):
        if f"{place}/{child}" in folder.folders:
            parts[child] = _group(folder, facts, f"{place}/{child}", own)
    filled = (parts[name] for name in sorted(parts))
    return _graded(facts, place, own, tuple(part for part in filled if isinstance(part, Case) or part.parts))


def _settings(facts: Facts, own: Mapping[str, Any]) -> Settings:
    output, given = own.get("output_validator_flags", ""), own.get("input_validator_flags", "")
    words = output["flags"] if isinstance(output, dict) else output
    by_name = {given["name"]: given["flags"]} if isinstance(given, dict) else {"": given}
    return Settings(
        validator_args=(*facts.flags, *words.split()),
        input_args={name: tuple(flags.split()) for name, flags in by_name.items() if flags},
    )


def _flags(own: Mapping[str, Any]) -> list[str]:
    return str(own.get("grader_flags", "")).split()


def _check_grading(folder: Folder, facts: Facts, given: Mapping[str, Any], name: str) -> None:
    """Refuse, where it is written, what the words of `Group` do not have."""
    where, flags = folder.where(name), _flags(given)
    if refused := [flag for flag in flags if flag in _NOT_SUPPORTED and facts.is_scoring]:
        raise BadInput(f"{where}: grader_flags: {refused[0]} is not supported; sum and min are")
    if unknown := set(flags) - {*_VERDICTS, _ANY, *_SUMS, *_NOT_SUPPORTED, "ignore_sample"}:
        folder.note(name, f"grader_flags: {', '.join(sorted(unknown))}: unknown; left aside")
    if "range" in given and _range(given["range"]) is None:
        raise BadInput(f"{where}: range: {given['range']!r} is not two numbers, the lower one first")


def _range(text: str) -> tuple[float, float] | None:
    try:
        low, high = map(float, text.split())
    except ValueError:
        return None
    return (low, high) if low <= high else None


def _graded(facts: Facts, place: str, own: Mapping[str, Any], parts: tuple[Case | Group, ...]) -> Group:
    flags = _flags(own)
    verdict = next((_VERDICTS[flag] for flag in reversed(flags) if flag in _VERDICTS), "worst")
    group = Group(
        name=place.removeprefix("data").lstrip("/"),
        parts=parts,
        on_reject=own.get("on_reject", "break"),
        verdict="any" if _ANY in flags and verdict != "always" else verdict,
    )
    if not facts.is_scoring:
        return group
    _, most = _range(own.get("range", "")) or (-math.inf, math.inf)
    return replace(
        group,
        score=most if math.isfinite(most) else None,
        aggregation=next((flag for flag in reversed(flags) if flag in _SUMS), "sum"),
        accept=float(own.get("accept_score", 1.0)),
        reject=float(own.get("reject_score", 0.0)),
    )


def _without_weight(sample: Group) -> Group:
    """Samples that are run and count for nothing."""
    return replace(sample, aggregation="pass-fail", score=0.0, verdict="always", accept=None)
