# Takes the product of the periods for the time between two meetings, also where they have a common divisor.
import math
import sys


def main():
    words = list(map(int, sys.stdin.read().split()))
    n, q = words[:2]
    moment, step, between, earliest = 0, 1, 1, 0
    for i in range(n):
        period, first = words[2 + 2 * i : 4 + 2 * i]
        earliest = max(earliest, first)
        common = math.gcd(step, period)
        if (first - moment) % common:
            print("never")
            return
        part = period // common
        moment += step * ((first - moment) // common * pow(step // common, -1, part) % part)
        step *= part
        between *= period
    for ready in words[2 + 2 * n : 2 + 2 * n + q]:
        start = max(ready, earliest)
        print(moment + max(0, -(-(start - moment) // between)) * between)


main()
