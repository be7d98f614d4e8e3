"""Statements of a problem package, and the samples they show."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sandbox.cp.facts import LEGACY, Facts
from sandbox.cp.folder import Folder
from sandbox.cp.legacy import name_in_statement
from sandbox.cp.problem import Example
from sandbox.cp.programs import put_in

_FILE = re.compile(r"problem(?:\.([a-z]{2,3}(?:-[A-Z]{2})?))?\.(md|tex|pdf)")
_IN_LATEX = re.compile(r"\\constant\{([a-zA-Z_][a-zA-Z0-9_]*)\}")


def read_statements(folder: Folder, facts: Facts) -> dict[str, str]:
    """The text of each language, Markdown before LaTeX, with constants put in.

    Raises:
        BadInput: a file is not UTF-8.
    """
    is_legacy = facts.format == LEGACY
    places = ("problem_statement", "statement") if is_legacy else ("statement",)
    by_language: dict[str, dict[str, str]] = {}
    for place in places:
        for child in folder.children(place):
            found = _FILE.fullmatch(child)
            if found and (found[1] or is_legacy):
                by_language.setdefault(found[1] or "en", {}).setdefault(found[2], f"{place}/{child}")
    texts = {}
    for language, files in sorted(by_language.items()):
        if "md" in files:
            texts[language] = put_in(folder.text(files["md"]).encode(), facts.constants).decode()
        elif "tex" in files:
            texts[language] = _latex(folder.text(files["tex"]), facts.constants)
        else:
            folder.note(files["pdf"], "left out: of PDF statements nothing is read")
    if not texts:
        folder.note(places[0], "there is no statement as text (problem.en.md or problem.en.tex)")
    elif not is_legacy and set(by_language) != set(facts.names):
        folder.note("problem.yaml", f"name: is for {_all(facts.names)}, statements are for {_all(by_language)}")
    return texts


def _all(languages: Mapping[str, object]) -> str:
    return ", ".join(sorted(languages))


def _latex(text: str, constants: Mapping[str, str]) -> str:
    return _IN_LATEX.sub(lambda found: constants.get(found[1], found[0]), text)


def name_of(facts: Facts, statements: Mapping[str, str], otherwise: str) -> str:
    """The problem's name, English before others."""
    if facts.names:
        return facts.names.get("en") or facts.names.get("") or facts.names[min(facts.names)]
    in_statements = {language: name_in_statement(text) for language, text in statements.items()}
    named = {language: name for language, name in in_statements.items() if name}
    return named.get("en") or (named[min(named)] if named else otherwise)


def read_examples(folder: Folder, facts: Facts) -> tuple[Example, ...]:
    """What a candidate is to see of the samples. A file for showing wins over the one for judging.

    Raises:
        BadInput: a file cannot be read.
    """
    place = "data/sample"
    files = set(folder.below(place))
    names = sorted({name[: -len(end)] for end in (".in", ".interaction") for name in files if name.endswith(end)})
    found = []
    for name in names:
        if f"{name}.interaction" in files:
            text = folder.text(f"{place}/{name}.interaction")
            found.append(Example(name=f"sample/{name}", interaction=text))
        elif not (facts.is_interactive and facts.format == LEGACY):
            shown = {
                side: next((name + end for end in ends if name + end in files), None)
                for side, ends in (("in", (".in.statement", ".in")), ("out", (".ans.statement", ".out", ".ans")))
            }
            given = {side: folder.read(f"{place}/{file}") if file else b"" for side, file in shown.items()}
            found.append(Example(name=f"sample/{name}", input=given["in"], output=given["out"]))
    return tuple(found)
