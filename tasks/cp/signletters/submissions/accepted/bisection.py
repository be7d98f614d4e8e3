# Bisection on the number of signs, over groups of letters that can stand in for each other.
import sys

GROUPS = ["bq", "dp", "mw", "nu", *"acefghijklorstvxyz"]

word, _, *rest = sys.stdin.read().split()
box = {letter: int(count) for letter, count in zip(rest[::2], rest[1::2], strict=True)}
pools = []
for group in GROUPS:
    need = sum(map(word.count, group))
    pools.append((need, sum(box.get(letter, 0) for letter in group)))
low, high = 0, 3 * 10**15
while low < high:
    middle = (low + high + 1) // 2
    if all(need * middle <= have for need, have in pools):
        low = middle
    else:
        high = middle - 1
print(low)
