# Counts endings by length, digit before them and sum modulo m; then walks along the digits of the bound.
import sys


def make(step, m):
    """ways[length][digit][rest]: endings of that length that may follow the digit and add rest to the sum, modulo m."""
    ways = [[[1] + [0] * (m - 1) for _ in range(10)]]
    for _ in range(18):
        last = [row[m - digit % m :] + row[: m - digit % m] for digit, row in enumerate(ways[-1])]
        rows = []
        for digit in range(10):
            rows.append([sum(column) for column in zip(*last[max(0, digit - step) : digit + step + 1])])
        ways.append(rows)
    return ways


def below(bound, step, m, ways):
    """Calm and even-handed numbers from 1 to bound - 1."""
    digits = list(map(int, str(bound)))
    total = 0
    for length in range(1, len(digits)):
        total += sum(ways[length - 1][first][-first % m] for first in range(1, 10))
    used, before = 0, None
    for place, digit in enumerate(digits):
        rest = len(digits) - place - 1
        for smaller in range(0 if place else 1, digit):
            if before is None or abs(smaller - before) <= step:
                total += ways[rest][smaller][-(used + smaller) % m]
        if before is not None and abs(digit - before) > step:
            break
        used, before = used + digit, digit
    return total


def main():
    for line in sys.stdin.read().splitlines()[1:]:
        low, high, step, m = map(int, line.split())
        ways = make(step, m)
        print(below(high + 1, step, m, ways) - below(low, step, m, ways))


main()
