# Shifts the masters by one each day, which suits only bookings that fill a square.
import sys
from collections import Counter


def main():
    words = list(map(int, sys.stdin.read().split()))
    apprentices, masters = words[3::2], words[4::2]
    days = max(*Counter(apprentices).values(), *Counter(masters).values())
    print(days)
    for x, y in zip(apprentices, masters, strict=True):
        print((x + y) % days + 1)


main()
