"""Figures of matplotlib made fit for a page: its colours and fonts, names of others as plain text. Pure.

A strict content security policy forbids style attributes, so what they say becomes attributes of its own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree

import matplotlib
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from sandbox.report.transcript_lines import one_line

# Colours in figures stand for those of the page, which may be light or dark.
INK, ACCENT, QUIET, FAINT, MUTED = "#010101", "#020202", "#030303", "#040404", "#050505"
_COLOURS = {INK: "currentColor", ACCENT: "var(--accent)", QUIET: "var(--quiet)"}
_COLOURS |= {FAINT: "var(--line)", MUTED: "var(--muted)"}
# One unit of a figure is one CSS pixel.
DPI = 72
FONT_SIZE = 12.0
SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "roadtest",
    "text.parse_math": False,
    "font.size": FONT_SIZE,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
}
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_PLACE = re.compile(r"&lt;([0-9]+)&gt;")


def place(index: int) -> str:
    """What stands in a figure for the text of others: matplotlib never sees it."""
    return f"<{index}>"


def markup(draw: Callable[[], Figure], *, name: str, title: str, texts: Sequence[str] = (), kind: str = "") -> Markup:
    """A figure as an element of a page.

    Args:
        draw: makes it; called where all settings hold.
        name: unlike that of any other figure of the page, a word.
        title: what is to be seen, for those who do not see it.
        texts: of others, at their places (`place`); made visible and escaped here.
        kind: of the element, for the style sheet.
    """
    root, width, height = _drawn(draw)
    _adapt(root, name)
    root.attrib.clear()
    named = {"role": "img", "aria-label": one_line(title, 300), "class": f"plot {kind}".strip()}
    root.attrib.update({"viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height), **named})
    root.attrib.update({"stroke-linejoin": "round", "font-size": f"{FONT_SIZE:g}"})
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
    text = ElementTree.tostring(root, encoding="unicode")
    return Markup(_PLACE.sub(lambda found: escape(texts[int(found[1])]), text))  # noqa: S704


def _drawn(draw: Callable[[], Figure]) -> tuple[ElementTree.Element, int, int]:
    """The figure as matplotlib writes it, its width and its height in pixels."""
    stream = io.StringIO()
    with matplotlib.rc_context(SETTINGS):
        figure = draw()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    width, height = (round(inches * DPI) for inches in figure.get_size_inches())
    # It comes from matplotlib and holds no text of others.
    return ElementTree.fromstring(stream.getvalue()), width, height


def _adapt(root: ElementTree.Element, name: str) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{_SVG}metadata" or child.tag == f"{_SVG}style":
                parent.remove(child)
    for element in root.iter():
        element.attrib.update(_styles(element.attrib.pop("style", "")))
        for key, value in list(element.attrib.items()):
            element.attrib[key] = _COLOURS.get(value, _REFERENCE.sub(rf"url(#{name}-\1)", value))
        if link := element.attrib.pop(_LINK, None):
            element.attrib["href"] = f"#{name}-{link.removeprefix('#')}"
        identity = element.attrib.pop("id", None)
        # Groups have ids that nothing refers to, and that other figures have as well.
        if identity is not None and element.tag != f"{_SVG}g":
            element.attrib["id"] = f"{name}-{identity}"
        if element.tag == f"{_SVG}text":
            element.attrib.setdefault("fill", "currentColor")
        if element.tag in (f"{_SVG}g", f"{_SVG}defs") or not (element.text or "").strip():
            element.text = None
        element.tail = None


def _styles(text: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in text.split(";") if part.strip())
    found = {key.strip(): value.strip() for key, _, value in pairs}
    found.pop("font-family", None)
    return found
