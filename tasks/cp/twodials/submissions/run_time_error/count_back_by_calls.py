# Fails: counts the presses by a call for each of them, which passes the recursion limit on long ways.
import sys
from collections import deque


def main():
    numbers = iter(map(int, sys.stdin.buffer.read().split()))
    p, q, s, t, k, m = (next(numbers) for _ in range(6))
    buttons = [(next(numbers) % p, next(numbers) % q) for _ in range(k)]
    before = [-1] * (p * q)
    for _ in range(m):
        before[next(numbers) * q + next(numbers)] = -2
    before[0] = 0
    waiting = deque([0])
    while waiting:
        at = waiting.popleft()
        x, y = divmod(at, q)
        for a, b in buttons:
            to = (x + a) % p * q + (y + b) % q
            if before[to] == -1:
                before[to] = at
                waiting.append(to)

    def count(at):
        return 0 if at == 0 else 1 + count(before[at])

    goal = s * q + t
    print(count(goal) if before[goal] >= 0 else -1)


main()
