# Counts the days up to b less those before a: days of each less twice the days of both.
from math import lcm

p, q, a, b = map(int, input().split())


def open_until(day):
    return day // p + day // q - 2 * (day // lcm(p, q))


print(open_until(b) - open_until(a - 1))
