# Changes tyres only on arriving at a junction by road, so never at the start.
import sys
from heapq import heappop, heappush


def main():
    words = iter(map(int, sys.stdin.read().split()))
    n, m, k = next(words), next(words), next(words)
    costs = [[next(words) for _ in range(k)] for _ in range(k)]
    lifts = [next(words) for _ in range(n)]
    roads = [[] for _ in range(n)]
    for _ in range(m):
        u, v, length, surface = next(words) - 1, next(words) - 1, next(words), next(words) - 1
        roads[u].append((v, length, surface))
        roads[v].append((u, length, surface))
    best = {}
    waiting = [(0, 0, 0)]
    while waiting:
        time, at, tyres = heappop(waiting)
        if (at, tyres) in best:
            continue
        best[at, tyres] = time
        if at == n - 1:
            print(time)
            return
        for to, length, surface in roads[at]:
            cost = costs[tyres][surface]
            if not cost:
                continue
            time_there = time + length * cost
            heappush(waiting, (time_there, to, tyres))
            if lifts[to] >= 0:
                for other in range(k):
                    heappush(waiting, (time_there + lifts[to], to, other))
    print("stranded")


main()
