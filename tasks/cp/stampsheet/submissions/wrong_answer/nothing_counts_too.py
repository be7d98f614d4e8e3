# Wrong: counts the amount 0, which is paid with no stamp, as one of the amounts.
import sys
from heapq import heappop, heappush

_, most, *values = map(int, sys.stdin.read().split())
smallest = min(values)
least = {}
heap = [0]
while heap:
    amount = heappop(heap)
    rest = amount % smallest
    if rest in least:
        continue
    least[rest] = amount
    for value in values:
        if (amount + value) % smallest not in least:
            heappush(heap, amount + value)
print(sum((most - amount) // smallest + 1 for amount in least.values() if amount <= most))
