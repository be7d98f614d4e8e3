# Goes round by round: all stops that are reached with one more move.
def rounds(n, f, b, track):
    before = {0: None}
    front = [0]
    while front and n - 1 not in before:
        following = []
        for stop in front:
            for target in (stop - b, stop + f):
                if target in before or not 0 <= target < n or track[target] == "#":
                    continue
                before[target] = stop
                following.append(target)
        front = following
    return before


n, f, b = map(int, input().split())
before = rounds(n, f, b, input())
stop, moves = n - 1, ""
while before.get(stop) is not None:
    moves = ("P" if before[stop] < stop else "W") + moves
    stop = before[stop]
print(moves or "stuck")
