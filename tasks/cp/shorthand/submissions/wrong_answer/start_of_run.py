# Wrong: where two runs differ in length, gives the position of their beginning.
import re
from itertools import groupby, zip_longest


def normal(shorthand):
    runs = re.findall(r"([a-z])(\d*)", shorthand)
    return [(letter, sum(int(n or 1) for _, n in group)) for letter, group in groupby(runs, key=lambda run: run[0])]


done = 0
for one, two in zip_longest(normal(input()), normal(input())):
    if one != two:
        print(done + 1)
        break
    done += one[1]
else:
    print("same")
