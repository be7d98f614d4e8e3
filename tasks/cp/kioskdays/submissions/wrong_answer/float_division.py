# Wrong: divides in floating point, which is too coarse for large days.
from math import lcm

p, q, a, b = map(int, input().split())
print(sum(sign * (int(b / n) - int((a - 1) / n)) for sign, n in ((1, p), (1, q), (-2, lcm(p, q)))))
