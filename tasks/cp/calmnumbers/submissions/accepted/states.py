# Reads both bounds from the left and keeps how many prefixes there are for each last digit and sum; no recursion.
import sys


def up_to(bound, step, m):
    """Calm and even-handed numbers from 1 to the bound."""
    if bound == 0:
        return 0
    digits = list(map(int, str(bound)))
    free = {}
    edge = (digits[0], digits[0] % m)
    for first in range(1, digits[0]):
        free[first, first % m] = free.get((first, first % m), 0) + 1
    for top in digits[1:]:
        following = {}
        for (last, rest), count in free.items():
            for digit in range(max(0, last - step), min(9, last + step) + 1):
                key = digit, (rest + digit) % m
                following[key] = following.get(key, 0) + count
        for first in range(1, 10):
            key = first, first % m
            following[key] = following.get(key, 0) + 1
        if edge:
            last, rest = edge
            for digit in range(max(0, last - step), min(top - 1, last + step) + 1):
                key = digit, (rest + digit) % m
                following[key] = following.get(key, 0) + 1
            edge = (top, (rest + top) % m) if abs(top - last) <= step else None
        free = following
    total = sum(count for (_, rest), count in free.items() if rest == 0)
    return total + (edge is not None and edge[1] == 0)


for line in sys.stdin.read().splitlines()[1:]:
    low, high, step, m = map(int, line.split())
    print(up_to(high, step, m) - up_to(low - 1, step, m))
