"""Tables with colours look like those without, once the colours are taken out."""

import re

import pytest
from tabulate import tabulate


def red(text):
    return "\x1b[31m%s\x1b[0m" % text


def bold(text):
    return "\x1b[1;34m%s\x1b[0m" % text


def plain(text):
    return re.sub("\x1b\\[[\\d;]*m", "", text)


def bare(rows):
    return [[plain(cell) for cell in row] for row in rows]


NAMES = [["Ann", "Berlin"], ["Bo", "Rio"]]
MARKED = [[red("Ann"), "Berlin"], ["Bo", bold("Rio")]]


def test_cells_without_headers():
    assert plain(tabulate(MARKED)) == tabulate(NAMES)


def test_cells_below_plain_headers():
    rows = [["Ann", red("12")], ["Bo", "7"]]
    found = tabulate(rows, headers=["name", "points"], tablefmt="grid")
    assert plain(found) == tabulate(bare(rows), headers=["name", "points"], tablefmt="grid")


@pytest.mark.parametrize("alignment", ["right", "center", "left"])
def test_cells_of_every_alignment(alignment):
    found = tabulate(MARKED, tablefmt="pipe", stralign=alignment)
    assert plain(found) == tabulate(NAMES, tablefmt="pipe", stralign=alignment)


def test_cells_of_several_lines():
    found = tabulate([[red("Ann") + "\nSmith", "x"]], tablefmt="grid")
    assert plain(found) == tabulate([["Ann\nSmith", "x"]], tablefmt="grid")


def test_headers_over_plain_cells():
    found = tabulate(NAMES, headers=[red("name"), "city"])
    assert plain(found) == tabulate(NAMES, headers=["name", "city"])


@pytest.mark.parametrize("alignment", ["right", "center", "left"])
def test_headers_of_every_alignment(alignment):
    found = tabulate(NAMES, headers=[bold("n"), red("c")], tablefmt="grid", stralign=alignment)
    assert plain(found) == tabulate(NAMES, headers=["n", "c"], tablefmt="grid", stralign=alignment)


def test_headers_over_numbers():
    found = tabulate([[1000], [20]], headers=[red("n")], tablefmt="psql")
    assert plain(found) == tabulate([[1000], [20]], headers=["n"], tablefmt="psql")


def test_headers_of_several_lines():
    found = tabulate(NAMES, headers=[red("first") + "\nname", "city"], tablefmt="grid")
    assert plain(found) == tabulate(NAMES, headers=["first\nname", "city"], tablefmt="grid")


@pytest.mark.parametrize("form", ["plain", "simple", "grid", "pipe", "psql", "rst", "pretty"])
def test_lines_of_equal_width(form):
    lines = tabulate([["a", 1], ["bbb", 22]], headers=["word", "n"], tablefmt=form).splitlines()
    assert max(map(len, lines)) == len(lines[-1])


def test_simple_table():
    found = tabulate([["spam", 41.5], ["eggs", 451]], headers=["what", "how many"])
    assert found.splitlines() == [
        "what      how many",
        "------  ----------",
        "spam          41.5",
        "eggs         451",
    ]


def test_centred_cells():
    assert tabulate([["a"], ["bbb"]], tablefmt="grid", stralign="center").splitlines()[1] == "|  a  |"


def test_right_cells():
    assert tabulate([["a"], ["bbb"]], tablefmt="grid", stralign="right").splitlines()[1] == "|   a |"


def test_cells_not_aligned():
    assert tabulate([["a", "b"]], tablefmt="plain", stralign=None) == "a  b"


def test_lines_in_cells():
    assert tabulate([["a\nbbb"]], tablefmt="grid").splitlines() == ["+-----+", "| a   |", "| bbb |", "+-----+"]


def test_wide_header_over_narrow_cells():
    assert tabulate([["a"]], headers=["long one"], tablefmt="plain").splitlines() == ["long one", "a"]


def test_colours_are_kept():
    assert red("Ann") in tabulate(MARKED)


def test_tabs_between():
    assert tabulate([["a", 1]], headers=["x", "y"], tablefmt="tsv") == "x  \t  y\na  \t  1"


def test_html_cells():
    assert "<td>a  </td>" in tabulate([["a"]], headers=["x"], tablefmt="html")
