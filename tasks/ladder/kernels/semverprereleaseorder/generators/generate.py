# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3101)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def write(name, marks):
    marks = list(dict.fromkeys(marks))
    rng.shuffle(marks)
    (target / f"{name}.in").write_text(f"{len(marks)}\n" + "".join(f"{mark}\n" for mark in marks))


def number(most):
    return str(rng.randrange(10 ** rng.randint(1, most)))


def word(most, characters):
    while True:
        found = "".join(rng.choice(characters) for _ in range(rng.randint(1, most)))
        if not found.isdigit():
            return found


def marks(count, parts, part):
    return [".".join(part() for _ in range(rng.randint(1, parts))) for _ in range(count)]


write("01-one-mark", ["-"])
write("02-numbers-of-all-lengths", [f"rc.{value}" for value in (0, 3, 20, 99, 100, 101, 120, 999, 1000, 20260131)])
write("03-single-letters", ["b", "alpha", "a", "beta", "x", "rc", "z.final", "final.z", "final.rc"])
write(
    "04-numbers-before-words", ["n.6f1c", "n.777", "n.77", "n.7b", "n.-d", "n.1", "n.-", "n.0", "20260131", "6f", "0a"]
)
write(
    "05-longer-than-any-machine-word",
    [
        "9" * 40,
        "1" + "0" * 40,
        "9" * 19,
        "9" * 20,
        "18446744073709551616",
        "18446744073709551617",
        "9007199254740992",
        "9007199254740993",
        "x." + "8" * 90,
        "x.1" + "0" * 90,
    ],
)
write(
    "06-capitals-and-hyphens",
    ["RC", "rc", "Rc", "rC", "r-c", "r0c", "rc-", "rc0", "rcA", "rca", "-rc", "0rc", "--", "-0"],
)
write(
    "07-ends-earlier", ["a", "a.0", "a.0.0", "a.-", "a.a", "a.a.0", "a0", "a-", "a.0.0.0", "0", "0.0", "0.a", "0.0.a"]
)
write("08-small-numbers", marks(300, 3, lambda: number(3)))
write("09-short-words", marks(300, 3, lambda: word(3, "abAB-019")))
write("10-mixed", marks(300, 4, lambda: number(4) if rng.random() < 0.5 else word(4, LETTERS + "0123456789-")))
write("11-mixed-and-long", marks(200, 4, lambda: number(22) if rng.random() < 0.5 else word(22, "01-aZ")))
