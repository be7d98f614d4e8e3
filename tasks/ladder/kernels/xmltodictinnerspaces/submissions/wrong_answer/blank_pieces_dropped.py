# Wrong: in the middle of a text it keeps blanks at the ends of a piece, but drops pieces that are blank as a whole.
import re
import sys

how, sheet = sys.stdin.read().split()
waiting = []
for name, end, empty, text in re.findall(r"<([a-z]+)>|</([a-z]+)>|<([a-z]+)/>|([^<]+)", sheet):
    if name:
        waiting.append("")
    elif text:
        waiting[-1] += text if how == "keep" or text.strip("_~") else ""
    else:
        own = "" if empty else waiting.pop()
        print(end or empty, (own.strip("_~") if how == "trim" else own) or "-")
