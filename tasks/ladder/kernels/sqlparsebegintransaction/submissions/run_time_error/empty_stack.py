# Fails: takes the block that an end closes from a stack, also where none is open.
import re
import sys

_, text = sys.stdin.read().split("\n", 1)
words = re.sub(r"\{[^}]*\}", " ", text).split()
orders, count, blocks = [], 0, []
for at, (word, following) in enumerate(zip(words, [*words[1:], ""])):
    if word == "begin" and following not in ("shift", "work", "now", ";"):
        blocks.append(at)
    elif word == "end":
        blocks.pop()
    if word == ";" and not blocks:
        orders.append(count)
        count = 0
    else:
        count += 1
if count:
    orders.append(count)
print(len(orders), *orders, sep="\n")
