# Adds the values one by one: each steps round the remainders in circles, and twice round each circle is enough.
import sys
from math import gcd

_, most, *values = map(int, sys.stdin.read().split())
smallest = min(values)
far = 10**19
least = [far] * smallest
least[0] = 0
for value in values:
    if value == smallest:
        continue
    step = value % smallest
    for start in range(gcd(value, smallest)):
        at, amount = start, least[start]
        for _ in range(2 * (smallest // gcd(value, smallest))):
            at += step
            if at >= smallest:
                at -= smallest
            amount += value
            if amount > least[at]:
                amount = least[at]
            else:
                least[at] = amount
print(sum((most - amount) // smallest + 1 for amount in least if amount <= most) - 1)
