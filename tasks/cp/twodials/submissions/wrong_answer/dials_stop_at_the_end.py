# Wrong: dials that would go past their last number or below 0 are not turned at all.
import sys
from collections import deque


def main():
    numbers = iter(map(int, sys.stdin.buffer.read().split()))
    p, q, s, t, k, m = (next(numbers) for _ in range(6))
    buttons = [(next(numbers), next(numbers)) for _ in range(k)]
    jams = {(next(numbers), next(numbers)) for _ in range(m)}
    presses = {(0, 0): 0}
    waiting = deque([(0, 0)])
    while waiting:
        x, y = waiting.popleft()
        for a, b in buttons:
            to = x + a, y + b
            if 0 <= to[0] < p and 0 <= to[1] < q and to not in jams and to not in presses:
                presses[to] = presses[x, y] + 1
                waiting.append(to)
    print(presses.get((s, t), -1))


main()
