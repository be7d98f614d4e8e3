# Binary search for all pairs at once: each sweep joins the towers anew and asks every pair at its own middle.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    n = numbers[0]
    pairs = list(zip(numbers[2::2], numbers[3::2]))
    links = [[] for _ in range(n + 1)]
    above = list(range(n + 1))
    for clarity in range(n // 2, 0, -1):
        a = clarity
        while above[a] != a:
            above[a] = a = above[above[a]]
        for tower in range(2 * clarity, n + 1, clarity):
            b = tower
            while above[b] != b:
                above[b] = b = above[above[b]]
            if a != b:
                above[b] = a
                links[clarity].append(tower)
    low, high = [1] * len(pairs), [n // 2 + 1] * len(pairs)
    while True:
        asked = {}
        for i in range(len(pairs)):
            if high[i] - low[i] > 1:
                asked.setdefault((low[i] + high[i]) // 2, []).append(i)
        if not asked:
            break
        above = list(range(n + 1))
        for clarity in range(n // 2, 1, -1):
            for tower in links[clarity]:
                a, b = clarity, tower
                while above[a] != a:
                    above[a] = a = above[above[a]]
                while above[b] != b:
                    above[b] = b = above[above[b]]
                above[b] = a
            for i in asked.get(clarity, ()):
                a, b = pairs[i]
                while above[a] != a:
                    a = above[a]
                while above[b] != b:
                    b = above[b]
                if a == b:
                    low[i] = clarity
                else:
                    high[i] = clarity
    print("\n".join(map(str, low)))


main()
