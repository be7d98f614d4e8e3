# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

NUMBER = r"(0|-?[1-9][0-9]{0,8})"
ROW = re.compile(rf"{NUMBER} {NUMBER} {NUMBER} (?:week|day|hour|minute|second|milli|micro)")


def row_fits(row):
    parts = ROW.fullmatch(row)
    return parts and 0 <= int(parts[2]) < 86_400 and 0 <= int(parts[3]) < 1_000_000


def fits(text):
    parts = re.fullmatch(r"([1-9][0-9]{0,2})\n((?:[^\n]+\n)+)", text)
    if not parts or int(parts[1]) > 500:
        return False
    rows = parts[2].split("\n")[:-1]
    return len(rows) == int(parts[1]) and all(map(row_fits, rows))


sys.exit(42 if fits(sys.stdin.buffer.read().decode("latin-1")) else 43)
