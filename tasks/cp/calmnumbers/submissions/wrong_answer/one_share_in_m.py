# Wrong: counts the calm numbers and takes it that every m-th of them is even-handed.
import sys


def up_to(bound, step):
    digits = list(map(int, str(bound)))
    ways = [[1] * 10]
    for _ in range(18):
        ways.append([sum(ways[-1][max(0, digit - step) : digit + step + 1]) for digit in range(10)])
    total = sum(ways[length][first] for length in range(len(digits) - 1) for first in range(1, 10))
    for place, digit in enumerate(digits):
        for smaller in range(0 if place else 1, digit):
            if place == 0 or abs(smaller - digits[place - 1]) <= step:
                total += ways[len(digits) - place - 1][smaller]
        if place and abs(digit - digits[place - 1]) > step:
            return total
    return total + (bound > 0)


for line in sys.stdin.read().splitlines()[1:]:
    low, high, step, m = map(int, line.split())
    print((up_to(high, step) - up_to(low - 1, step)) // m)
