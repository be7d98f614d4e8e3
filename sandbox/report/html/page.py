"""The page itself: a template that escapes, a style sheet and a script that the browser knows by their hashes. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sandbox.report.html.index import COLUMNS
from sandbox.report.html.overview import Card
from sandbox.report.html.section import Section
from sandbox.report.html.words import BASICS, OF_MATRIX, OF_TRIAL, columns_of
from sandbox.report.sheet import Sheet
from sandbox.report.transcript_lines import visible

HERE = Path(__file__).parent
# By this a page of ours is known again.
GENERATOR = "roadtest report"
SCRIPTS = ("dom.js", "trial.js", "browse.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page holds, but for its transcripts.

    title: the run. facts: what it consisted of, a few words each. rows: of the list of trials, as in `index.COLUMNS`.
    """

    title: str
    facts: Sequence[str]
    cards: Sequence[Card]
    sections: Sequence[Section]
    rows: Sequence[Sequence[Any]]


def page_parts(page: Page, transcripts: Iterable[str]) -> Iterator[str]:
    """The page, piece by piece.

    Args:
        transcripts: each packed, in the order that `rows` number them; read when the page is written that far.
    """
    style, script = _asset("page.css"), "\n".join(map(_asset, SCRIPTS))
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    parts: Iterator[str] = _template().generate(
        page=page,
        policy=f"{policy}; base-uri 'none'; form-action 'none'",
        generator=GENERATOR,
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        basics=BASICS,
        data={"columns": COLUMNS, "rows": page.rows, "words": {"trial": OF_TRIAL, "matrix": OF_MATRIX}},
        transcripts=transcripts,
    )
    return parts


@cache
def _asset(name: str) -> str:
    return (HERE / name).read_text("utf-8")


def _digest(text: str) -> str:
    """The source of a policy that allows exactly this text."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


@cache
def _template() -> Any:
    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["cells"] = _cells
    made.globals["columns_of"] = columns_of
    return made.get_template("page.html")


def _shown(value: Any) -> Any:
    """Every text of others, before it is escaped: nothing in it that is not seen."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _cells(sheet: Sheet, row: Sequence[str]) -> list[tuple[str, str]]:
    """The cells of a row with the class of each: n of names, w of words, f of figures."""
    headings = [*sheet.names, *sheet.figures]
    kinds = ["n"] * len(sheet.names) + ["w" if heading in sheet.words else "f" for heading in sheet.figures]
    assert len(headings) == len(row), "a cell for each heading"
    return list(zip(row, kinds, strict=True))
