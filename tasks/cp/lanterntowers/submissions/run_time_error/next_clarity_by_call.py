# Fails: goes on to the next lower clarity by a call, which passes the recursion limit when there are many towers.
import sys


def join_from(clarity, n, above, size, joined):
    if clarity == 0:
        return
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
    join_from(clarity - 1, n, above, size, joined)


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    n = numbers[0]
    above, size, joined = list(range(n + 1)), [1] * (n + 1), [0] * (n + 1)
    join_from(n // 2, n, above, size, joined)
    for s, t in zip(numbers[2::2], numbers[3::2]):
        clarity = n
        while s != t:
            if above[t] == t or (above[s] != s and joined[s] >= joined[t]):
                clarity, s = joined[s], above[s]
            else:
                clarity, t = joined[t], above[t]
        print(clarity)


main()
