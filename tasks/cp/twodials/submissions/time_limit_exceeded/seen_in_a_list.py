# Too slow: keeps the pairs that were seen in a list and searches it for each new one.
import sys


def main():
    numbers = iter(map(int, sys.stdin.buffer.read().split()))
    p, q, s, t, k, m = (next(numbers) for _ in range(6))
    buttons = [(next(numbers), next(numbers)) for _ in range(k)]
    jams = [(next(numbers), next(numbers)) for _ in range(m)]
    seen = [(0, 0)]
    presses = [0]
    for at in range(p * q):
        if at == len(seen):
            break
        x, y = seen[at]
        for a, b in buttons:
            to = ((x + a) % p, (y + b) % q)
            if to not in seen and to not in jams:
                seen.append(to)
                presses.append(presses[at] + 1)
    print(presses[seen.index((s, t))] if (s, t) in seen else -1)


main()
