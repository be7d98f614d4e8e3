# Takes the state that was improved last, from a stack: exponential on a ladder of detours.
import sys


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
    never = 10**18
    best = [[never] * k for _ in range(n)]
    best[0][0] = 0
    stack = [(0, 0, 0)]
    while stack:
        time, at, tyres = stack.pop()
        if time > best[at][tyres]:
            continue
        reached = [(time + lifts[at], at, other) for other in range(k) if lifts[at] >= 0]
        reached += [
            (time + length * costs[tyres][surface], to, tyres)
            for to, length, surface in roads[at]
            if costs[tyres][surface]
        ]
        for state in reached:
            if state[0] < best[state[1]][state[2]]:
                best[state[1]][state[2]] = state[0]
                stack.append(state)
    answer = min(best[n - 1])
    print(answer if answer < never else "stranded")


main()
