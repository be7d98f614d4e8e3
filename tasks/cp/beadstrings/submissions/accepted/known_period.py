# Knows that the Grundy numbers repeat after 148 from 259 on, so that 407 of them are enough.
import sys

START, PERIOD = 259, 148


def main():
    table = [0, 0]
    for length in range(2, START + PERIOD):
        masks = 1 if length < 4 else 0
        for cut in (2, 3):
            for left in range(1, (length - cut) // 2 + 1):
                masks |= 1 << (table[left] ^ table[length - cut - left])
        # The lowest bit that is not set.
        table.append((~masks & (masks + 1)).bit_length() - 1)
    for line in sys.stdin.read().splitlines()[1:]:
        total = 0
        for length in map(int, line.split()[1:]):
            total ^= table[length if length < START else START + (length - START) % PERIOD]
        print("Ines" if total else "Tomas")


main()
