# Crashes: reads past the end when one text is the beginning of the other.
import re
from itertools import groupby


def normal(shorthand):
    runs = re.findall(r"([a-z])(\d*)", shorthand)
    return [(letter, sum(int(n or 1) for _, n in group)) for letter, group in groupby(runs, key=lambda run: run[0])]


a, b = normal(input()), normal(input())
if a == b:
    print("same")
else:
    i = done = 0
    while a[i] == b[i]:
        done += a[i][1]
        i += 1
    print(done + 1 + (min(a[i][1], b[i][1]) if a[i][0] == b[i][0] else 0))
