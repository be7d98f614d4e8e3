# Lets ships enter before some lighthouse has flashed for the first time.
import math
import sys


def main():
    words = list(map(int, sys.stdin.read().split()))
    n, q = words[:2]
    moment, step = 0, 1
    for i in range(n):
        period, first = words[2 + 2 * i : 4 + 2 * i]
        common = math.gcd(step, period)
        if (first - moment) % common:
            print("never")
            return
        part = period // common
        moment += step * ((first - moment) // common * pow(step // common, -1, part) % part)
        step *= part
    for ready in words[2 + 2 * n : 2 + 2 * n + q]:
        print(moment + max(0, -(-(ready - moment) // step)) * step)


main()
