"""Reading problem packages: the Problem Package Format 2025-09, and its legacy version.

What would change a verdict or a score and cannot be had here is a BadInput that names the file and the field. What
would not (a licence without an owner, a submission in Java, an input validator in another tool's language) is a note.

Of our own packages nothing is outside the format: the tier of difficulty is a keyword (`tier-1` to `tier-4`), and so is
the rating of a human contest where a problem comes from one (`rating-1600`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from sandbox.cp.compare import comparison_of
from sandbox.cp.data_reading import read_data
from sandbox.cp.facts import FORMAT, LEGACY, Facts, current_facts, format_of
from sandbox.cp.folder import Folder, open_folder
from sandbox.cp.languages import language_of
from sandbox.cp.legacy import legacy_facts
from sandbox.cp.legacy_data import read_legacy_data
from sandbox.cp.problem import Group, Problem, Program
from sandbox.cp.programs import (
    NotAProgram,
    make_program,
    read_include,
    read_input_validators,
    read_program,
    read_validators,
)
from sandbox.cp.statements import name_of, read_examples, read_statements
from sandbox.cp.submissions import read_submissions
from sandbox.cp.yaml_text import read_yaml
from sandbox.errors import BadInput, boundary
from sandbox.reading import shown

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_MOST_SOURCE_BYTES = 16 * 1024 * 1024


def find_problems(path: Path) -> list[Path]:
    """The packages at a path: itself, or all below it (directories with a problem.yaml), sorted. Packages hold none.

    Raises:
        BadInput: there is no such directory, or no package in it.
    """
    if not path.is_dir():
        raise BadInput(f"{shown(path)}: is no directory; a problem is a directory with a problem.yaml")
    found = []
    for here, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if "problem.yaml" in names:
            found.append(Path(here))
            folders.clear()
    if not found:
        raise BadInput(f"{shown(path)}: no problem.yaml in it or below it")
    return sorted(found)


def read_problem(path: Path) -> Problem:
    """One problem from its package's directory, with all its test data.

    Raises:
        BadInput: naming the file, the field, and what to do.
    """
    folder = open_folder(path)
    if not _SAFE_NAME.fullmatch(path.resolve().name):
        raise BadInput(f"{shown(path)}: a problem is named by its directory, in letters, digits, - _ and .; rename it")
    facts = _read_facts(folder)
    included = read_include(folder, constants=facts.constants)
    validator = _validator(folder, facts)
    if facts.format == LEGACY:
        data = read_legacy_data(folder, facts)
    else:
        data = read_data(folder, facts, has_validator=validator is not None)
    if validator is None:
        _check_arguments(folder, facts, data)
    statements = read_statements(folder, facts)
    submissions = read_submissions(folder, facts, data, included=included)
    return Problem(
        id=path.resolve().name,
        path=str(path.resolve()),
        digest=folder.digest(),
        format=facts.format,
        name=name_of(facts, statements, path.resolve().name),
        statements=statements,
        limits=facts.limits,
        data=data,
        validator=validator,
        is_interactive=facts.is_interactive,
        is_scoring=facts.is_scoring,
        may_write_files=facts.may_write_files,
        languages=facts.languages,
        include=included,
        input_validators=read_input_validators(folder, constants=facts.constants),
        submissions=submissions,
        keywords=facts.keywords,
        difficulty=facts.difficulty,
        tier=facts.tier,
        licence=facts.licence,
        examples=read_examples(folder, facts),
        # Patterns of several submissions are read once for each.
        notes=tuple(dict.fromkeys(folder.notes)),
    )


def _read_facts(folder: Folder) -> Facts:
    where = folder.where("problem.yaml")
    document, texts = read_yaml(folder.read("problem.yaml"), where)
    if format_of(texts, where) == LEGACY:
        return legacy_facts(folder, document)
    return current_facts(folder, document, texts)


def _validator(folder: Folder, facts: Facts) -> Program | None:
    if "static_validator" in folder.folders:
        folder.note("static_validator", "left out: static validators are not run here")
    validator = _legacy_validator(folder, facts) if facts.format == LEGACY else _current_validator(folder, facts)
    if facts.is_interactive and validator is None:
        where = folder.where("problem.yaml")
        raise BadInput(f"{where}: type: an interactive problem needs a program in output_validator/; there is none")
    return validator


def _current_validator(folder: Folder, facts: Facts) -> Program | None:
    place = "output_validator"
    if "output_validators" in folder.folders:
        raise BadInput(f"{folder.where('output_validators')}: is of the legacy format; in {FORMAT} it is {place}")
    children = folder.children(place)
    if not children:
        return None
    inner = [child for child in children if f"{place}/{child}" in folder.folders]
    if len(inner) == 1 and not any(language_of([child]) for child in children if child not in inner):
        place = f"{place}/{inner[0]}"
    try:
        return read_program(folder, place, constants=facts.constants)
    except NotAProgram as exc:
        raise BadInput(f"{folder.where(place)}: {exc}") from exc


def _legacy_validator(folder: Folder, facts: Facts) -> Program | None:
    place = "output_validators"
    if not facts.has_validator:
        if folder.children(place):
            folder.note(place, "left out: problem.yaml says `validation: default`")
        return None
    found = read_validators(folder, place, constants={})
    if len(found) != 1:
        names = f" ({', '.join(one.name for one in found)})" if found else ""
        raise BadInput(
            f"{folder.where(place)}: holds {len(found)} programs{names}; `validation: custom` takes exactly one here"
        )
    return found[0]


def _check_arguments(folder: Folder, facts: Facts, data: Group) -> None:
    """Words for the default validator, once for each way of putting them."""
    first_with = {case.validator_args: case.name for case in reversed(list(data.cases()))}
    for args, name in first_with.items():
        try:
            comparison_of(args, strict=facts.format == FORMAT)
        except BadInput as exc:
            raise BadInput(f"{folder.where('data/' + name)}: {exc}") from exc


def read_submission(path: Path, problem: Problem) -> Program:
    """A submission for a problem, from a file or a directory. One that comes with the package is as the package has it.

    Raises:
        BadInput: it cannot be read, is far beyond any limit on sources, or is in no language that is here.
    """
    for labelled in problem.submissions:
        if Path(problem.path, "submissions", labelled.label, labelled.program.name) == path.resolve():
            return labelled.program
    files = _source_files(path)
    try:
        return make_program(path.resolve().name, files, included=problem.include)
    except NotAProgram as exc:
        raise BadInput(f"{shown(path)}: {exc}") from exc


def _source_files(path: Path) -> Mapping[str, bytes]:
    if path.is_dir():
        folder = open_folder(path)
        if folder.notes:
            raise BadInput(f"{shown(path)}: {folder.notes[0]}")
        places = {name: folder.files[name] for name in folder.below("")}
    elif path.is_file():
        places = {path.name: path}
    else:
        raise BadInput(f"{shown(path)}: is neither a file nor a directory")
    with boundary(BadInput, f"read {shown(path)}"):
        if sum(place.stat().st_size for place in places.values()) > _MOST_SOURCE_BYTES:
            raise BadInput(f"{shown(path)}: holds more than {_MOST_SOURCE_BYTES >> 20} MiB; that is no submission")
        return {name: place.read_bytes() for name, place in places.items()}
