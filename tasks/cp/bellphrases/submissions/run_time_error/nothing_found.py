# Takes the minimum over all phrases found, also where there is none: ValueError.
import sys
from collections import Counter

PRIME = 2**61 - 1
BASE = 911_382_323_744_871_947


def main():
    n, k, melody = sys.stdin.read().split()
    n, k = int(n), int(k)
    hashes, powers = [0], [1]
    for letter in melody.encode():
        hashes.append((hashes[-1] * BASE + letter) % PRIME)
        powers.append(powers[-1] * BASE % PRIME)

    def starts(length):
        """Where the phrases of a length that are played k times begin for the first time."""
        power = powers[length]
        values = [(after - before * power) % PRIME for before, after in zip(hashes, hashes[length:], strict=False)]
        often = {value for value, count in Counter(values).items() if count >= k}
        times, free_from, first = {}, {}, {}
        for start, value in enumerate(values):
            if value in often and free_from.get(value, 0) <= start:
                first.setdefault(value, start)
                free_from[value] = start + length
                times[value] = times.get(value, 0) + 1
        return [first[value] for value, count in times.items() if count >= k]

    low, high = 1, n // k
    while low < high:
        middle = (low + high + 1) // 2
        if starts(middle):
            low = middle
        else:
            high = middle - 1
    print(low, min(starts(low)) + 1)


main()
