# Writes every secret input into a directory: python3 generators/generate.py OUTDIR
import random
import sys
from pathlib import Path

DAYS = 10**15


def stretches(rng: random.Random, n: int, longest: int, fastest: int = 100) -> list[tuple[int, int]]:
    return [(rng.randrange(longest) + 1, rng.randrange(fastest + 1)) for _ in range(n)]


def cases() -> dict[str, tuple[int, list[tuple[int, int]]]]:
    rng = random.Random(11)
    evening = stretches(rng, 40, 50)
    minutes = sum(d for d, _ in evening)
    loop = stretches(rng, 700, 90)
    return {
        "01-no-time": (0, [(5, 40), (7, 12)]),
        "02-first-stretch": (59, [(1000, 61), (5, 0)]),
        "03-exact-lap": (minutes, evening),
        "04-minute-short-of-lap": (minutes * 90 - 1, evening),
        "05-only-stops": (123_456, [(3, 0), (10, 0), (1, 0)]),
        "06-slow-walk": (1001, [(1, 1), (999, 0), (1, 1)]),
        "07-many-exact-laps": (12 * sum(d for d, _ in loop), loop),
        "08-thousand-stretches": (9_876_543, stretches(rng, 1000, 100)),
        "09-first-lap-unfinished": (3_456_789, stretches(rng, 1000, 10**6)),
        "10-one-minute-laps": (DAYS, [(1, 100)]),
        "11-one-minute-laps-odd-speed": (DAYS - 1, [(1, 97)]),
        "12-short-laps-long-shift": (DAYS - 12_345, stretches(rng, 6, 5)),
        "13-long-laps-long-shift": (DAYS, stretches(rng, 1000, 10**6)),
    }


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, (t, loop) in cases().items():
        lines = [f"{len(loop)} {t}", *(f"{d} {v}" for d, v in loop)]
        (out / f"{name}.in").write_text("\n".join(lines) + "\n")


main()
