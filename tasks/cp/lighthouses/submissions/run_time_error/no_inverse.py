# Builds an inverse that does not exist where periods have a common divisor: ValueError.
import sys


def main():
    words = list(map(int, sys.stdin.read().split()))
    n, q = words[:2]
    moment, step, earliest = 0, 1, 0
    for i in range(n):
        period, first = words[2 + 2 * i : 4 + 2 * i]
        earliest = max(earliest, first)
        moment += step * ((first - moment) * pow(step, -1, period) % period)
        step *= period
    for ready in words[2 + 2 * n : 2 + 2 * n + q]:
        start = max(ready, earliest)
        print(moment + max(0, -(-(start - moment) // step)) * step)


main()
