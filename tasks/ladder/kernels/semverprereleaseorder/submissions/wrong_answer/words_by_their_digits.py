# Wrong: a word that begins with digits is ordered as their number.
import re
import sys


def key(part):
    digits = re.match("[0-9]*", part)[0]
    return (0, int(digits), part[len(digits):]) if digits else (1, 0, part)


marks = sys.stdin.read().split()[1:]
order = sorted(range(len(marks)), key=lambda at: [key(part) for part in marks[at].split(".")])
print(*(at + 1 for at in order))
