# Wrong: looks for a jam only where the way ends, not on the way.
import sys


def main():
    numbers = iter(map(int, sys.stdin.buffer.read().split()))
    p, q, s, t, k, m = (next(numbers) for _ in range(6))
    buttons = [(next(numbers) % p, next(numbers) % q) for _ in range(k)]
    jams = {next(numbers) * q + next(numbers) for _ in range(m)}
    presses = [-1] * (p * q)
    presses[0] = 0
    queue = [0]
    for at in queue:
        x, y = divmod(at, q)
        for a, b in buttons:
            to = (x + a) % p * q + (y + b) % q
            if presses[to] < 0:
                presses[to] = presses[at] + 1
                queue.append(to)
    goal = s * q + t
    print(-1 if goal in jams else presses[goal])


main()
