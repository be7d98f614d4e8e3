"""Text of candidates and tools made fit for a terminal: nothing that drives it, cut, folded. Pure."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, get_character_cell_size
from rich.text import Text

TAB = 4
# Lines shown of a text at each end, characters shown of a line.
HALF = 10
SLACK = 5
LONGEST_LINE = 500
UNFOLDED_RULE = 80
WIDEST_RULE = 120
FULL = "--full"
# Joiners are needed to write some languages, and in emoji; all else of their kind is invisible or turns text around.
_HARMLESS = {"\u200c", "\u200d"}
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text with tabs as spaces, and control, format and surrogate characters as escapes; line ends stay."""
    return "\n".join(line if line.isprintable() else _visible_line(line) for line in text.split("\n"))


def _visible_line(line: str) -> str:
    return "".join(char if char.isprintable() else _escaped(char) for char in line).expandtabs(TAB)


def _escaped(char: str) -> str:
    if char == "\t" or char in _HARMLESS or unicodedata.category(char) not in _UNSEEN:
        return char
    if char == "\r":
        return "\\r"
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str, most: int) -> str:
    """The text visibly on one line of at most `most` characters."""
    shown = visible(text[: 2 * most]).replace("\n", "\\n")
    return shown if len(shown) <= most else shown[: most - 1] + "…"


Styled = tuple[str, str]


def cut(lines: Sequence[Styled], *, half: int, longest: int, hint: str) -> Iterator[Styled]:
    """Lines (text, style) cut to the first and last `half`, and each to `longest` characters; says what is left out.

    Args:
        hint: how to see all of it.
    """
    left_out = len(lines) - 2 * half
    # A note in place of a few lines would save nothing.
    if left_out <= SLACK:
        yield from (_cut_line(line, longest) for line in lines)
        return
    yield from (_cut_line(line, longest) for line in lines[:half])
    yield f"⋯ {left_out:,} lines left out ({hint} shows them)", "dim italic"
    yield from (_cut_line(line, longest) for line in lines[-half:])


def _cut_line(line: Styled, longest: int) -> Styled:
    text, style = line
    left_out = len(text) - longest
    return (f"{text[:longest]} ⋯ {left_out:,} characters left out", style) if left_out > 0 else line


def fold(line: str, width: int | None) -> list[str]:
    """A line in pieces of at most `width` columns, broken at spaces where there are any; None: in one piece."""
    if width is None or cell_len(line) <= width:
        return [line]
    width = max(width, 8)
    pieces = []
    while line:
        end = _fitting(line, width)
        if end < len(line):
            space = line.rfind(" ", 0, end + 1)
            # A break far to the left would waste the line; leading spaces are no place to break.
            end = space if space > end // 2 and line[:space].strip() else end
        pieces.append(line[:end])
        line = line[end:].removeprefix(" ") if end < len(line) else ""
    return pieces


def _fitting(line: str, width: int) -> int:
    """How many characters of a line fit, at least one."""
    taken = 0
    for index, char in enumerate(line):
        taken += get_character_cell_size(char)
        if taken > width:
            return max(index, 1)
    return len(line)


@dataclass(frozen=True, slots=True)
class Margins:
    """What stands before `each` line, if something else before the `first` and before what is `folded` of a line."""

    each: str
    first: str | None = None
    folded: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How to write: `width` in columns (None: lines are as long as they are), `full`: nothing is cut."""

    width: int | None
    full: bool

    def rule(self, *parts: Styled) -> Iterator[Text]:
        """A heading across the page; parts that have no room in it stand on a line below."""
        width = min(self.width or UNFOLDED_RULE, WIDEST_RULE)
        line = Text().append("── ", style="dim")
        kept = 0
        for text, style in parts:
            if kept and line.cell_len + cell_len(text) + 6 > width:
                break
            line.append(" · " if kept else "", style="dim").append(text, style=style)
            kept += 1
        yield line.append(f" {'─' * max(width - line.cell_len - 1, 2)}", style="dim")
        if kept < len(parts):
            yield from self.line(" · ".join(text for text, _ in parts[kept:]), margin="   ")

    def block(
        self, text: str, margins: Margins, *, style: str = "", half: int = HALF, hint: str = FULL
    ) -> Iterator[Text]:
        """Text of others, cut, made visible and folded, behind margins."""
        yield from self.lines([(line, style) for line in text.split("\n")], margins, half=half, hint=hint)

    def lines(self, lines: Sequence[Styled], margins: Margins, *, half: int, hint: str) -> Iterator[Text]:
        """Lines of others (text, style), cut, made visible and folded, behind margins."""
        longest = LONGEST_LINE
        if self.full:
            half = longest = sys.maxsize // 2
        for index, (line, style) in enumerate(cut(lines, half=half, longest=longest, hint=hint)):
            first = margins.each if index else margins.first or margins.each
            yield from self.line(visible(line), margin=margins.folded or margins.each, first=first, style=style)

    def line(self, text: str, *, margin: str = "", style: str = "", first: str | None = None) -> Iterator[Text]:
        """One visible line, folded behind its margin; `first` is the margin of its first piece, if another."""
        room = None if self.width is None else self.width - len(margin)
        for index, piece in enumerate(fold(text, room)):
            before = first if first is not None and not index else margin
            # Under a margin of spaces an empty line is just empty.
            yield Text().append(before if piece else before.rstrip(), style="dim").append(piece, style=style)


def count(number: int, one: str, several: str) -> str:
    """As in 1 file, 2,000 files."""
    return f"{number:,} {one if number == 1 else several}"


def seconds(value: float) -> str:
    """As in 0.25s, 12.5s."""
    return f"{value:.2f}s" if value < 10 else f"{value:.1f}s"


def cost(value: float | None) -> str:
    """US dollars; None: not known."""
    if value is None:
        return "cost unknown"
    return "$0" if value == 0 else f"${value:.4f}"


def size(number: int) -> str:
    """Bytes, as in 812 B, 64 KiB."""
    if number < 10_000:
        return f"{number:,} B"
    kib = number / 1024
    return f"{kib:,.0f} KiB" if kib < 10_000 else f"{kib / 1024:,.0f} MiB"
