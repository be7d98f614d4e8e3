# Crashes: takes the second flavour as the measure, and there may be only one.
from collections import Counter

n, k = map(int, input().split())
counts = [0] * k
seen = Counter([(0,) * k])
for jar in input():
    counts[ord(jar) - ord("a")] += 1
    seen[tuple(count - counts[1] for count in counts)] += 1
print(sum(count * (count - 1) // 2 for count in seen.values()))
