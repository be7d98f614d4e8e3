# A box is fair where the surplus of each flavour over the last one is the same before and after it.
from collections import Counter

n, k = map(int, input().split())
surplus = [0] * (k - 1)
seen = Counter([tuple(surplus)])
fair = 0
for jar in input():
    flavour = ord(jar) - ord("a")
    if flavour < k - 1:
        surplus[flavour] += 1
    else:
        surplus = [count - 1 for count in surplus]
    state = tuple(surplus)
    fair += seen[state]
    seen[state] += 1
print(fair)
