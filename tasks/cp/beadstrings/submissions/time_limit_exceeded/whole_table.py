# Works out the Grundy number of every length up to the longest string: quadratic, and that is very long.
import sys


def main():
    games = [list(map(int, line.split()))[1:] for line in sys.stdin.read().splitlines()[1:]]
    table = [0]
    for length in range(1, max(map(max, games)) + 1):
        reached = {0} if length in (2, 3) else set()
        for cut in (2, 3):
            rest = length - cut
            reached |= {table[left] ^ table[rest - left] for left in range(1, rest // 2 + 1)}
        table.append(next(worth for worth in range(64) if worth not in reached))
    for lengths in games:
        total = 0
        for length in lengths:
            total ^= table[length]
        print("Ines" if total else "Tomas")


main()
