# Wrong: trims every piece of text as soon as it comes, also when everything is to be kept.
import re
import sys

how, sheet = sys.stdin.read().split()
waiting = []
for name, end, empty, text in re.findall(r"<([a-z]+)>|</([a-z]+)>|<([a-z]+)/>|([^<]+)", sheet):
    if name:
        waiting.append("")
    elif text:
        waiting[-1] += text.strip("_~")
    else:
        print(end or empty, ("" if empty else waiting.pop()) or "-")
