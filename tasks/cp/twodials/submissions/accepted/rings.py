# Rings of equal distance as sets; the numbers of each dial after a press are looked up.
import sys


def main():
    numbers = iter(map(int, sys.stdin.buffer.read().split()))
    p, q, s, t, k, m = (next(numbers) for _ in range(6))
    turns = []
    for _ in range(k):
        a, b = next(numbers), next(numbers)
        turns.append(([(x + a) % p * q for x in range(p)], [(y + b) % q for y in range(q)]))
    is_free = bytearray(b"\1" * (p * q))
    for _ in range(m):
        is_free[next(numbers) * q + next(numbers)] = 0
    goal, ring, presses = s * q + t, [0], 0
    is_free[0] = 0
    while ring:
        if goal in ring:
            print(presses)
            return
        following = []
        for at in ring:
            x, y = divmod(at, q)
            for left, right in turns:
                to = left[x] + right[y]
                if is_free[to]:
                    is_free[to] = 0
                    following.append(to)
        ring = following
        presses += 1
    print(-1)


main()
