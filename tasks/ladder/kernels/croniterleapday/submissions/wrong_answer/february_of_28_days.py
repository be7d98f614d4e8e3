# Wrong: when it goes back to a month it takes the length from a table in which February always has 28 days.
import sys

LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def reading(year, month, before, k, days):
    while True:
        fitting = [day for day in days if day < before and (before < 32 or day <= LENGTHS[month - 1])]
        if k <= len(fitting):
            return f"{year:04}-{month:02}-{fitting[-k]:02}"
        k -= len(fitting)
        year, month, before = (year, month - 1, 32) if month > 1 else (year - 1, 12, 32)


for row in sys.stdin.read().splitlines()[1:]:
    day, k, _, *days = row.split()
    print(reading(*map(int, day.split("-")), int(k), list(map(int, days))))
