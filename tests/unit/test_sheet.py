"""Tables that fit: no word broken, no line too long, nothing lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from sandbox.report.sheet import Sheet

TRIALS = Sheet(
    title="Trials",
    names=("task", "candidate"),
    figures=("verdict", "reason", "calls", "95% interval"),
    words=frozenset({"verdict", "reason"}),
    rows=[
        ("demo/two-complaints", "scripted:oracle", "accepted", "every bug fixed, every guard intact", "2", "34–100%"),
        ("demo/default", "openai/gpt-4o", "wrong", "not fixed: read-only, byte-order", "0", "–"),
    ],
)


def printed(sheet: Sheet, width: int) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(sheet)
    return captured.get()


def words(sheet: Sheet) -> set[str]:
    return {word for row in sheet.rows for cell in row for word in cell.split() if word != "–"}


def test_with_room_each_row_is_one_line() -> None:
    lines = printed(TRIALS, 10_000).splitlines()
    assert len(lines) == 1 + 3 + len(TRIALS.rows) + 1
    assert "every bug fixed, every guard intact" in lines[4]
    assert max(map(len, lines)) < 140


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 160])
def test_no_word_is_broken_and_no_line_is_too_long(width: int) -> None:
    text = printed(TRIALS, width)
    assert words(TRIALS) <= set(text.replace("│", " ").split())
    assert max(map(len, text.splitlines())) <= width
    assert all(line == line.rstrip() for line in text.splitlines())


def test_where_words_would_be_broken_rows_become_blocks() -> None:
    assert printed(TRIALS, 60).splitlines() == [
        "Trials",
        "demo/two-complaints  scripted:oracle",
        "  verdict accepted",
        "  reason every bug fixed, every guard intact · calls 2",
        "  95% interval 34–100%",
        "demo/default  openai/gpt-4o",
        "  verdict wrong · reason not fixed: read-only, byte-order",
        "  calls 0",
    ]


def test_what_is_dispensable_goes_first_and_in_order() -> None:
    sheet = Sheet(
        title="t",
        names=("name",),
        figures=("aaaa", "bbbb", "cccc"),
        rows=[("x", "1", "2", "3")],
        dispensable=("cccc", "aaaa"),
    )
    headings = [printed(sheet, width).splitlines()[2] for width in (29, 28, 21, 14)]
    assert [[word for word in line.split() if word != "┃"] for line in headings] == [
        ["name", "aaaa", "bbbb", "cccc"],
        ["name", "aaaa", "bbbb"],
        ["name", "bbbb"],
        ["aaaa", "1"],
    ]


CELL = st.text("ab é漢 ", max_size=30)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=4), st.integers(20, 120))
def test_any_text_in_any_room_keeps_its_characters(rows: Sequence[tuple[str, str, str]], width: int) -> None:
    sheet = Sheet(title="t", names=("one",), figures=("two", "three"), rows=rows)
    text = printed(sheet, width)
    cells = [cell for row in rows for cell in row]
    for char in "é漢":
        assert text.count(char) == sum(cell.count(char) for cell in cells)
    console = Console()
    assert all(console.render_str(line).cell_len <= width for line in text.splitlines())


def test_nothing_in_a_cell_drives_a_terminal() -> None:
    sheet = Sheet(title="t", names=("one",), figures=("two",), rows=[("\x1b[31m\u202e[bold]x\ny", "z")])
    for width in (100, 20):
        text = printed(sheet, width)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[bold]x\\ny" in text.replace("\n", "").replace(" ", "").replace("│", "") or width == 20
