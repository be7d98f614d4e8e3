# Joins the multiples of n/2, ..., 2, 1 in this order, smaller set below larger, and climbs from both towers of a pair.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    n = numbers[0]
    above = list(range(n + 1))
    size = [1] * (n + 1)
    joined = [0] * (n + 1)
    for clarity in range(n // 2, 0, -1):
        a = clarity
        while above[a] != a:
            a = above[a]
        for b in range(2 * clarity, n + 1, clarity):
            while above[b] != b:
                b = above[b]
            if a != b:
                if size[a] < size[b]:
                    a, b = b, a
                above[b] = a
                size[a] += size[b]
                joined[b] = clarity
    for s, t in zip(numbers[2::2], numbers[3::2]):
        clarity = n
        while s != t:
            if above[t] == t or (above[s] != s and joined[s] >= joined[t]):
                clarity, s = joined[s], above[s]
            else:
                clarity, t = joined[t], above[t]
        print(clarity)


main()
