# Writes the input of every secret case, in groups: python generate.py OUTDIR. The same files each time.
import sys
from pathlib import Path

# n, S, D, G, W, seed
CASES = {
    "1-tiny/01-one-leg": (1, 2, 1, 1, 10**9, 7),
    "1-tiny/02-costly": (15, 10**6, 1000, 1000, 10**6, 11),
    "1-tiny/03-mixed": (15, 400, 20, 9, 1, 12),
    "1-tiny/04-cheap": (14, 90, 6, 30, 1, 2013),
    "1-tiny/05-large": (15, 10**9, 1000, 1000, 10**12, 14),
    "1-tiny/06-some-changes": (13, 600, 12, 40, 4, 2031),
    "2-free/01-two": (2, 9, 4, 5, 0, 2147483647),
    "2-free/02-middle": (3000, 10**9, 1000, 1000, 0, 22),
    "2-free/03-large": (150_000, 2 * 10**8, 1000, 1000, 0, 23),
    "3-middle/01-mixed": (2000, 50000, 20, 30, 100, 31),
    "3-middle/02-many-changes": (2000, 10**6, 400, 900, 20, 32),
    "3-middle/03-few-changes": (1999, 2 * 10**6, 1000, 1000, 10**12, 33),
    "3-middle/04-large": (2000, 10**9, 1000, 1000, 2 * 10**6, 34),
    "3-middle/05-slow-drop": (2000, 2001, 1, 40, 10, 35),
    "4-full/01-mixed": (150_000, 2 * 10**8, 1000, 1000, 10**5, 41),
    "4-full/02-many-changes": (150_000, 2 * 10**6, 9, 1000, 10, 42),
    "4-full/03-few-changes": (150_000, 10**9, 1000, 1000, 10**12, 43),
    "4-full/04-slow-drop": (149_999, 150_000, 1, 1000, 3000, 44),
    "4-full/05-short-legs": (150_000, 10**9, 1000, 1, 10**4, 45),
    "4-full/06-some-changes": (150_000, 10**9, 1000, 1000, 10**11, 46),
    "4-full/07-more-changes": (150_000, 10**9, 1000, 1000, 10**7, 47),
}


def main():
    out = Path(sys.argv[1])
    for name, numbers in CASES.items():
        file = out / f"{name}.in"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(" ".join(map(str, numbers)) + "\n", encoding="ascii", newline="\n")


main()
