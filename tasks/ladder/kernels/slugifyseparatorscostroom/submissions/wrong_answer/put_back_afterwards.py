# Wrong: counts a single rest for each run, and shows the whole run, so that the room does not suffice.
import re
import sys

for row in sys.stdin.read().splitlines()[1:]:
    limit, how, sign, message = row.split()
    limit, whole, text, length = int(limit), message.replace("-", sign), "", 0
    if len(whole) <= limit:
        print(whole)
        continue
    for number, (rests, word) in enumerate(re.findall("(-*)([a-z]+)", message)):
        needed = len(word) + (len(sign) if rests and (text or number == 0) else 0)
        if length + needed <= limit:
            text += (sign * len(rests) if text or number == 0 else "") + word
            length += needed
        elif how == "stop":
            break
    print(text or "*")
