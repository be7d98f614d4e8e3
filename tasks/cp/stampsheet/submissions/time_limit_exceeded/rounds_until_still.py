# Too slow: rounds over all remainders until nothing changes any more; each may move one remainder only.
import sys

_, most, *values = map(int, sys.stdin.read().split())
smallest = min(values)
far = 10**19
least = [far] * smallest
least[0] = 0
changed = True
while changed:
    changed = False
    for rest in range(smallest):
        if least[rest] == far:
            continue
        for value in values:
            to = (rest + value) % smallest
            if least[rest] + value < least[to]:
                least[to] = least[rest] + value
                changed = True
print(sum((most - amount) // smallest + 1 for amount in least if amount <= most) - 1)
