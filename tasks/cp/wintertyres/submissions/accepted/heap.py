# Dijkstra over pairs of junction and tyres, with a heap.
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
    best = [None] * (n * k)
    waiting = [(0, 0)]
    while waiting:
        time, state = heappop(waiting)
        if best[state] is not None:
            continue
        best[state] = time
        at, tyres = divmod(state, k)
        if at == n - 1:
            print(time)
            return
        if lifts[at] >= 0:
            for other in range(at * k, at * k + k):
                if best[other] is None:
                    heappush(waiting, (time + lifts[at], other))
        cost = costs[tyres]
        for to, length, surface in roads[at]:
            if cost[surface] and best[to * k + tyres] is None:
                heappush(waiting, (time + length * cost[surface], to * k + tyres))
    print("stranded")


main()
