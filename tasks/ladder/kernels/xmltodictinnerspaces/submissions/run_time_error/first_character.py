# Fails: looks at the first and last character of the text while it trims, also once none is left.
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
        while how == "trim" and own[0] in "_~":
            own = own[1:]
        while how == "trim" and own[-1] in "_~":
            own = own[:-1]
        print(end or empty, own or "-")
