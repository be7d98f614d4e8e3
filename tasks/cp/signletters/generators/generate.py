# Writes every secret input into a directory: python3 generators/generate.py OUTDIR
import random
import sys
from pathlib import Path

MOST = 10**15
ALL = "abcdefghijklmnopqrstuvwxyz"


def random_word(rng: random.Random, length: int, letters: str) -> str:
    return "".join(letters[rng.randrange(len(letters))] for _ in range(length))


def random_box(rng: random.Random, letters: str, most: int) -> dict[str, int]:
    return {letter: rng.randrange(most + 1) for letter in letters}


def cases() -> dict[str, tuple[str, dict[str, int]]]:
    rng = random.Random(404)
    turned = "bdmnpquw"
    return {
        "01-one-letter": ("o", {"o": 17}),
        "02-letter-missing": ("quiz", {"q": 3, "u": 3, "i": 3}),
        "03-listed-but-none": ("hat", {"a": 9, "h": 0, "t": 9}),
        "04-only-turned-ones": ("bdmn", {"q": 4, "p": 5, "w": 6, "u": 7}),
        "05-turned-both-ways": ("pad-dap", {"p": 1, "d": 20, "a": 13}),
        "06-other-way-round": ("wow-mum", {"w": 11, "m": 2, "o": 40, "u": 6, "n": 1}),
        "07-repeated-letter": ("banana", {"b": 50, "a": 98, "n": 66, "u": 2}),
        "08-hyphens": ("--a-b--", {"a": 31, "q": 30}),
        "09-not-turned-sideways": ("sun-zone", {"z": 0, "n": 30, "s": 9, "u": 1, "o": 5, "e": 8}),
        "10-long-word": (random_word(rng, 100, ALL), random_box(rng, ALL, 1000)),
        "11-long-turned-word": (random_word(rng, 100, turned), random_box(rng, turned, 100_000)),
        "12-above-32-bits": ("pub", {"p": 3 * 10**9, "d": 10**9, "u": 5 * 10**9, "b": 9 * 10**9}),
        "13-full-box": (random_word(rng, 60, ALL), dict.fromkeys(ALL, MOST)),
        "14-one-letter-all-time": ("n", {"n": MOST, "u": MOST}),
        "15-random-large": (random_word(rng, 99, ALL + "-"), random_box(rng, ALL, MOST)),
        "16-same-letter-hundred-times": ("q" * 100, {"q": MOST - 7, "b": MOST - 8, "d": 5}),
    }


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, (word, box) in cases().items():
        lines = [word, str(len(box)), *(f"{letter} {count}" for letter, count in box.items())]
        (out / f"{name}.in").write_text("\n".join(lines) + "\n")


main()
