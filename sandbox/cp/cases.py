"""Test cases of a problem package: which files belong to one, and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox import schema
from sandbox.cp.folder import Folder
from sandbox.cp.problem import Case
from sandbox.cp.yaml_text import read_yaml
from sandbox.errors import BadInput

_PICTURES = (".png", ".jpg", ".jpeg", ".svg")
# Longer ones first: 1.in.statement is no input.
_FOR_SHOWING = (".in.statement", ".ans.statement", ".in.download", ".ans.download", ".interaction", ".out")
_FOR_JUDGES = (".hint", ".desc", *_PICTURES)
_FOR_JUDGING = (".in", ".ans", ".yaml", ".files")
_ENDS = (*_FOR_SHOWING, *_FOR_JUDGES, *_FOR_JUDGING)
GROUP_FILES = ("test_group.yaml", "testdata.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Arguments that hold for a case: of the submission, the output validator, and the input validators by name."""

    args: tuple[str, ...] = ()
    validator_args: tuple[str, ...] = ()
    input_args: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def with_file(self, texts: Mapping[str, Any]) -> Settings:
        """These, with what a YAML file says in their place."""
        changed: dict[str, Any] = {}
        if "args" in texts:
            changed["args"] = tuple(texts["args"])
        if "output_validator_args" in texts:
            changed["validator_args"] = tuple(texts["output_validator_args"])
        if "input_validator_args" in texts:
            given = texts["input_validator_args"]
            by_name = given if isinstance(given, dict) else {"": given}
            changed["input_args"] = {name: tuple(words) for name, words in by_name.items()}
        return replace(self, **changed)


def list_cases(folder: Folder, place: str, *, is_legacy: bool) -> list[str]:
    """The names of the cases directly in a directory, sorted. place: as "data/secret/large".

    Raises:
        BadInput: a case without an answer, or files of a case that is not there.
    """
    ends_of: dict[str, set[str]] = {}
    for child in folder.children(place):
        end = next((end for end in _ENDS if child.endswith(end) and len(child) > len(end)), None)
        is_folder = f"{place}/{child}" in folder.folders
        if child in GROUP_FILES or is_folder != (end == ".files"):
            continue
        if end is None:
            folder.note(f"{place}/{child}", "left aside: belongs to no test case")
        else:
            ends_of.setdefault(child[: -len(end)], set()).add(end)
    for name, ends in sorted(ends_of.items()):
        _check_case(folder, f"{place}/{name}", ends, is_legacy=is_legacy)
    return sorted(name for name, ends in ends_of.items() if ".in" in ends)


def _check_case(folder: Folder, path: str, ends: set[str], *, is_legacy: bool) -> None:
    where = folder.where(path)
    if ".in" in ends:
        if ".ans" not in ends:
            raise BadInput(f"{where}.ans: is missing; every test case has an answer file, if need be an empty one")
        if path in folder.folders:
            raise BadInput(f"{where}: is a directory beside the test case of that name; rename one")
        if path.endswith("/test_group") and not is_legacy:
            raise BadInput(f"{where}.in: no test case can be called test_group; rename it")
    elif stray := sorted(ends & set(_FOR_JUDGING)):
        if is_legacy and stray != [".ans"]:
            folder.note(f"{path}{stray[0]}", "left aside: belongs to no test case")
        else:
            raise BadInput(f"{where}{stray[0]}: belongs to no test case; there is no {path.rpartition('/')[2]}.in")


def read_case(folder: Folder, path: str, settings: Settings, *, is_legacy: bool) -> Case:
    """One test case. path: as "data/secret/large/07".

    Raises:
        BadInput: a file cannot be read, or its settings are wrong.
    """
    if f"{path}.yaml" in folder.files and not is_legacy:
        where = folder.where(f"{path}.yaml")
        document, texts = read_yaml(folder.read(f"{path}.yaml"), where)
        schema.check("test_case.v2025-09", document, file=where)
        settings = settings.with_file(texts)
    extra = {} if is_legacy else {name: folder.read(f"{path}.files/{name}") for name in folder.below(f"{path}.files")}
    return Case(
        name=path.removeprefix("data/"),
        input=folder.read(f"{path}.in"),
        answer=folder.read(f"{path}.ans"),
        args=settings.args,
        validator_args=settings.validator_args,
        files=extra,
        input_args=settings.input_args,
    )
