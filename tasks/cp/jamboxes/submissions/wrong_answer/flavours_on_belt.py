# Wrong: only asks that those flavours are equally frequent which stand on the belt at all.
from collections import Counter

n, k = map(int, input().split())
jars = input()
kinds = sorted(set(jars))
counts = dict.fromkeys(kinds, 0)
seen = Counter([tuple(counts.values())])
for jar in jars:
    counts[jar] += 1
    seen[tuple(count - counts[kinds[0]] for count in counts.values())] += 1
print(sum(count * (count - 1) // 2 for count in seen.values()))
