# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

STATION = r"[a-z0-9.-]{1,20}"
ENTRY = r"\.?(?![.])[a-z0-9.-]{1,20}(?<![.])"
ROW = re.compile(
    rf"(?:red|blue) (?:-|=[a-z0-9.:@/_-]{{0,40}}) {STATION}/(?:-|[1-9][0-9]{{0,2}}) (?:-|{ENTRY}(?:,{ENTRY}){{0,4}})"
)


def fits(text):
    parts = re.fullmatch(r"([1-9][0-9]{0,2})\n((?:[^\n]+\n)+)", text)
    if not parts or int(parts[1]) > 300:
        return False
    rows = parts[2].split("\n")[:-1]
    return len(rows) == int(parts[1]) and all(map(ROW.fullmatch, rows))


sys.exit(42 if fits(sys.stdin.buffer.read().decode("latin-1")) else 43)
