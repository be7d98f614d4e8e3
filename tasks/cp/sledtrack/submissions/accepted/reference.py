# Breadth-first search over the stops.
from collections import deque

n, f, b = map(int, input().split())
track = input()
came = [""] * n
came[0] = "start"
waiting = deque([0])
while waiting:
    stop = waiting.popleft()
    for move, target in (("P", stop + f), ("W", stop - b)):
        if 0 <= target < n and track[target] == "." and not came[target]:
            came[target] = move
            waiting.append(target)
if came[-1]:
    moves, stop = [], n - 1
    while stop:
        moves.append(came[stop])
        stop += -f if came[stop] == "P" else b
    print("".join(reversed(moves)))
else:
    print("stuck")
