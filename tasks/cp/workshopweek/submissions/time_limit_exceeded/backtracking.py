# Tries the days of each booking, those of busy people first, and takes back what leads nowhere: exponential.
import sys
from collections import Counter


def main():
    words = list(map(int, sys.stdin.read().split()))
    apprentices, masters = words[3::2], words[4::2]
    x_load, y_load = Counter(apprentices), Counter(masters)
    days = max(*x_load.values(), *y_load.values())
    bookings = list(zip(apprentices, masters, strict=True))
    order = sorted(range(len(bookings)), key=lambda i: -max(x_load[bookings[i][0]], y_load[bookings[i][1]]))
    x_busy, y_busy = {x: set() for x in x_load}, {y: set() for y in y_load}
    day_of = [0] * len(bookings)
    at = 0
    while at < len(order):
        i = order[at]
        x, y = bookings[i]
        x_busy[x].discard(day_of[i])
        y_busy[y].discard(day_of[i])
        day = day_of[i] + 1
        while day in x_busy[x] or day in y_busy[y]:
            day += 1
        if day > days:
            day_of[i] = 0
            at -= 1
        else:
            day_of[i] = day
            x_busy[x].add(day)
            y_busy[y].add(day)
            at += 1
    print(days)
    print("\n".join(map(str, day_of)))


main()
