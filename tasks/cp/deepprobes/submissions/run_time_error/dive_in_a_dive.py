# Fails: one call deeper for every dive, which passes the recursion limit when there are more than 1000 dives.
from math import comb


def reach(dives, probes):
    return sum(comb(dives, used) for used in range(1, min(dives, probes) + 1))


def search(low, high, dives, probes):
    if low == high:
        return low
    mark = min(high, low + reach(dives - 1, probes - 1) + 1)
    print("?", mark, flush=True)
    if input() == "safe":
        return search(mark, high, dives - 1, probes)
    return search(low, mark - 1, dives - 1, probes - 1)


n, probes, dives = map(int, input().split())
print("!", search(0, n, dives, probes), flush=True)
