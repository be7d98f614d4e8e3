# Takes roads for one-way roads.
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
        if lifts[at] >= 0:
            for other in range(k):
                heappush(waiting, (time + lifts[at], at, other))
        for to, length, surface in roads[at]:
            if costs[tyres][surface]:
                heappush(waiting, (time + length * costs[tyres][surface], to, tyres))
    print("stranded")


main()
