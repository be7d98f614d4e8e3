# Writes every secret input into a directory: python3 generators/generate.py OUTDIR
import sys
from pathlib import Path

LONGEST = 10**12
CASES = {
    "01-one-plank": (7, 3, 7),
    "02-only-second-length": (9, 5, 10),
    "03-largest-gap": (199, 200, 199 * 200 - 199 - 200),
    "04-just-above-largest-gap": (199, 200, 199 * 200 - 199 - 200 + 1),
    "05-same-length": (150, 150, 4500),
    "06-same-length-impossible": (200_000, 200_000, LONGEST - 1),
    "07-shorter-than-either": (90, 77, 50),
    "08-last-count-of-first": (101, 100, 101 * 99 + 100 * 5),
    "09-last-count-of-second": (100, 101, 101 * 99 + 100 * 3),
    "10-common-factor": (6006, 15_015, 6006 * 4 + 15_015 * 3),
    "11-multiple": (12, 96, 12 * 8 + 96),
    "12-ones-and-twos": (2, 1, LONGEST),
    "13-evens-never-odd": (2, 4, LONGEST - 1),
    "14-neighbours-long": (199_999, 200_000, LONGEST - 7),
    "15-long-last-count": (200_000, 199_999, 199_998 * 200_000 + 199_999),
    "16-threes-never": (199_998, 199_995, LONGEST),
    "17-primes-gap": (199_967, 199_999, 199_967 * 199_999 - 199_967 - 199_999),
    "18-small-planks-never": (3, 6, LONGEST),
}


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, (a, b, s) in CASES.items():
        (out / f"{name}.in").write_text(f"{a} {b} {s}\n")


main()
