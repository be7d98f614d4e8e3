# Keeps the own text of each open element, and trims it when the element is closed.
import re
import sys

how, sheet = sys.stdin.read().split()
waiting = []
for name, end, empty, text in re.findall(r"<([a-z]+)>|</([a-z]+)>|<([a-z]+)/>|([^<]+)", sheet):
    if name:
        waiting.append("")
    elif text:
        waiting[-1] += text
    else:
        own = "" if empty else waiting.pop()
        print(end or empty, (own.strip("_~") if how == "trim" else own) or "-")
