# Too slow: fills the table of n marks by k probes, with a binary search for the best first mark in every entry.
from array import array

n, probes, dives = map(int, input().split())
need = [array("i", [0] * (n + 1)), array("i", range(n + 1))]
first = [array("i", [0] * (n + 1)), array("i", [1] * (n + 1))]
for _ in range(2, probes + 1):
    above, below = need[-1], array("i", [0])
    start = array("i", [0])
    for count in range(1, n + 1):
        low, high = 1, count
        while low < high:
            middle = (low + high + 1) // 2
            if above[middle - 1] <= below[count - middle]:
                low = middle
            else:
                high = middle - 1
        best = low
        if low < count and max(above[low], below[count - low - 1]) < max(above[low - 1], below[count - low]):
            best = low + 1
        start.append(best)
        below.append(1 + max(above[best - 1], below[count - best]))
    need.append(below)
    first.append(start)
low, high = 0, n
while low < high:
    mark = low + first[probes][high - low]
    print("?", mark, flush=True)
    if input() == "safe":
        low = mark
    else:
        high = mark - 1
        probes -= 1
print("!", low, flush=True)
