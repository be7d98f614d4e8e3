# Allows to cut beads off the end of a string, too.
import sys


def main():
    table = [0]
    for length in range(1, 700):
        reached = set()
        for cut in (2, 3):
            reached |= {table[left] ^ table[length - cut - left] for left in range((length - cut) // 2 + 1)}
        table.append(next(worth for worth in range(64) if worth not in reached))
    start, period = 142, 24
    for line in sys.stdin.read().splitlines()[1:]:
        total = 0
        for length in map(int, line.split()[1:]):
            total ^= table[length if length < start else start + (length - start) % period]
        print("Ines" if total else "Tomas")


main()
