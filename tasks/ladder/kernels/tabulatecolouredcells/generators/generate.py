# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3102)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-%"


def write(name, alignment, lines):
    rows = "".join(" ".join(line) + "\n" for line in lines)
    (target / f"{name}.in").write_text(f"{len(alignment)} {len(lines) - 1}\n{alignment}\n{rows}")


def mark():
    return "<" + "".join(rng.choice("0123456789;") for _ in range(rng.randint(1, 6))) + ">"


def text(most, marks=0):
    pieces = [rng.choice(LETTERS) for _ in range(rng.randint(1, most))]
    for _ in range(marks):
        pieces.insert(rng.randint(0, len(pieces)), mark())
    return "".join(pieces)


def board(columns, rows, most, heading=lambda: 0, cell=lambda: 0):
    return [[text(most, heading()) for _ in range(columns)]] + [
        [text(most, cell()) for _ in range(columns)] for _ in range(rows)
    ]


write("01-one-cell", "r", [["a"], ["b"]])
write("02-nothing-but-marks", "lrc", [["<0>", "abcd", "<1><;>"], ["xyz", "<5;5>", "<2>"]])
write("03-no-marks", "lcrcl", board(5, 20, 9))
write(
    "04-marks-in-one-cell-of-a-column",
    "lrc",
    [["name", "points", "club"], ["<31>bo<0>", "<1;34>7<0>", "<7>golf"], ["ann", "12", "rowing"]],
)
write(
    "05-marked-headings",
    "lrc",
    [["<31>no<0>", "<1;34>p<0>", "<4>club<0>"], ["ann", "1234", "bobsleigh"], ["bo", "5", "darts"]],
)
write("06-several-marks-in-headings", "ccccc", board(5, 10, 12, heading=lambda: 4))
write("07-several-marks-in-cells", "lrcrl", board(5, 10, 12, cell=lambda: rng.randint(0, 4)))
write(
    "08-marks-in-the-widest",
    "lrc",
    [["a", "b", "c"], ["<1>longest<0>", "<2>longest<0>", "<3>longest<0>"], ["<1;1;1>x", "y<2;2>", "<3>z<3>"]],
)
write("09-everything-wide", "lrclrclrcl", board(10, 40, 20, lambda: rng.randint(0, 4), lambda: rng.randint(0, 4)))
write("10-everything-centred", "cccccc", board(6, 40, 15, lambda: rng.randint(0, 5), lambda: rng.randint(0, 5)))
write(
    "11-wide-headings",
    "rlc",
    board(3, 5, 4, lambda: 3, lambda: 1) + board(3, 3, 2) + [["<1>" * 20, "<2;3>x" * 10, "%" * 60]],
)
