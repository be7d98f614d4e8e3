# Too slow: goes through all mixtures in which no kind is used as often as the smallest value.
import sys


def mix(values, amount, smallest, least):
    if not values:
        rest = amount % smallest
        least[rest] = min(least.get(rest, amount), amount)
        return
    for count in range(smallest):
        mix(values[1:], amount + count * values[0], smallest, least)


_, most, *values = map(int, sys.stdin.read().split())
smallest = min(values)
values.remove(smallest)
if most < smallest:
    print(0)
else:
    least = {}
    mix([value for value in values if value <= most], 0, smallest, least)
    print(sum((most - amount) // smallest + 1 for amount in least.values() if amount <= most) - 1)
