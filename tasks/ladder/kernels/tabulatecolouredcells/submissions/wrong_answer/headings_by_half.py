# Wrong: right in cells, but in headings only the first mark is known to take up no lamp.
import re
import sys

MARK = re.compile("<[^>]*>")


def filled(text, width, how, shown):
    dots = max(0, width - len(shown))
    before = {"l": 0, "r": dots, "c": dots // 2}[how]
    return "." * before + text + "." * (dots - before)


_, _, alignment, *cells = sys.stdin.read().split()
columns = len(alignment)
lines = [cells[at:at + columns] for at in range(0, len(cells), columns)]
widths = [max(len(MARK.sub("", text)) for text in column) for column in zip(*lines)]
for number, line in enumerate(lines):
    shown = [MARK.sub("", text, count=0 if number else 1) for text in line]
    print("|".join(map(filled, line, widths, alignment, shown)))
