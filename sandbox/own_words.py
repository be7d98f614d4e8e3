"""Whether what a task asks is said in words of its own, and names none of its hidden tests. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from sandbox.parts import Parts
from sandbox.tree import LINK, Tree

# So many words in a row, most of them different, or a line so long, is taken over and no chance.
WORDS, DIFFERENT = 8, 6
LINE = 40
# A test's name that is shorter may be a word.
LEAST_NAME = 8
MOST_FILES_BYTES = 2 * 1024 * 1024

PROSE = re.compile(r"\.(rst|md|txt|adoc)$|(^|/)(README|CHANGE|CHANGES|CHANGELOG|HISTORY|NEWS|AUTHORS)[^/]*$", re.I)
TESTS = re.compile(r"(^|/)(tests?|test_[^/]*|[^/]*_tests?)(/|\.py$)")
_WORD = re.compile(r"[^\W\d]\w+")
_NAME = re.compile(r"\w+")
# Whoever uses a package imports it.
_IMPORT = re.compile(r"(>>> )?(from|import) ")
_DOCSTRING = re.compile(r'"""(.*?)"""' r"|'''(.*?)'''", re.DOTALL)
_COMMENT = re.compile(r"^[ \t]*#(.*)$", re.MULTILINE)


def said_upstream(parts: Parts, own: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """What a package's two releases say in words, by file: documents, docstrings, comments, and tests as they are.

    Args:
        own: paths of tests that are the task's own.
    """
    seen: set[bytes] = set()
    for tree in parts.trees():
        for path, text in _texts(tree, seen):
            if path in own:
                continue
            if PROSE.search(path) or TESTS.search(path):
                yield path, text
            elif path.endswith(".py"):
                words = [a or b for a, b in _DOCSTRING.findall(text)] + _COMMENT.findall(text)
                yield path, "\n".join(words)


def _texts(tree: Tree, seen: set[bytes]) -> Iterator[tuple[str, str]]:
    for path, entry in sorted(tree.items()):
        if entry.mode != LINK and entry.data not in seen and len(entry.data) <= MOST_FILES_BYTES:
            seen.add(entry.data)
            yield path, entry.data.decode("utf-8", "replace")


def taken_over(texts: Mapping[str, str], upstream: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What our texts have in common with others' that is too long for chance: a line for each of ours, at most.

    Args:
        texts: ours, by what they are called. upstream: others', by file.
    """
    ours = {name: (_grams(text), _lines(text)) for name, text in texts.items()}
    for path, text in upstream:
        words = _WORD.findall(text.lower())
        known, line, flat = set(words), f" {' '.join(words)} ", " ".join(text.split())
        for name, (grams, lines) in list(ours.items()):
            common = next((gram for gram in grams if known.issuperset(gram) and f" {' '.join(gram)} " in line), None)
            code = next((code for code in lines if code in flat), None)
            if common is not None or code is not None:
                what = f"“{' '.join(common)}”" if common is not None else f"the line “{code}”"
                yield f"{name}: has {what} in common with {path} of the package; say it in words of your own"
                del ours[name]


def _grams(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    grams = [tuple(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)]
    return [gram for gram in grams if len(set(gram)) >= DIFFERENT]


def _lines(text: str) -> list[str]:
    flat = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in flat if len(line) >= LINE and not _IMPORT.match(line)]


def naming_tests(texts: Mapping[str, str], ids: Iterable[str]) -> Iterator[str]:
    """Hidden tests that our texts name: a line for each text, at most."""
    names = {test.partition("[")[0].rpartition("::")[2] for test in ids}
    names = {name for name in names if len(name) >= LEAST_NAME}
    for name, text in texts.items():
        found = sorted(names & set(_NAME.findall(text)))
        if found:
            yield f"{name}: names the hidden test {found[0]}"
