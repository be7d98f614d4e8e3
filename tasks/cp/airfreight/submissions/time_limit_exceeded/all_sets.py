# Too slow: goes through all sets of parcels; of each, the heaviest one hangs in the net.
import sys
from itertools import combinations

n, hold, *numbers = map(int, sys.stdin.read().split())
parcels = list(zip(numbers[::2], numbers[1::2]))
best = 0
for count in range(1, n + 1):
    for chosen in combinations(parcels, count):
        weight = sum(parcel[0] for parcel in chosen) - max(chosen)[0]
        if weight <= hold:
            best = max(best, sum(parcel[1] for parcel in chosen))
print(best)
