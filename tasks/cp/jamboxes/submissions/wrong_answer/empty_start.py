# Wrong: forgets the state before the first jar, so boxes that begin there are missing.
from collections import Counter

n, k = map(int, input().split())
counts = [0] * k
seen = Counter()
for jar in input():
    counts[ord(jar) - ord("a")] += 1
    seen[tuple(count - counts[0] for count in counts)] += 1
print(sum(count * (count - 1) // 2 for count in seen.values()))
