# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys
from datetime import date

ROW = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([1-9][0-9]{0,3}) ([1-9][0-9]?)((?: [1-9][0-9]?)+)")


def row_fits(row):
    parts = ROW.fullmatch(row)
    if not parts:
        return False
    try:
        day = date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return False
    days = [int(word) for word in parts[6].split()]
    return (
        1600 <= day.year <= 3000
        and int(parts[4]) <= 1000
        and len(days) == int(parts[5])
        and days == sorted(set(days))
        and days[-1] <= 31
    )


def fits(text):
    parts = re.fullmatch(r"([1-9][0-9]{0,2})\n((?:[^\n]+\n)+)", text)
    if not parts or int(parts[1]) > 300:
        return False
    rows = parts[2].split("\n")[:-1]
    return len(rows) == int(parts[1]) and all(map(row_fits, rows))


sys.exit(42 if fits(sys.stdin.buffer.read().decode("latin-1")) else 43)
