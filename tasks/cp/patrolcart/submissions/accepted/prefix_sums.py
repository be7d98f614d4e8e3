# Prefix sums of time and distance over one lap; the stretch in which the shift ends is found by bisection.
from bisect import bisect_right
from itertools import accumulate

n, t = map(int, input().split())
loop = [tuple(map(int, input().split())) for _ in range(n)]
ends = [0, *accumulate(d for d, _ in loop)]
driven = [0, *accumulate(d * v / 60 for d, v in loop)]
laps, rest = divmod(t, ends[-1])
i = bisect_right(ends, rest) - 1
print(repr(laps * driven[-1] + driven[i] + (rest - ends[i]) * loop[i][1] / 60))
