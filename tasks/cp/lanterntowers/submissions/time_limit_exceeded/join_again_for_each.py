# Too slow: joins the towers anew for each pair until its two are together.
import sys


def clarity_of(n, s, t):
    above = list(range(n + 1))
    for clarity in range(n // 2, 0, -1):
        a = clarity
        while above[a] != a:
            above[a] = a = above[above[a]]
        for b in range(2 * clarity, n + 1, clarity):
            while above[b] != b:
                above[b] = b = above[above[b]]
            above[b] = a
        a, b = s, t
        while above[a] != a:
            a = above[a]
        while above[b] != b:
            b = above[b]
        if a == b:
            return clarity
    return 0


numbers = list(map(int, sys.stdin.buffer.read().split()))
for s, t in zip(numbers[2::2], numbers[3::2]):
    print(clarity_of(numbers[0], s, t))
