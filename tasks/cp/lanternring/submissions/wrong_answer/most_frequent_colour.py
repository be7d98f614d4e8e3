# Wrong: only tries the most frequent colour of the whole ring.
from collections import Counter

n, k = map(int, input().split())
ring = input()
colour = Counter(ring).most_common(1)[0][0]
longest = start = others = 0
for end, lantern in enumerate(ring * 2, 1):
    others += lantern != colour
    while others > k:
        others -= ring[start % n] != colour
        start += 1
    longest = max(longest, end - start)
print(min(longest, n))
