# Shortest paths over the remainders by the smallest value, with a heap.
import sys
from heapq import heappop, heappush


def main():
    _, most, *values = map(int, sys.stdin.read().split())
    smallest = min(values)
    values.remove(smallest)
    least = {0: 0}
    heap = [0]
    done = set()
    while heap:
        amount = heappop(heap)
        rest = amount % smallest
        if rest in done:
            continue
        done.add(rest)
        for value in values:
            new = amount + value
            to = new % smallest
            if to not in least or new < least[to]:
                least[to] = new
                heappush(heap, new)
    print(sum((most - amount) // smallest + 1 for amount in least.values() if amount <= most) - 1)


main()
