"""The matrix of a trial, bug by checkpoint, as lines of text that read with and without colours. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from sandbox.report.oscillation_data import (
    BROKE,
    CAME_BACK,
    FIXED,
    NOT_JUDGED,
    RIGHT,
    SKIPPED,
    UNCONFIRMED,
    UNSTABLE,
    WRONG,
    Column,
    Row,
    TrialOscillation,
)
from sandbox.report.transcript_lines import Page, count, one_line

# What a mark looks like, its style, and what it is called below the matrix.
LOOKS = {
    RIGHT: ("✓", "green", "right"),
    WRONG: ("✗", "red", "wrong"),
    FIXED: ("✓↑", "bold green", "fixed"),
    CAME_BACK: ("✗◀", "bold white on red", "came back"),
    BROKE: ("✗↓", "bold white on magenta", "broke"),
    UNSTABLE: ("~", "yellow", "unstable"),
    UNCONFIRMED: ("?", "yellow", "not confirmed"),
    SKIPPED: ("–", "dim", "skipped"),
    NOT_JUDGED: ("·", "dim", "not judged, or not asked for yet"),
}
INDENT = "  "
GAP = "  "
LEAST_NAME, LONGEST_NAME = 12, 60


def matrix_lines(found: TrialOscillation, page: Page) -> Iterator[Text]:
    """The matrix, in blocks of columns where they do not fit side by side, and what its marks mean."""
    rows = [row for row in found.rows if row.kind == "bug" or not row.held]
    names = {row.unit: _name(row) for row in rows}
    longest = LONGEST_NAME if page.width is None else max(LEAST_NAME, page.width * 3 // 10)
    width = min(max(map(cell_len, names.values()), default=0), longest)
    for block in _blocks(found.columns, None if page.width is None else page.width - len(INDENT) - width):
        yield from _head(block, width)
        for row in rows:
            yield _line(row, block, _shortened(names[row.unit], width), width)
        yield Text()
    held = sum(row.kind == "guard" and row.held for row in found.rows)
    if held:
        yield from page.line(f"{count(held, 'guard file', 'guard files')} held", margin=INDENT, style="dim")
    yield from page.line("   ".join(_legend(found.columns, rows)), margin=INDENT, style="dim")


def _name(row: Row) -> str:
    step = "" if row.step is None else f" (s{row.step + 1})"
    return one_line(f"guard {row.unit}" if row.kind == "guard" else row.unit + step, 200)


def _shortened(name: str, width: int) -> str:
    """A name with its middle left out where it is too long; ends tell names of one file apart."""
    if cell_len(name) <= width:
        return name
    half = (width - 1) // 2
    tail = name[len(name) - half :]
    return set_cell_size(name, width - 1 - cell_len(tail)).rstrip() + "…" + tail


def headings(column: Column) -> tuple[str, str, str]:
    """Number (in brackets that of an own checkpoint), round or step, and why it is one."""
    if column.reason is None:
        return "start", "", ""
    number = f"({column.index})" if column.tier == "T1" else str(column.index)
    # The names of stages begin with what they are only in a loop; a letter and a number say it of both.
    stage = "" if column.stage is None else f"{'r' if column.stage.startswith('round-') else 's'}{column.step + 1}"
    return number, stage, column.reason


def _blocks(columns: Sequence[Column], room: int | None) -> Iterator[Sequence[Column]]:
    if room is None:
        yield columns
        return
    block: list[Column] = []
    for column in columns:
        if block and sum(map(_width, [*block, column])) > room:
            yield block
            block = []
        block.append(column)
    yield block


def _width(column: Column) -> int:
    return len(GAP) + max(2, *map(len, headings(column)))


def _head(block: Sequence[Column], width: int) -> Iterator[Text]:
    for level in range(3):
        words = [headings(column)[level] for column in block]
        if not any(words):
            continue
        line = Text(INDENT + " " * width)
        for column, word in zip(block, words, strict=True):
            style = "dim" if column.tier == "T1" or level else "bold"
            line.append(GAP).append(word.ljust(_width(column) - len(GAP)), style=style)
        line.rstrip()
        yield line


def _line(row: Row, block: Sequence[Column], name: str, width: int) -> Text:
    line = Text(INDENT).append(set_cell_size(name, width), style="bold" if row.kind == "bug" else "")
    for column in block:
        mark, style = _look(row, column.index)
        line.append(GAP).append(mark, style=f"{style} dim" if column.tier == "T1" else style)
        line.append(" " * (_width(column) - len(GAP) - len(mark)))
    line.rstrip()
    return line


def _look(row: Row, index: int) -> tuple[str, str]:
    mark, style, _ = LOOKS[row.marks[index]]
    if row.marks[index] == UNCONFIRMED:
        seen = {"P": "✓", "F": "✗"}.get(row.statuses[index] or "", "")
        mark = f"{seen}{mark}"
    return mark, style


def _legend(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[str]:
    used = {mark for row in rows for mark in row.marks}
    yield from (f"{mark} {word}" for name, (mark, _, word) in LOOKS.items() if name in used)
    if any(column.tier == "T1" for column in columns):
        yield "(n) the candidate's own tests or commit (T1)"
