# The number of sacks is fixed modulo b/g by an inverse; takes the smallest that leaves no more blocks than there are.
import sys
from math import gcd


def load(a, b, c, most_sacks, most_blocks):
    divisor = gcd(a, b)
    if c % divisor:
        return None
    a, b, c = a // divisor, b // divisor, c // divisor
    least = max(0, -((b * most_blocks - c) // a))
    sacks = least + (c * pow(a, -1, b) - least) % b
    if sacks > most_sacks or a * sacks > c:
        return None
    return sacks, (c - a * sacks) // b


numbers = list(map(int, sys.stdin.read().split()))
for start in range(1, len(numbers), 5):
    found = load(*numbers[start : start + 5])
    print(*found if found else ["impossible"])
