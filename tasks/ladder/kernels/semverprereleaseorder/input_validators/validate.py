# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

PART = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
MARK = re.compile(rf"{PART}(?:\.{PART})*")


def fits(text):
    parts = re.fullmatch(r"([1-9][0-9]{0,2})\n((?:[^\n]+\n)+)", text)
    if not parts or int(parts[1]) > 300:
        return False
    marks = parts[2].splitlines()
    return len(marks) == len(set(marks)) == int(parts[1]) and all(
        len(mark) <= 100 and MARK.fullmatch(mark) for mark in marks
    )


sys.exit(42 if fits(sys.stdin.buffer.read().decode("latin-1")) else 43)
