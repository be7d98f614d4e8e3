# Wrong: hangs up the parcel that pays most and then loads by fee per gram as long as parcels fit.
import sys

n, hold, *numbers = map(int, sys.stdin.read().split())
parcels = sorted(zip(numbers[::2], numbers[1::2]), key=lambda parcel: (parcel[1], parcel[0]))
earned = parcels.pop()[1]
for weight, fee in sorted(parcels, key=lambda parcel: parcel[0] / parcel[1]):
    if weight <= hold:
        hold -= weight
        earned += fee
print(earned)
