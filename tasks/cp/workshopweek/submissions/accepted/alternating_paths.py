# Gives each booking a day that its apprentice has free; where the master has not, swaps two days along a path.
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
    for booking, (x, y) in enumerate(ends):
        x_day = next(day for day in count(1) if day not in busy[x])
        y_day = next(day for day in count(1) if day not in busy[y])
        # Along this path from the master days x_day and y_day take turns; it cannot end at the apprentice.
        path, person, day = [], y, x_day
        while day in busy[person]:
            other = busy[person][day]
            path.append(other)
            person = ends[other][0] + ends[other][1] - person
            day = x_day + y_day - day
        for other in path:
            for end in ends[other]:
                del busy[end][day_of[other]]
            day_of[other] = x_day + y_day - day_of[other]
        for other in path:
            for end in ends[other]:
                busy[end][day_of[other]] = other
        day_of[booking] = x_day
        busy[x][x_day] = busy[y][x_day] = booking
    print(max(load))
    print("\n".join(map(str, day_of)))


main()
