# Writes the secret inputs to the directory that is given.
import random
import sys
from datetime import date, timedelta
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3104)


def write(name, rows):
    lines = "".join(f"{day.isoformat()} {k} {len(days)} {' '.join(map(str, days))}\n" for day, k, days in rows)
    (target / f"{name}.in").write_text(f"{len(rows)}\n{lines}")


def some_day(first=1600, last=3000):
    start = date(first, 1, 1)
    return start + timedelta(rng.randrange((date(last, 12, 31) - start).days + 1))


def some_days(lowest=1, most=31):
    return sorted(rng.sample(range(lowest, 32), rng.randint(1, min(most, 32 - lowest))))


def marches(years, days, k=1):
    return [(date(year, 3, day), k, days) for year in years for day in (1, 2, 15, 28, 29, 30, 31)]


write("01-yesterday", [(date(2027, 6, 16), 1, list(range(1, 32)))])
write("02-same-day", [(date(2027, month, 17), 1, [17]) for month in range(1, 13)])
write("03-over-the-new-year", [(date(2027, 1, day), k, [1, 20, 31]) for day in (1, 2, 31) for k in (1, 2, 3, 4)])
write("04-march-of-leap-years", marches((2024, 2028, 1996), [29]) + marches((2024, 2028), [15, 29, 30]))
write("05-march-of-other-years", marches((2023, 2025, 2026), [29]) + marches((2025, 2027), [28, 29, 30]))
write("06-march-of-full-centuries", marches((1600, 1700, 1800, 1900, 2000, 2100, 2400, 3000), [29]))
write(
    "07-days-30-and-31",
    [
        (date(2024, month, day), k, days)
        for month in range(1, 13)
        for day in (1, 28)
        for days in ([30], [31], [30, 31])
        for k in (1, 2)
    ],
)
write("08-whole-years-back", [(some_day(), 12 * k, [29]) for k in range(1, 80)])
write("09-once-a-month", [(some_day(), rng.randint(1, 20), some_days(most=1)) for _ in range(300)])
write("10-late-days", [(some_day(), rng.randint(1, 100), some_days(lowest=28)) for _ in range(300)])
write("11-any-days", [(some_day(), rng.randint(1, 1000), some_days()) for _ in range(300)])
write("12-far-back", [(some_day(1600, 1700), rng.randint(900, 1000), some_days(lowest=28, most=2)) for _ in range(200)])
