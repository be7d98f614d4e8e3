# Too slow: makes every calm number up to R, digit by digit, and counts those that are even-handed.
import sys


def grow(number, total, low, high, step, m):
    if number > high:
        return 0
    found = number >= low and total % m == 0
    last = number % 10
    for digit in range(max(0, last - step), min(9, last + step) + 1):
        found += grow(10 * number + digit, total + digit, low, high, step, m)
    return found


for line in sys.stdin.read().splitlines()[1:]:
    low, high, step, m = map(int, line.split())
    print(sum(grow(first, first, low, high, step, m) for first in range(1, 10)))
