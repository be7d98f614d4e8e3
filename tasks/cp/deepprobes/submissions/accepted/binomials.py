# With d dives and p probes, C(d,1) + ... + C(d,p) marks can be told apart; the first dive leaves d-1 and p-1 above it.
from math import comb


def reach(dives, probes):
    return sum(comb(dives, used) for used in range(1, min(dives, probes) + 1))


n, probes, dives = map(int, input().split())
low, high = 0, n
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
