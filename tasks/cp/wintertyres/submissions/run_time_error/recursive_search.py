# First looks recursively whether the van can arrive: RecursionError on long ways.
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
    seen = set()

    def look(at, tyres):
        if (at, tyres) in seen:
            return
        seen.add((at, tyres))
        if lifts[at] >= 0:
            for other in range(k):
                look(at, other)
        for to, _, surface in roads[at]:
            if costs[tyres][surface]:
                look(to, tyres)

    look(0, 0)
    if not any((n - 1, tyres) in seen for tyres in range(k)):
        print("stranded")
        return
    best = {}
    waiting = [(0, 0, 0)]
    while True:
        time, at, tyres = heappop(waiting)
        if (at, tyres) in best:
            continue
        best[at, tyres] = time
        if at == n - 1:
            print(time)
            return
        if lifts[at] >= 0:
            for other in range(k):
                heappush(waiting, (time + lifts[at], at, other))
        for to, length, surface in roads[at]:
            if costs[tyres][surface]:
                heappush(waiting, (time + length * costs[tyres][surface], to, tyres))


main()
