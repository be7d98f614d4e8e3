# Wrong: knows leap years, but takes the length of every month as it is in the year of the question.
import sys

LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def reading(year, month, before, k, days):
    is_leap = year % 4 == 0 and year % 100 != 0 or year % 400 == 0
    while True:
        length = 29 if month == 2 and is_leap else LENGTHS[month - 1]
        fitting = [day for day in days if day < before and day <= length]
        if k <= len(fitting):
            return f"{year:04}-{month:02}-{fitting[-k]:02}"
        k -= len(fitting)
        year, month, before = (year, month - 1, 32) if month > 1 else (year - 1, 12, 32)


for row in sys.stdin.read().splitlines()[1:]:
    day, k, _, *days = row.split()
    print(reading(*map(int, day.split("-")), int(k), list(map(int, days))))
