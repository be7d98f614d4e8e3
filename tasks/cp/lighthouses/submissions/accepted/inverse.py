# Merges two congruences at a time; the common divisor is taken out before the inverse is built.
import math
import sys


def main():
    words = list(map(int, sys.stdin.read().split()))
    n, q = words[:2]
    moment, step, earliest = 0, 1, 0
    for i in range(n):
        period, first = words[2 + 2 * i : 4 + 2 * i]
        earliest = max(earliest, first)
        common = math.gcd(step, period)
        if (first - moment) % common:
            print("never")
            return
        part = period // common
        times = (first - moment) // common * pow(step // common, -1, part) % part
        moment += step * times
        step *= part
    for ready in words[2 + 2 * n : 2 + 2 * n + q]:
        start = max(ready, earliest)
        print(moment + max(0, -(-(start - moment) // step)) * step)


main()
