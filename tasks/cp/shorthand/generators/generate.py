# Writes every secret input into a directory: python3 generators/generate.py OUTDIR
import random
import sys
from pathlib import Path

LONGEST = 20_000
MOST = 10**12
Runs = list[tuple[str, int]]


def random_runs(rng: random.Random, n: int, most: int, letters: str = "abcdefghijklmnopqrstuvwxyz") -> Runs:
    """Runs of which no two neighbours have the same letter."""
    runs: Runs = []
    while len(runs) < n:
        letter = letters[rng.randrange(len(letters))]
        if not runs or runs[-1][0] != letter:
            runs.append((letter, rng.randrange(most) + 1))
    return runs


def split(rng: random.Random, runs: Runs, chance: float) -> Runs:
    """The same text, some runs in two parts."""
    out: Runs = []
    for letter, count in runs:
        if count > 1 and rng.random() < chance:
            first = rng.randrange(count - 1) + 1
            out += [(letter, first), (letter, count - first)]
        else:
            out.append((letter, count))
    return out


def write(runs: Runs, one: str = "") -> str:
    return "".join(letter + (one if count == 1 else str(count)) for letter, count in runs)


def fill(runs: Runs) -> Runs:
    """As many runs from the front as a line can hold."""
    size = 0
    for i, run in enumerate(runs):
        size += len(write([run]))
        if size > LONGEST:
            return runs[:i]
    return runs


def cases() -> dict[str, tuple[str, str]]:
    rng = random.Random(1844)
    short = random_runs(rng, 60, 12)
    plain = write([(letter, 1) for letter, _ in random_runs(rng, LONGEST, 1, "ab")])
    long = fill(random_runs(rng, 3000, MOST, "aeiou"))
    packed = long[: len(long) // 2]
    changed = [*packed[:-1], (packed[-1][0], packed[-1][1] - 1)]
    other_letter = [*packed[:-2], ("z", 5), *packed[-2:]]
    halves = random_runs(rng, 700, MOST)
    return {
        "01-single-letters": ("a", "b"),
        "02-same-single": ("k", "k1"),
        "03-shorter-first": ("abc", "ab1cd"),
        "04-shorter-second": ("m5n3", "m5n2"),
        "05-ten-times-single": ("t10", "tttttttttt"),
        "06-split-runs": (write(short, "1"), write(split(rng, short, 0.7))),
        "07-split-in-many": ("w9", "w1w2w3ww2"),
        "08-differs-inside-run": ("q7r100s", "q7r60rr3s"),
        "09-no-numbers": (plain, plain[:-1] + "z"),
        "10-no-numbers-same": (plain, plain),
        "11-beginning-long-runs": (write(packed), write([*split(rng, packed, 0.4), ("z", 7)])),
        "12-above-32-bits": ("a3000000000b", "a2999999999ab2"),
        "13-same-huge-run": ("e1000000000000" * 1428, "e1000000000000" * 1427 + "e999999999999e"),
        "14-last-run-one-shorter": (write(packed), write(split(rng, changed, 0.5))),
        "15-same-long": (write(halves), write(split(rng, halves, 0.8))),
        "16-late-letter": (write(split(rng, packed, 0.5)), write(other_letter)),
        "17-many-small-runs": (write(fill(random_runs(rng, 9000, 9))), "z" + write(short)),
        "18-ends-together-differ": (write([*halves[:-1], ("x", 3)]), write([*halves[:-1], ("x", 2), ("y", 1)])),
    }


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, texts in cases().items():
        (out / f"{name}.in").write_text("\n".join(texts) + "\n")


main()
