# Takes the marks out to measure, and puts the missing dots around the text as it is.
import re
import sys


def lamps(text):
    return len(re.sub("<[^>]*>", "", text))


def filled(text, width, how):
    dots = width - lamps(text)
    before = {"l": 0, "r": dots, "c": dots // 2}[how]
    return "." * before + text + "." * (dots - before)


_, _, alignment, *cells = sys.stdin.read().split()
columns = len(alignment)
lines = [cells[at:at + columns] for at in range(0, len(cells), columns)]
widths = [max(map(lamps, column)) for column in zip(*lines)]
for line in lines:
    print("|".join(map(filled, line, widths, alignment)))
