# Wrong: divides with floating point, which is not exact beyond 2 to the power of 53.
import math
import sys

numbers = list(map(int, sys.stdin.read().split()))
for start in range(1, len(numbers), 5):
    a, b, c, most_sacks, most_blocks = numbers[start : start + 5]
    g = math.gcd(a, b)
    if c % g:
        print("impossible")
        continue
    a, b, c = a // g, b // g, c // g
    least = max(0, math.ceil((c - b * most_blocks) / a))
    sacks = least + (c * pow(a, -1, b) - least) % b
    blocks = (c - a * sacks) // b
    print(f"{sacks} {blocks}" if sacks <= most_sacks and blocks >= 0 else "impossible")
