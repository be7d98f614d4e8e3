# Finds each common moment by stepping from one flash to the next: as many steps as the period is long.
import math
import sys


def main():
    words = list(map(int, sys.stdin.read().split()))
    n, q = words[:2]
    moment, step, earliest = 0, 1, 0
    for i in range(n):
        period, first = words[2 + 2 * i : 4 + 2 * i]
        earliest = max(earliest, first)
        for _ in range(period // math.gcd(step, period)):
            if (moment - first) % period == 0:
                break
            moment += step
        else:
            print("never")
            return
        step = math.lcm(step, period)
        moment %= step
    for ready in words[2 + 2 * n : 2 + 2 * n + q]:
        start = max(ready, earliest)
        print(moment + max(0, -(-(start - moment) // step)) * step)


main()
