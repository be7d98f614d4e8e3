# Random weights of the flavours with sum zero: a fair box weighs nothing, another one almost never.
import random
from collections import Counter
from itertools import accumulate

n, k = map(int, input().split())
rng = random.Random(20)
weights = [rng.getrandbits(80) for _ in range(k - 1)]
weights.append(-sum(weights))
weight = dict(zip("abcdefghij", weights))
sums = Counter(accumulate((weight[jar] for jar in input()), initial=0))
print(sum(count * (count - 1) // 2 for count in sums.values()))
