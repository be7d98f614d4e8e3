# Wrong: turns letters in one direction only.
from collections import Counter

need = Counter(input().replace("-", ""))
box = Counter()
for _ in range(int(input())):
    letter, count = input().split()
    box[letter] = int(count)
signs = 10**18
for letter, turned in zip("bdmn", "qpwu", strict=True):
    spare = box[letter] // need[letter] if need[letter] else 10**18
    if need[turned]:
        pool = box[turned] + box[letter]
        spare = min(spare, pool // (need[turned] + need[letter]))
    signs = min(signs, spare)
for letter in set(need) - set("bdmnqpwu"):
    signs = min(signs, box[letter] // need[letter])
print(signs)
