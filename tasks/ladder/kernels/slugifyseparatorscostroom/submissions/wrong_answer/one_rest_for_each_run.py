# Wrong: shows and counts a single rest between two words, however many there are, and none in front.
import sys

for row in sys.stdin.read().splitlines()[1:]:
    limit, how, sign, message = row.split()
    limit, whole, words, length = int(limit), message.replace("-", sign), [], 0
    if len(whole) <= limit:
        print(whole)
        continue
    for word in filter(None, message.split("-")):
        needed = len(word) + (len(sign) if words else 0)
        if length + needed <= limit:
            words.append(word)
            length += needed
        elif how == "stop":
            break
    print(sign.join(words) or "*")
