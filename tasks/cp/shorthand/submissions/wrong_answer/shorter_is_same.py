# Wrong: says that the texts are the same when one is the beginning of the other.
import re
from itertools import groupby


def normal(shorthand):
    runs = re.findall(r"([a-z])(\d*)", shorthand)
    return [(letter, sum(int(n or 1) for _, n in group)) for letter, group in groupby(runs, key=lambda run: run[0])]


done = 0
for one, two in zip(normal(input()), normal(input())):
    if one != two:
        print(done + 1 + (min(one[1], two[1]) if one[0] == two[0] else 0))
        break
    done += one[1]
else:
    print("same")
