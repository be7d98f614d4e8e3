# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

INPUT = re.compile(rb"([1-6]) ([1-9]\d{0,18})\n([1-9]\d{0,9}(?: [1-9]\d{0,9}){0,5})\n")


def is_valid(data):
    found = INPUT.fullmatch(data)
    if not found:
        return False
    k, most = int(found[1]), int(found[2])
    values = [int(word) for word in found[3].split(b" ")]
    return most <= 10**18 and len(set(values)) == len(values) == k and max(values) <= 10**9 and min(values) <= 20_000


sys.exit(42 if is_valid(sys.stdin.buffer.read()) else 43)
