# Wrong: pushes whenever that is possible and uses the winch only otherwise.
n, f, b = map(int, input().split())
track = input()
stop, moves, seen = 0, "", set()
while stop != n - 1 and stop not in seen:
    seen.add(stop)
    if stop + f < n and track[stop + f] == ".":
        stop += f
        moves += "P"
    elif stop >= b and track[stop - b] == ".":
        stop -= b
        moves += "W"
print(moves if stop == n - 1 else "stuck")
