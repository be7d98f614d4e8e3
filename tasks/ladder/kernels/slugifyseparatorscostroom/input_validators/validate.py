# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

ROW = re.compile(r"([1-9][0-9]{0,2}) (?:stop|skip) [-:+~]{1,4} ([a-z-]{1,100})")


def fits(text):
    parts = re.fullmatch(r"([1-9][0-9]{0,2})\n((?:[^\n]+\n)+)", text)
    if not parts or int(parts[1]) > 200:
        return False
    rows = [ROW.fullmatch(row) for row in parts[2].split("\n")[:-1]]
    return len(rows) == int(parts[1]) and all(row and int(row[1]) <= 200 and row[2].strip("-") for row in rows)


sys.exit(42 if fits(sys.stdin.buffer.read().decode("latin-1")) else 43)
