# Wrong: day a itself is not counted.
from math import lcm

p, q, a, b = map(int, input().split())
both = lcm(p, q)
print(b // p - a // p + b // q - a // q - 2 * (b // both - a // both))
