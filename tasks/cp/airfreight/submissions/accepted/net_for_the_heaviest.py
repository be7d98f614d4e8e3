# Sorted by weight: of the parcels that fly, the heaviest hangs in the net, and all others come before it.
import sys


def main():
    lines = sys.stdin.read().splitlines()
    n, hold = map(int, lines[0].split())
    parcels = sorted(tuple(map(int, line.split())) for line in lines[1 : n + 1])
    lightest = [0]
    best = 0
    for weight, fee in parcels:
        in_hold = len(lightest) - 1
        while lightest[in_hold] > hold:
            in_hold -= 1
        best = max(best, in_hold + fee)
        longer = lightest + [10**18] * fee
        for total, kept in enumerate(lightest, fee):
            if kept + weight < longer[total]:
                longer[total] = kept + weight
        lightest = longer
    print(best)


main()
