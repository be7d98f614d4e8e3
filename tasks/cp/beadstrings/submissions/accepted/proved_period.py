# Extends the table until a period has lasted long enough to last for ever (true of every such taking game).
import sys


def extend(table):
    length = len(table)
    reached = {0} if length in (2, 3) else set()
    for cut in (2, 3):
        rest = length - cut
        reached |= {table[left] ^ table[rest - left] for left in range(1, rest // 2 + 1)}
    worth = 0
    while worth in reached:
        worth += 1
    table.append(worth)


def proved(table):
    """(start, period) if the table repeats from start up to twice start plus period plus the largest cut."""
    for period in range(1, len(table) // 2):
        start = len(table) - period
        while start > 0 and table[start - 1] == table[start - 1 + period]:
            start -= 1
        if len(table) > 2 * start + 2 * period + 3:
            return start, period
    return None


def main():
    lines = [list(map(int, line.split())) for line in sys.stdin.read().splitlines()[1:]]
    table = [0]
    while True:
        for _ in range(len(table)):
            extend(table)
        if found := proved(table):
            break
    start, period = found
    for _, *lengths in lines:
        total = 0
        for length in lengths:
            total ^= table[length if length < len(table) else start + (length - start) % period]
        print("Ines" if total else "Tomas")


main()
