# Wrong: looks for the word behind a begin in the same line only, and takes a remark for it.
import sys

lines = sys.stdin.read().split("\n")[1:]
orders, count, depth, in_remark = [], 0, 0, False
for line in lines:
    words = line.split()
    for word, following in zip(words, [*words[1:], ""]):
        in_remark = in_remark or word == "{"
        if in_remark:
            in_remark = word != "}"
            continue
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
