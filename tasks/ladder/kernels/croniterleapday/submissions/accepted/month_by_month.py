# Goes back month by month and takes the days that each month has.
import sys

LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def length(year, month):
    is_leap = year % 4 == 0 and year % 100 != 0 or year % 400 == 0
    return 29 if month == 2 and is_leap else LENGTHS[month - 1]


def reading(year, month, before, k, days):
    while True:
        fitting = [day for day in days if day < before and day <= length(year, month)]
        if k <= len(fitting):
            return f"{year:04}-{month:02}-{fitting[-k]:02}"
        k -= len(fitting)
        year, month, before = (year, month - 1, 32) if month > 1 else (year - 1, 12, 32)


for row in sys.stdin.read().splitlines()[1:]:
    day, k, _, *days = row.split()
    print(reading(*map(int, day.split("-")), int(k), list(map(int, days))))
