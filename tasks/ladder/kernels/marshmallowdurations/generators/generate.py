# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3106)
UNITS = {"week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1, "milli": 0, "micro": 0}


def write(name, rows):
    lines = "".join(" ".join(map(str, row)) + "\n" for row in rows)
    (target / f"{name}.in").write_text(f"{len(rows)}\n{lines}")


def clock(micros):
    days, rest = divmod(micros, 86_400_000_000)
    return days, *divmod(rest, 1_000_000)


def some(days):
    return rng.randint(-days, days), rng.randrange(86_400), rng.randrange(1_000_000)


HIGH = 10**9 - 1
write(
    "01-one-of-each",
    [(0, seconds, 0, unit) for unit, seconds in UNITS.items() if 0 < seconds < 86400]
    + [(1, 0, 0, "day"), (7, 0, 0, "week"), (0, 0, 1, "micro"), (0, 0, 1000, "milli")],
)
write(
    "02-parts-of-a-unit",
    [
        (0, 150, 0, "minute"),
        (0, 0, 1, "second"),
        (0, 2700, 0, "hour"),
        (0, 0, 1, "milli"),
        (3, 43200, 0, "week"),
        (0, 1, 0, "week"),
        (0, 64800, 0, "day"),
        (0, 0, 999999, "week"),
    ],
)
write("03-whole-millis", [(*clock(1000 * n), "milli") for n in range(1, 200)])
write("04-whole-micros", [(*clock(n), "micro") for n in range(1, 200)])
write("05-back", [(*clock(-n), unit) for n in (1, 29, 500, 999, 1001, 43000, 51000, 21600 * 10**6) for unit in UNITS])
write("06-whole-millis-back", [(*clock(-1000 * n), "milli") for n in range(1, 200)])
write(
    "07-micros-of-many-years",
    [(100_000, 0, n, "micro") for n in (1, 3, 5, 7)]
    + [(104250, 0, 1, "micro")]
    + [(*some(10**8), "micro") for _ in range(100)],
)
write(
    "08-ends-of-the-scale",
    [(sign * HIGH, s, u, unit) for sign in (-1, 1) for s, u in ((0, 0), (86399, 999999), (0, 1)) for unit in UNITS],
)
write(
    "09-whole-numbers-of-units",
    [
        (*clock(rng.randint(-(10**6), 10**6) * seconds * 10**6), unit)
        for unit, seconds in UNITS.items()
        if seconds
        for _ in range(60)
    ],
)
write("10-anything", [(*some(10 ** rng.randint(0, 9) - 1), rng.choice(list(UNITS))) for _ in range(400)])
