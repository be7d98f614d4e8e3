# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

PAIR = re.compile(rb"([1-9]\d{0,4}) ([1-9]\d{0,4})")


def is_valid(data):
    lines = data.split(b"\n")
    if lines.pop() != b"":
        return False
    found = [PAIR.fullmatch(line) for line in lines]
    if not found or not all(found):
        return False
    (n, q), *pairs = [tuple(map(int, row.groups())) for row in found]
    if not (2 <= n <= 10_000 and 1 <= q <= 1000 and len(pairs) == q):
        return False
    return all(s <= n and t <= n and s != t for s, t in pairs)


sys.exit(42 if is_valid(sys.stdin.buffer.read()) else 43)
