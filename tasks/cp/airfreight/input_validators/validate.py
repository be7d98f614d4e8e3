# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

NUMBER = rb"(0|[1-9]\d{0,14})"
PAIR = re.compile(NUMBER + rb" " + NUMBER)


def is_valid(data):
    lines = data.split(b"\n")
    if lines.pop() != b"":
        return False
    found = [PAIR.fullmatch(line) for line in lines]
    if not found or not all(found):
        return False
    (n, hold), *parcels = [tuple(map(int, row.groups())) for row in found]
    if not (1 <= n <= 100 and hold <= 10**14 and len(parcels) == n):
        return False
    return all(1 <= weight <= 10**12 and 1 <= fee <= 100 for weight, fee in parcels)


sys.exit(42 if is_valid(sys.stdin.buffer.read()) else 43)
