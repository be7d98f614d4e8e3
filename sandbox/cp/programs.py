"""Programs of a problem package: a file or a directory, its language and where it starts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sandbox.cp.folder import Folder
from sandbox.cp.languages import LANGUAGES, language_of
from sandbox.cp.problem import Program
from sandbox.errors import BadInput

_CONSTANT = re.compile(rb"\{\{([a-zA-Z_][a-zA-Z0-9_]*)\}\}")
_PYTHON_2 = re.compile(rb"#!.*python2")
_SCRIPTS = frozenset({"build", "run"})


class NotAProgram(Exception):
    """Why files make no program that can be built here, in words that follow the file's name."""


def put_in(data: bytes, constants: Mapping[str, str]) -> bytes:
    """A file with `{{name}}` replaced by the constant of that name; unknown names stay as they are."""
    if not constants:
        return data
    known = {name.encode(): value.encode() for name, value in constants.items()}
    return _CONSTANT.sub(lambda found: known.get(found[1], found[0]), data)


def read_program(
    folder: Folder,
    path: str,
    *,
    constants: Mapping[str, str],
    language: str | None = None,
    entry: str | None = None,
    included: Mapping[str, Mapping[str, bytes]] | None = None,
    beside: Iterable[str] = (),
) -> Program:
    """One program of a package.

    Args:
        path: of its file or directory, in the package.
        constants: put in for `{{name}}`.
        language, entry: where the package says them.
        included: files that are added before it is built, by language.
        beside: further files (headers) that belong to a program of one file.

    Raises:
        NotAProgram: scripts of its own, no language of ours or more than one, no file to start at.
        BadInput: a file cannot be read.
    """
    name = path.rpartition("/")[2]
    if path in folder.files:
        places = {place.rpartition("/")[2]: place for place in (path, *beside)}
    else:
        places = {below: f"{path}/{below}" for below in folder.below(path)}
    files = {below: put_in(folder.read(place), constants) for below, place in places.items()}
    return make_program(name, files, language=language, entry=entry, included=included)


def make_program(
    name: str,
    files: Mapping[str, bytes],
    *,
    language: str | None = None,
    entry: str | None = None,
    included: Mapping[str, Mapping[str, bytes]] | None = None,
) -> Program:
    """A program of files that have been read.

    Raises:
        NotAProgram: as in `read_program`.
    """
    language = language or _language(files)
    if language not in LANGUAGES:
        raise NotAProgram(f"is in {language}, which is not here ({', '.join(sorted(LANGUAGES))} are)")
    if not any(below.endswith(LANGUAGES[language].built) for below in files):
        raise NotAProgram(f"has no source file of {LANGUAGES[language].title}")
    if language == "python3" and entry is None:
        entry = _python_entry(files, (included or {}).get(language, {}))
    return Program(name=name, files=dict(files), language=language, entry=entry)


def _language(files: Mapping[str, bytes]) -> str:
    if _SCRIPTS & files.keys():
        raise NotAProgram(
            "is built or run by a script of its own, which is not supported; give C, C++ or Python sources"
        )
    language = language_of(files)
    if language is None:
        raise NotAProgram("is in no language that is here, or in more than one (C, C++ and Python 3 are)")
    if language == "python3" and any(_PYTHON_2.match(data) for name, data in files.items() if name.endswith(".py")):
        raise NotAProgram("is Python 2, which is not here")
    return language


def _python_entry(files: Mapping[str, bytes], included: Mapping[str, bytes]) -> str:
    own = [name for name in files if name.endswith(LANGUAGES["python3"].built)]
    for standard in ("main.py", "__main__.py"):
        if standard in included or (standard in own and len(own) > 1):
            return standard
    if len(own) == 1:
        return own[0]
    raise NotAProgram("has several Python files and none is main.py or __main__.py")


def read_validators(folder: Folder, path: str, *, constants: Mapping[str, str]) -> list[Program]:
    """The programs in a directory of validators, each a file or a directory. Headers stay with their neighbours.

    Raises:
        BadInput: one of them cannot be built here.
    """
    children = [f"{path}/{child}" for child in folder.children(path)]
    loose = [child for child in children if child in folder.files]
    sources = [child for child in loose if language_of([child])]
    headers = [child for child in loose if child not in sources]
    programs = [*sources, *(child for child in children if child in folder.folders)]
    scripts = [child for child in loose if child.rpartition("/")[2] in _SCRIPTS]
    try:
        if scripts or (not programs and loose):
            return [read_program(folder, path, constants=constants)]
        return [read_program(folder, one, constants=constants, beside=headers) for one in programs]
    except NotAProgram as exc:
        raise BadInput(f"{folder.where(path)}: {exc}") from exc


def read_input_validators(folder: Folder, *, constants: Mapping[str, str]) -> tuple[Program, ...]:
    """The input validators that can be built here; the others are noted. Judging needs none of them.

    Raises:
        BadInput: a file cannot be read.
    """
    found = []
    for place in ("input_validators", "input_format_validators"):
        children = [f"{place}/{child}" for child in folder.children(place)]
        headers = [child for child in children if child in folder.files and child.endswith((".h", ".hpp"))]
        for child in children:
            if child in headers:
                continue
            try:
                found.append(read_program(folder, child, constants=constants, beside=headers))
            except NotAProgram as exc:
                folder.note(child, f"left out: {exc}")
    if not found:
        folder.note("input_validators", "there is none that can be run here")
    return tuple(found)


def read_include(folder: Folder, *, constants: Mapping[str, str]) -> dict[str, dict[str, bytes]]:
    """What is added to every submission, by language; files of a language win over those for all.

    Raises:
        BadInput: a file cannot be read.
    """
    by_folder = {
        child: {
            below: put_in(folder.read(f"include/{child}/{below}"), constants)
            for below in folder.below(f"include/{child}")
        }
        for child in folder.children("include")
        if f"include/{child}" in folder.folders
    }
    for name in by_folder:
        if name not in (*LANGUAGES, "default"):
            folder.note(f"include/{name}", "left out: no language that is here")
    merged = {name: by_folder.get("default", {}) | by_folder.get(name, {}) for name in LANGUAGES}
    return {name: files for name, files in merged.items() if files}
