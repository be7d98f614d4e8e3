# Wrong: reckons with the mean speed of each oven in floating point and rounds up at the end.
import math
import sys

numbers = list(map(int, sys.stdin.buffer.read().split()))
k = numbers[1]
speed = sum(c / (c * t + r) for t, c, r in zip(numbers[2::3], numbers[3::3], numbers[4::3]))
print(math.ceil(k / speed))
