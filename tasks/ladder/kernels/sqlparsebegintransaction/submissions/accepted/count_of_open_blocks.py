# Takes remarks out, then counts open blocks word by word.
import re
import sys

_, text = sys.stdin.read().split("\n", 1)
words = re.sub(r"\{[^}]*\}", " ", text).split()
orders, count, depth = [], 0, 0
for word, following in zip(words, [*words[1:], ""]):
    if word == "begin" and following not in ("shift", "work", "now", ";"):
        depth += 1
    elif word == "end":
        depth = max(0, depth - 1)
    if word == ";" and depth == 0:
        orders.append(count)
        count = 0
    else:
        count += 1
if count:
    orders.append(count)
print(len(orders), *orders, sep="\n")
