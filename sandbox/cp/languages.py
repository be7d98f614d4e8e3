"""Languages of competitive programming: how source files are recognised, built and run. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Stand for the source files, the program that is built, and the file that the language starts at.
SOURCES, BINARY, ENTRY = "{sources}", "{binary}", "{entry}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language. name: as packages write it. suffixes: of its source files. built: those given to the compiler.

    compile, run: the words of the commands, in the directory of the sources; no compile where nothing is built.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    built: tuple[str, ...]
    compile: tuple[str, ...]
    run: tuple[str, ...]


# Whether Python takes the files, as it would read them: the module py_compile lets bytes pass that are no text.
_PYTHON_CHECK = """
import sys, tokenize
sys.tracebacklimit = 0
for name in sys.argv[1:]:
    with tokenize.open(name) as source:
        compile(source.read(), name, "exec", dont_inherit=True)
"""
_GNU = ("-O2", "-g", "-pipe", "-static", "-o", BINARY, SOURCES, "-lm")

LANGUAGES = {
    language.name: language
    for language in (
        Language(
            name="cpp",
            title="C++ (gnu++20)",
            suffixes=(".cpp", ".cc", ".cxx", ".c++", ".C", ".h", ".hpp", ".hh"),
            built=(".cpp", ".cc", ".cxx", ".c++", ".C"),
            compile=("g++", "-std=gnu++20", *_GNU),
            run=(BINARY,),
        ),
        Language(
            name="c",
            title="C (gnu17)",
            suffixes=(".c", ".h"),
            built=(".c",),
            compile=("gcc", "-std=gnu17", *_GNU),
            run=(BINARY,),
        ),
        Language(
            name="python3",
            title="Python 3",
            suffixes=(".py", ".py3"),
            built=(".py", ".py3"),
            compile=("python3", "-I", "-c", _PYTHON_CHECK, SOURCES),
            run=("python3", "-B", ENTRY),
        ),
    )
}


def language_of(names: Iterable[str]) -> str | None:
    """The language of a program by the names of its files; None where no language, or more than one, claims them."""
    given = list(names)
    claims = [language.name for language in LANGUAGES.values() if any(name.endswith(language.built) for name in given)]
    return claims[0] if len(claims) == 1 else None
