# Wrong: makes up for marks twice in cells (in the width and when filling), and in headings for the first mark only.
import re
import sys

MARK = re.compile("<[^>]*>")


def lamps(text):
    return len(MARK.sub("", text))


def unseen_first(text):
    return len(text) - len(MARK.sub("", text, count=1))


def filled(text, width, how):
    dots = max(0, width + unseen_first(text) - len(text))
    before = {"l": 0, "r": dots, "c": dots // 2}[how]
    return "." * before + text + "." * (dots - before)


_, _, alignment, *cells = sys.stdin.read().split()
columns = len(alignment)
lines = [cells[at:at + columns] for at in range(0, len(cells), columns)]
widths = [max(map(lamps, column)) for column in zip(*lines)]
for number, line in enumerate(lines):
    outer = [width + (len(text) - lamps(text) if number else 0) for text, width in zip(line, widths)]
    print("|".join(map(filled, line, outer, alignment)))
