# Writes every secret input into a directory: python3 generators/generate.py OUTDIR
import sys
from pathlib import Path

END = 10**18
CASES = {
    "01-one-day-closed": (2, 3, 7, 7),
    "02-one-day-open": (7, 3, 21 * 5 + 7, 21 * 5 + 7),
    "03-one-day-both": (7, 3, 42, 42),
    "04-starts-on-open-day": (10, 15, 20, 89),
    "05-every-day-ferry": (1, 9, 5, 777),
    "06-every-day-both": (1, 1, 1, 100_000),
    "07-one-divides-other": (6, 18, 1, 123_456),
    "08-common-factor": (84, 120, 100, 987_654),
    "09-nothing-yet": (5000, 7000, 1, 4999),
    "10-large-periods-small-window": (999_999_937, 999_999_929, 1, 2_000_000_000),
    "11-wide-common-factor": (600_000_000, 400_000_000, 1, 2_100_000_000),
    "12-powers-of-two": (1 << 16, 1 << 16, 1, END),
    "13-small-periods-all-time": (2, 3, 1, END),
    "14-large-primes-all-time": (999_999_937, 999_999_929, 999_999_937, END - 1),
    "15-largest": (10**9, 10**9 - 1, 10**9, END),
    "16-float-trap": (3, 7, 2, 999_999_999_999_999_998),
    "17-late-window": (12, 30, END - 1_000_003, END),
    "18-every-day-plane": (1_000_000_000, 1, 1, END),
}


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, values in CASES.items():
        (out / f"{name}.in").write_text(" ".join(map(str, values)) + "\n")


main()
