# Binary search for the length; phrases of one length are told apart by a hash modulo a prime of 61 bits.
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

    def first_start(length):
        """Where the first phrase of a length begins that is played k times; None if none is."""
        power = powers[length]
        values = [(after - before * power) % PRIME for before, after in zip(hashes, hashes[length:], strict=False)]
        often = {value for value, count in Counter(values).items() if count >= k}
        if not often:
            return None
        found, times, free_from, first = None, {}, {}, {}
        for start, value in enumerate(values):
            if value in often and free_from.get(value, 0) <= start:
                free_from[value] = start + length
                count = times[value] = times.get(value, 0) + 1
                if count == 1:
                    first[value] = start
                if count == k and (found is None or first[value] < found):
                    found = first[value]
        return found

    low, high, answer = 0, n // k, None
    while low < high:
        middle = (low + high + 1) // 2
        found = first_start(middle)
        if found is None:
            high = middle - 1
        else:
            low, answer = middle, found
    print(0 if answer is None else f"{low} {answer + 1}")


main()
