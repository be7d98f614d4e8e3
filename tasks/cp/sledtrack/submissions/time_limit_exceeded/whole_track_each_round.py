# Too slow: looks through the whole track for the stops of each round.
n, f, b = map(int, input().split())
track = input()
moves_to = [None] * n
way = [""] * n
moves_to[0] = 0
for count in range(n):
    changed = False
    for stop in range(n):
        if moves_to[stop] != count:
            continue
        for move, target in (("P", stop + f), ("W", stop - b)):
            if 0 <= target < n and track[target] == "." and moves_to[target] is None:
                moves_to[target] = count + 1
                way[target] = move
                changed = True
    if not changed:
        break
stop, moves = n - 1, []
while stop and way[stop]:
    moves.append(way[stop])
    stop += -f if way[stop] == "P" else b
print("".join(reversed(moves)) or "stuck")
