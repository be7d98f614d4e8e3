"""Tables that fit the width there is: columns are narrowed at spaces, then left out, then rows become blocks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from sandbox.report.transcript_lines import one_line

NOTHING = "–"
LONGEST = 2000
INDENT = "  "
NARROWEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table to be printed with rich.

    names: headings of the columns that tell rows apart. figures: headings of the others, in which those of `words` are
    text and stand at the left. dispensable: figures that are left out where there is no room, the first one first.
    rows: one cell for each heading, any text. No word is ever broken that fits the width.
    """

    title: str
    names: Sequence[str]
    figures: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[str] = frozenset()
    dispensable: Sequence[str] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Lay the sheet out for rich; as many columns as `options` has room for."""
        yield Text(self.title, style="italic")
        shown = self._made_visible()
        for fewer in range(len(self.dispensable) + 1):
            sheet = shown._without(self.dispensable[:fewer])
            if (widths := sheet._widths(options.max_width)) is not None:
                yield sheet._table(widths)
                return
        yield from shown._blocks(console, options.max_width)

    def _made_visible(self) -> Sheet:
        return replace(self, rows=[[one_line(cell, LONGEST) for cell in row] for row in self.rows])

    def _without(self, left_out: Sequence[str]) -> Sheet:
        headings = [*self.names, *self.figures]
        kept = [index for index, heading in enumerate(headings) if heading not in left_out]
        figures = [heading for heading in self.figures if heading not in left_out]
        return replace(self, figures=figures, rows=[[row[index] for index in kept] for row in self.rows])

    def _widths(self, room: int) -> list[int] | None:
        """The width of each column without its margins; None if words would have to be broken."""
        columns = list(zip(*([*self.names, *self.figures], *self.rows), strict=True))
        least = [max(cell_len(word) for cell in column for word in cell.split() or [""]) for column in columns]
        needs = [max(map(cell_len, column)) - width for column, width in zip(columns, least, strict=True)]
        spare = room - sum(least) - 3 * len(columns) - 1
        if spare < 0:
            return None
        # Those that need little are served first; what they leave goes to long texts.
        for done, index in enumerate(sorted(range(len(columns)), key=needs.__getitem__)):
            more = min(needs[index], spare // (len(columns) - done))
            least[index] += more
            spare -= more
        return least

    def _table(self, widths: Sequence[int]) -> Table:
        made = Table(header_style="bold")
        for heading, width in zip([*self.names, *self.figures], widths, strict=True):
            left = heading in self.words or heading in self.names
            made.add_column(heading, width=width, justify="left" if left else "right", overflow="fold")
        for row in self.rows:
            made.add_row(*map(Text, row))
        return made

    def _blocks(self, console: Console, room: int) -> Iterator[Text]:
        """Each row as a block: its names, then its figures, those left out that say nothing."""
        width = max(room - len(INDENT), NARROWEST)
        for row in self.rows:
            cells = row[len(self.names) :]
            told = [f"{name} {cell}" for name, cell in zip(self.figures, cells, strict=True) if cell != NOTHING]
            yield from Text("  ".join(row[: len(self.names)]), style="bold").wrap(console, max(room, NARROWEST))
            for line in _packed(told, width):
                for piece in Text(line).wrap(console, width, overflow="fold"):
                    piece.rstrip()
                    yield Text(INDENT).append_text(piece)


def _packed(items: Sequence[str], width: int) -> Iterator[str]:
    """Items side by side in lines of at most `width` columns; one that is longer has a line of its own."""
    line = ""
    for item in items:
        longer = f"{line} · {item}" if line else item
        if line and cell_len(longer) > width:
            yield line
            longer = item
        line = longer
    if line:
        yield line
