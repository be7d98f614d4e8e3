"""What is sent to a container to build and run a program: files, commands. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.cp.languages import BINARY, ENTRY, LANGUAGES, SOURCES
from sandbox.cp.problem import Problem, Program
from sandbox.tree import FILE, Entry, pack

# As the container calls it; see sandbox/guest/cp_place.py.
BINARY_FILE = "program.bin"
PROGRAM_PLACE, VALIDATOR_PLACE, BUILD_PLACE = "/judge/program", "/judge/validator", "/judge/build"
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/",
    "LC_CTYPE": "C.UTF-8",
    "TZ": "UTC",
    # A verdict must not depend on the day: sets of strings come in the same order each time.
    "PYTHONHASHSEED": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a program is built and run. files: by path. compile: the command, which may only check the syntax."""

    files: Mapping[str, bytes]
    language: str
    entry: str | None
    compile: tuple[str, ...]
    makes_binary: bool

    def archive(self) -> bytes:
        """The files as a tar."""
        return pack({path: Entry(FILE, data) for path, data in sorted(self.files.items())})

    def run(self, place: str = "") -> tuple[str, ...]:
        """The command that runs it; place: the directory that it lies in, "" for the working directory."""
        words = {
            BINARY: f"{place or '.'}/{BINARY_FILE}",
            ENTRY: f"{place}/{self.entry}" if place else _word(self.entry),
        }
        return tuple(words.get(word, word) for word in LANGUAGES[self.language].run)

    def digest(self, *more: str) -> str:
        """Names what comes out of building it. more: what else that depends on."""
        total = hashlib.sha256()
        pieces = [word.encode() for word in (self.language, *self.compile, "", *more)]
        for path, data in sorted(self.files.items()):
            pieces += [path.encode("utf-8", "surrogateescape"), data]
        for piece in pieces:
            total.update(b"%d " % len(piece) + piece)
        return total.hexdigest()


def _word(name: str | None) -> str:
    """A file's name as a word of a command, which it must not read as an option."""
    return f"./{name}" if name and name.startswith("-") else name or ""


def recipe_of(program: Program, include: Mapping[str, bytes] | None = None) -> Recipe:
    """How a program is built. include: files that are added to it, in place of its own of the same name."""
    language = LANGUAGES[program.language]
    files = {**program.files, **(include or {})}
    sources = [_word(name) for name in sorted(files) if name.endswith(language.built)]
    words: list[str] = []
    for word in language.compile:
        words += sources if word == SOURCES else [BINARY_FILE if word == BINARY else word]
    return Recipe(
        files=files,
        language=program.language,
        entry=program.entry,
        compile=tuple(words),
        makes_binary=BINARY in language.compile,
    )


def refused(problem: Problem, program: Program) -> str | None:
    """Why a submission is not even compiled; None where it is."""
    size = sum(len(data) for data in program.files.values())
    if size > problem.limits.code * 1024:
        return f"the source is {size} bytes long, the limit is {problem.limits.code} KiB"
    if problem.languages is not None and program.language not in problem.languages:
        return f"{program.language} is not among the languages of this problem ({', '.join(problem.languages)})"
    return None
