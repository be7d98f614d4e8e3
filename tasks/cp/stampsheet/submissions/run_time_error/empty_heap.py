# Fails: goes on until every remainder has been reached; with a common divisor some never are, and the heap runs empty.
import sys
from heapq import heappop, heappush

_, most, *values = map(int, sys.stdin.read().split())
smallest = min(values)
least = {}
heap = [0]
while len(least) < smallest:
    amount = heappop(heap)
    rest = amount % smallest
    if rest in least:
        continue
    least[rest] = amount
    for value in values:
        if (amount + value) % smallest not in least:
            heappush(heap, amount + value)
print(sum((most - amount) // smallest + 1 for amount in least.values() if amount <= most) - 1)
