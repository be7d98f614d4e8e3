# Swaps days along a path recursively: RecursionError on long paths.
import sys
from itertools import count


def main():
    words = list(map(int, sys.stdin.read().split()))
    a, b, m = words[:3]
    # Masters are numbered after the apprentices; busy[person][day] is the booking of that day.
    ends = [(words[i] - 1, a + words[i + 1] - 1) for i in range(3, 3 + 2 * m, 2)]
    busy = [{} for _ in range(a + b)]
    load = [0] * (a + b)
    for x, y in ends:
        load[x] += 1
        load[y] += 1
    day_of = [0] * m

    def swap(person, day, other_day):
        """Moves the booking of a person's day to the other day, which then is free at both ends."""
        booking = busy[person].pop(day)
        partner = ends[booking][0] + ends[booking][1] - person
        del busy[partner][day]
        if other_day in busy[partner]:
            swap(partner, other_day, day)
        day_of[booking] = other_day
        busy[person][other_day] = busy[partner][other_day] = booking

    for booking, (x, y) in enumerate(ends):
        x_day = next(day for day in count(1) if day not in busy[x])
        y_day = next(day for day in count(1) if day not in busy[y])
        if x_day in busy[y]:
            swap(y, x_day, y_day)
        day_of[booking] = x_day
        busy[x][x_day] = busy[y][x_day] = booking
    print(max(load))
    print("\n".join(map(str, day_of)))


main()
