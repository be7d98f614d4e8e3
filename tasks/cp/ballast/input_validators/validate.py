# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

NUMBER = rb"(0|[1-9]\d{0,18})"
SHIP = re.compile(rb" ".join([NUMBER] * 5))
LOWEST, HIGHEST = (1, 1, 1, 0, 0), (10**9, 10**9, 10**18, 10**18, 10**18)


def is_valid(data):
    lines = data.split(b"\n")
    if lines.pop() != b"" or not lines or not re.fullmatch(rb"[1-9]\d{0,2}", lines[0]):
        return False
    if not 1 <= int(lines[0]) <= 200 or len(lines) != int(lines[0]) + 1:
        return False
    for line in lines[1:]:
        found = SHIP.fullmatch(line)
        if not found:
            return False
        if not all(low <= int(word) <= high for low, word, high in zip(LOWEST, found.groups(), HIGHEST, strict=True)):
            return False
    return True


sys.exit(42 if is_valid(sys.stdin.buffer.read()) else 43)
