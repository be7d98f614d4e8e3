# Grundy numbers by recursion, with a memory: RecursionError for long strings.
import sys
from functools import cache


@cache
def worth(length):
    reached = {0} if length in (2, 3) else set()
    for cut in (2, 3):
        # From the long pieces down, as a cut near the end comes to mind first.
        reached |= {worth(length - cut - right) ^ worth(right) for right in range(1, (length - cut) // 2 + 1)}
    return next(value for value in range(64) if value not in reached)


def main():
    for line in sys.stdin.read().splitlines()[1:]:
        total = 0
        for length in map(int, line.split()[1:]):
            total ^= worth(length)
        print("Ines" if total else "Tomas")


main()
