# Too slow: hangs each parcel in the net in turn and fills the hold with the others from scratch.
import sys


def main():
    n, hold, *numbers = map(int, sys.stdin.buffer.read().split())
    parcels = list(zip(numbers[::2], numbers[1::2]))
    most = 100 * n
    best = 0
    for net in range(n):
        lightest = [0] + [10**18] * most
        for weight, fee in parcels[:net] + parcels[net + 1 :]:
            for total in range(most, fee - 1, -1):
                kept = lightest[total - fee] + weight
                if kept < lightest[total]:
                    lightest[total] = kept
        in_hold = max(total for total, kept in enumerate(lightest) if kept <= hold)
        best = max(best, in_hold + parcels[net][1])
    print(best)


main()
