# Wrong: takes it for granted that the first mark is safe, so D = 0 is answered with 1.
from math import comb


def reach(dives, probes):
    return sum(comb(dives, used) for used in range(1, min(dives, probes) + 1))


n, probes, dives = map(int, input().split())
low, high = 1, n
while low < high:
    dives -= 1
    mark = min(high, low + reach(dives, probes - 1) + 1)
    print("?", mark, flush=True)
    if input() == "safe":
        low = mark
    else:
        high = mark - 1
        probes -= 1
print("!", low, flush=True)
