# Wrong: sends every message directly.
import math
import sys

numbers = list(map(int, sys.stdin.read().split()))
for s, t in zip(numbers[2::2], numbers[3::2]):
    print(math.gcd(s, t))
