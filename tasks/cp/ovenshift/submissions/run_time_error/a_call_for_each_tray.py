# Fails: one call deeper for each tray, which passes the recursion limit.
import heapq
import sys


def bake(ovens, trays):
    minute, made, t, c, r = heapq.heappop(ovens)
    if trays == 1:
        return minute
    made += 1
    heapq.heappush(ovens, (minute + t + (r if made % c == 0 else 0), made, t, c, r))
    return bake(ovens, trays - 1)


numbers = list(map(int, sys.stdin.buffer.read().split()))
waiting = [(t, 0, t, c, r) for t, c, r in zip(numbers[2::3], numbers[3::3], numbers[4::3])]
heapq.heapify(waiting)
print(bake(waiting, numbers[1]))
