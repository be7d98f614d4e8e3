# Too slow: walks from the most blocks that can be used down to none.
import sys
from math import gcd

numbers = list(map(int, sys.stdin.read().split()))
for start in range(1, len(numbers), 5):
    a, b, c, most_sacks, most_blocks = numbers[start : start + 5]
    blocks = min(most_blocks, c // b)
    last = max(0, blocks - a // gcd(a, b))
    while blocks >= last:
        sacks, rest = divmod(c - b * blocks, a)
        if rest == 0 and sacks <= most_sacks:
            print(sacks, blocks)
            break
        blocks -= 1
    else:
        print("impossible")
