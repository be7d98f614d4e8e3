# Too slow: compares the texts letter by letter.
import re
from itertools import zip_longest


def letters(shorthand):
    for letter, count in re.findall(r"([a-z])(\d*)", shorthand):
        for _ in range(int(count or 1)):
            yield letter


for position, (x, y) in enumerate(zip_longest(letters(input()), letters(input())), 1):
    if x != y:
        print(position)
        break
else:
    print("same")
