"""Test data of packages in the format 2025-09: sample and secret cases, groups, and how scores add up.

    data/sample/            cases; never a part of the score
    data/secret/            cases, or groups of cases
    data/secret/GROUP/      cases, also in directories of its own
    …/test_group.yaml       of sample, secret and each group
    …/CASE.yaml             of one case

Arguments of a case stand in its own file, else in that of its group, else in that of `secret`. Words about scores hold
where they stand and are never inherited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox import schema
from sandbox.cp.cases import Settings, list_cases, read_case
from sandbox.cp.facts import Facts, listed
from sandbox.cp.folder import Folder
from sandbox.cp.problem import Case, Group
from sandbox.cp.programs import put_in
from sandbox.cp.scoring import check_scores
from sandbox.cp.yaml_text import read_yaml
from sandbox.errors import BadInput

_SCORES = ("max_score", "score_aggregation", "require_pass")
_DEFAULT_MOST = 100.0
_FOR_VALIDATION = ("invalid_input", "invalid_output", "valid_output")


def read_data(folder: Folder, facts: Facts, *, has_validator: bool) -> Group:
    """All test data: the group "" with "sample" (where there are samples) and "secret".

    Raises:
        BadInput: naming the file, and the field where there is one.
    """
    _note_strangers(folder)
    parts = [_sample(folder, facts), _secret(folder, facts)]
    data = Group(
        name="",
        parts=tuple(part for part in parts if part.parts),
        on_reject="continue" if facts.is_scoring else "break",
    )
    check_scores(folder, data, is_scoring=facts.is_scoring, has_validator=has_validator)
    return data


def _note_strangers(folder: Folder) -> None:
    if "data/secret" not in folder.folders:
        raise BadInput(f"{folder.where('data/secret')}: is missing; the test cases belong there")
    if "data/test_group.yaml" in folder.files:
        where = folder.where("data/test_group.yaml")
        raise BadInput(f"{where}: is in no group; put what it says into data/sample and data/secret")
    strangers = set(folder.children("data")) - {"sample", "secret", *_FOR_VALIDATION}
    for name in sorted(strangers):
        folder.note(f"data/{name}", "left aside: test cases are in data/sample and data/secret")


def _group_file(folder: Folder, facts: Facts, place: str) -> tuple[dict[str, Any], dict[str, Any]]:
    name = f"{place}/test_group.yaml"
    if name not in folder.files:
        if f"{place}/testdata.yaml" in folder.files:
            raise BadInput(
                f"{folder.where(place)}/testdata.yaml: is of the legacy format; in 2025-09 it is test_group.yaml"
            )
        return {}, {}
    where = folder.where(name)
    document, texts = read_yaml(put_in(folder.read(name), facts.constants), where)
    schema.check("test_group.v2025-09", document, file=where)
    if "static_validation_score" in document:
        raise BadInput(f"{where}: static_validation_score: static validators are not run here")
    unfit = [key for key in _SCORES if key in document and (place == "data/sample" or not facts.is_scoring)]
    if unfit:
        reason = "samples have no score" if facts.is_scoring else "only problems of type scoring have it"
        raise BadInput(f"{where}: {unfit[0]}: {reason}; take it out")
    return document, texts


def _sample(folder: Folder, facts: Facts) -> Group:
    place = "data/sample"
    _, texts = _group_file(folder, facts, place)
    for child in _folders(folder, place):
        raise BadInput(f"{folder.where(place)}/{child}: samples have no groups; put its files into data/sample")
    cases = _cases(folder, place, Settings().with_file(texts))
    return Group(name="sample", parts=tuple(cases), score=0.0 if facts.is_scoring else None)


def _secret(folder: Folder, facts: Facts) -> Group:
    place = "data/secret"
    document, texts = _group_file(folder, facts, place)
    settings = Settings().with_file(texts)
    cases = list(_cases(folder, place, settings))
    groups = [_group(folder, facts, f"{place}/{child}", settings) for child in _folders(folder, place)]
    if cases and groups:
        raise BadInput(
            f"{folder.where(place)}: holds test cases and directories ({groups[0].name}); "
            "put all cases into directories, or none"
        )
    if not cases and not groups:
        raise BadInput(f"{folder.where(place)}: holds no test case (NAME.in with NAME.ans)")
    most = document.get("max_score", _DEFAULT_MOST)
    return Group(
        name="secret",
        parts=tuple(cases or groups),
        **_scores(facts, document, most=most, aggregation="sum", names=_names_in(folder)),
    )


def _group(folder: Folder, facts: Facts, place: str, above: Settings) -> Group:
    document, texts = _group_file(folder, facts, place)
    cases = sorted(_cases_below(folder, place, above.with_file(texts)), key=lambda case: case.name)
    if not cases:
        raise BadInput(f"{folder.where(place)}: holds no test case (NAME.in with NAME.ans)")
    most = document.get("max_score", "unbounded")
    return Group(
        name=place.removeprefix("data/"),
        parts=tuple(cases),
        **_scores(facts, document, most=most, aggregation="pass-fail", names=_names_in(folder)),
    )


def _scores(
    facts: Facts, document: Mapping[str, Any], *, most: Any, aggregation: str, names: Mapping[str, str]
) -> dict[str, Any]:
    if not facts.is_scoring:
        return {}
    how = document.get("score_aggregation", aggregation)
    return {
        "score": None if most == "unbounded" else float(most),
        "aggregation": how,
        "on_reject": "continue" if how == "sum" else "break",
        "require_pass": tuple(names.get(name, name) for name in listed(document.get("require_pass"))),
    }


def _names_in(folder: Folder) -> dict[str, str]:
    """Full names of groups by their last part, for those who leave `secret/` out."""
    return {child: f"secret/{child}" for child in _folders(folder, "data/secret") if child != "sample"}


def _folders(folder: Folder, place: str) -> list[str]:
    """Directories that are no files of a case."""
    return [
        child
        for child in folder.children(place)
        if f"{place}/{child}" in folder.folders and not child.endswith(".files")
    ]


def _cases(folder: Folder, place: str, settings: Settings) -> Iterator[Case]:
    for name in list_cases(folder, place, is_legacy=False):
        yield read_case(folder, f"{place}/{name}", settings, is_legacy=False)


def _cases_below(folder: Folder, place: str, settings: Settings) -> Iterator[Case]:
    yield from _cases(folder, place, settings)
    for child in _folders(folder, place):
        deeper = f"{place}/{child}"
        if f"{deeper}/test_group.yaml" in folder.files:
            raise BadInput(f"{folder.where(deeper)}/test_group.yaml: groups hold no groups; take it out")
        yield from _cases_below(folder, deeper, settings)
