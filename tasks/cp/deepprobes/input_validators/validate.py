# Checks an input file: one line "n k q D"; exits with 42 if it is as it should be, else with 43.
# D is the crush mark, or -1 where the interactor picks the reply that leaves more work.
import re
import sys

MAX_N, MIN_K, MAX_K = 10**6, 2, 20


def marks(dives, probes):
    """How many marks can be told apart with so many dives and probes."""
    total, ways = 0, 1
    for used in range(1, min(dives, probes) + 1):
        ways = ways * (dives - used + 1) // used
        total += ways
    return total


def is_valid(data):
    found = re.fullmatch(rb"([1-9]\d{0,6}) ([1-9]\d{0,6}) ([1-9]\d{0,6}) (-1|0|[1-9]\d{0,6})\n", data)
    if not found:
        return False
    n, k, q, crush = map(int, found.groups())
    if not (n <= MAX_N and MIN_K <= k <= MAX_K and crush <= n):
        return False
    return marks(q - 1, k) < n <= marks(q, k)


sys.exit(42 if is_valid(sys.stdin.buffer.read()) else 43)
