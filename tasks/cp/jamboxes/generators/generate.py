# Writes every secret input into a directory: python3 generators/generate.py OUTDIR
import random
import sys
from pathlib import Path

LONGEST = 40_000
FLAVOURS = "abcdefghij"


def random_jars(rng: random.Random, n: int, letters: str) -> str:
    return "".join(letters[rng.randrange(len(letters))] for _ in range(n))


def shuffled(rng: random.Random, letters: str) -> str:
    left, out = list(letters), ""
    while left:
        out += left.pop(rng.randrange(len(left)))
    return out


def crates(rng: random.Random, n: int, letters: str) -> str:
    """Crate after crate with one jar of each flavour, in a new order each time: many fair boxes."""
    return "".join(shuffled(rng, letters) for _ in range(n // len(letters) + 1))[:n]


def cases() -> dict[str, tuple[int, str]]:
    rng = random.Random(2718)
    return {
        "01-one-jar": (1, "a"),
        "02-one-flavour": (1, "a" * 900),
        "03-one-jar-of-two": (2, "b"),
        "04-only-one-of-two": (2, "b" * 1000),
        "05-alternating": (2, "ab" * 500),
        "06-whole-belt-only": (3, "a" * 300 + "b" * 300 + "c" * 300),
        "07-missing-flavour": (4, crates(rng, 999, "abc")),
        "08-weights-collide": (3, "acbb" * 100 + "bbca" * 100),
        "09-random-three": (3, random_jars(rng, 2000, "abc")),
        "10-ten-flavours-few": (10, crates(rng, 500, FLAVOURS)),
        "11-palindrome": (4, (half := crates(rng, 600, "abcd")) + half[::-1]),
        "12-large-random-two": (2, random_jars(rng, LONGEST, "ab")),
        "13-large-crates-of-ten": (10, crates(rng, LONGEST, FLAVOURS)),
        "14-large-random-ten": (10, random_jars(rng, LONGEST - 1, FLAVOURS)),
        "15-large-crates-of-five": (5, crates(rng, LONGEST - 3, "edcba")),
        "16-large-sorted": (8, "".join(letter * 5000 for letter in "hgfedcba")),
    }


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, (k, jars) in cases().items():
        (out / f"{name}.in").write_text(f"{len(jars)} {k}\n{jars}\n")


main()
