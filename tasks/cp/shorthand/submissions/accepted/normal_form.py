# Merges neighbouring runs of one letter, then looks for the first run that is different.
import re
from itertools import groupby, zip_longest


def normal(shorthand):
    runs = re.findall(r"([a-z])(\d*)", shorthand)
    return [(letter, sum(int(n or 1) for _, n in group)) for letter, group in groupby(runs, key=lambda run: run[0])]


done = 0
for one, two in zip_longest(normal(input()), normal(input()), fillvalue=("", 0)):
    if one != two:
        print(done + 1 + (min(one[1], two[1]) if one[0] == two[0] else 0))
        break
    done += one[1]
else:
    print("same")
