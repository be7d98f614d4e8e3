# Fails: takes the best of the sums that fit without the empty hold among them; there may be none, and max() raises.
import sys


def main():
    n, hold, *numbers = map(int, sys.stdin.buffer.read().split())
    far = 10**18
    parcels = sorted(zip(numbers[::2], numbers[1::2]))
    lightest, best = [0], 0
    for place, (weight, fee) in enumerate(parcels):
        if place:
            best = max(best, fee + max(total for total, kept in enumerate(lightest) if 0 < total and kept <= hold))
        else:
            best = fee
        gap = [far] * fee
        lightest = [min(pair) for pair in zip(lightest + gap, gap + [kept + weight for kept in lightest])]
    print(best)


main()
