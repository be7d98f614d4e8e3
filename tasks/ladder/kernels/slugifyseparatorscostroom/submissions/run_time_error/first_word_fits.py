# Fails: takes the last of the words that are shown, also where none is.
import re
import sys

for row in sys.stdin.read().splitlines()[1:]:
    limit, how, sign, message = row.split()
    limit, kept, length = int(limit), [], 0
    whole = message.replace("-", sign)
    if len(whole) <= limit:
        print(whole)
        continue
    for number, (rests, word) in enumerate(re.findall("(-*)([a-z]+)", message)):
        piece = (sign * len(rests) if kept or number == 0 else "") + word
        if length + len(piece) <= limit:
            kept.append(piece)
            length += len(piece)
        elif how == "stop":
            break
    last = kept.pop()
    print("".join(kept) + last)
