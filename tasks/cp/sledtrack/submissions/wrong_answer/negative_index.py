# Wrong: a negative index counts from the end of the list, so the winch pulls the sled round to the far end.
from collections import deque

n, f, b = map(int, input().split())
track = input()
way = {0: (None, "")}
waiting = deque([0])
while waiting:
    stop = waiting.popleft()
    for move, target in (("P", stop + f), ("W", stop - b)):
        if target < n and track[target] == "." and target % n not in way:
            way[target % n] = (stop, move)
            waiting.append(target % n)
moves, stop = [], n - 1
while stop in way and stop != 0:
    stop, move = way[stop]
    moves.append(move)
print("".join(reversed(moves)) or "stuck")
