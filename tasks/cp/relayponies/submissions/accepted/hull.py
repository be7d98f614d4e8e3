# Lower hull of lines in a queue: slopes fall and places rise, so that each line comes and goes once.
import sys


def main():
    n, pace, drop, gap, weight, z = map(int, sys.stdin.read().split())
    slopes, bases = [0] * n, [0] * n
    first = last = 0  # the hull is slopes[first:last]
    at = best = 0
    for _ in range(n):
        z = (1103515245 * z + 12345) & 0x7FFFFFFF
        distance = 1 + (z >> 12) % gap
        z = (1103515245 * z + 12345) & 0x7FFFFFFF
        saddling = weight * ((z >> 12) % 1000)
        z = (1103515245 * z + 12345) & 0x7FFFFFFF
        pace -= 1 + (z >> 12) % drop
        base = best + saddling - pace * at
        while last - first >= 2:
            s1, b1, s2, b2 = slopes[last - 2], bases[last - 2], slopes[last - 1], bases[last - 1]
            if (base - b1) * (s1 - s2) > (b2 - b1) * (s1 - pace):
                break
            last -= 1
        slopes[last], bases[last] = pace, base
        last += 1
        at += distance
        best = slopes[first] * at + bases[first]
        while last - first >= 2:
            other = slopes[first + 1] * at + bases[first + 1]
            if other > best:
                break
            best = other
            first += 1
    print(best)


main()
