# Wrong: takes the fewest sacks and never asks whether there are enough blocks, nor whether more sacks would help.
import sys
from math import gcd

numbers = list(map(int, sys.stdin.read().split()))
for start in range(1, len(numbers), 5):
    a, b, c, most_sacks, most_blocks = numbers[start : start + 5]
    g = gcd(a, b)
    if c % g:
        print("impossible")
        continue
    sacks = c // g * pow(a // g, -1, b // g) % (b // g)
    if sacks > most_sacks or a * sacks > c or (c - a * sacks) // b > most_blocks:
        print("impossible")
    else:
        print(sacks, (c - a * sacks) // b)
