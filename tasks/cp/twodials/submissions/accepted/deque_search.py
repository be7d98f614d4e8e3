# Breadth-first search with a deque; pairs are held as x * q + y.
import sys
from collections import deque


def main():
    numbers = iter(map(int, sys.stdin.buffer.read().split()))
    p, q, s, t, k, m = (next(numbers) for _ in range(6))
    buttons = [(next(numbers) % p, next(numbers) % q) for _ in range(k)]
    presses = [-1] * (p * q)
    for _ in range(m):
        presses[next(numbers) * q + next(numbers)] = -2
    presses[0] = 0
    waiting = deque([0])
    while waiting:
        at = waiting.popleft()
        x, y = divmod(at, q)
        for a, b in buttons:
            to = (x + a) % p * q + (y + b) % q
            if presses[to] == -1:
                presses[to] = presses[at] + 1
                waiting.append(to)
    print(max(-1, presses[s * q + t]))


main()
