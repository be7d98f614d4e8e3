# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3103)


def write(name, rows):
    lines = "".join(" ".join(map(str, row)) + "\n" for row in rows)
    (target / f"{name}.in").write_text(f"{len(rows)}\n{lines}")


def at_every_limit(message, sign, most):
    return [(limit, how, sign, message) for limit in range(1, most + 1) for how in ("stop", "skip")]


def word(most):
    return "".join(rng.choice("abcdefghij") for _ in range(rng.randint(1, most)))


def message(words, most, rests, around):
    parts = ["-" * rng.randint(0, around)]
    for number in range(words):
        parts += ["-" * rng.randint(1, rests) if number else "", word(most)]
    return "".join([*parts, "-" * rng.randint(0, around)])


def some(count, rests, around, signs, words=7, most=6):
    rows = []
    for _ in range(count):
        text, sign = message(rng.randint(1, words), most, rests, around), rng.choice(signs)
        length = len(text) + text.count("-") * (len(sign) - 1)
        rows.append((rng.randint(1, length + 1), rng.choice(["stop", "skip"]), sign, text))
    return rows


ALL = ["-", "+", "::", "~~~", "-:-:"]
write(
    "01-one-letter", [(1, "stop", "-", "a"), (1, "skip", "-", "aa"), (1, "stop", "~~~~", "-a"), (2, "stop", "-", "-a")]
)
write("02-single-rests", at_every_limit("ab-cde-f-ghij-kl", "-", 18))
write("03-double-rests", at_every_limit("one--two--three", "-", 17))
write("04-runs-of-unequal-length", at_every_limit("one---two--three-four----a", "+", 28))
write("05-rests-in-front", at_every_limit("--one--two", "::", 18) + at_every_limit("---a-b", "-", 7))
write("06-rests-behind", at_every_limit("one--two---", "-", 12) + at_every_limit("one--two---", "::", 18))
write(
    "07-long-first-word", at_every_limit("oversized--a---b-c", "-", 19) + at_every_limit("--oversized-a--b", "::", 23)
)
write("08-single-rests-mixed", some(200, 1, 0, ["-"]))
write("09-signs-of-all-lengths", some(200, 1, 1, ALL))
write("10-runs", some(200, 4, 0, ["-"]))
write("11-all-mixed", some(200, 4, 4, ALL))
write("12-many-short-words", some(150, 3, 2, ALL, words=16, most=2))
